"""pandas, polars, DuckDB and pyarrow read every Parquet and CSV file back to the same values."""

from __future__ import annotations

import codecs
import csv
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyarrow import csv as pa_csv

from steckbrief import schema
from steckbrief.load.formats.csv import Csv
from steckbrief.load.formats.formulas import neutralise, restore
from steckbrief.load.formats.parquet import parquet_path, parquet_relation, read_parquet, write_parquet
from steckbrief.load.formats.read_back import read_back
from steckbrief.schema.csv_options import (
    arrow_convert_options,
    arrow_parse_options,
    duckdb_relation,
    pandas_dtypes,
    pandas_options,
    polars_schema,
)
from tests.records import arrow

AWKWARD = (
    *(
        "\0",
        "a\0b",
        '"',
        '""',
        'a"b',
        "a,b",
        ";",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "a\r\nb",
        "\ufeff",
        "\ufeffa",
        " ",
        " a ",
        "'",
        "''",
    ),
    *(
        "007",
        "1e5",
        "-1",
        "1,5",
        "NULL",
        "null",
        "nan",
        "NaN",
        "NA",
        "N/A",
        "None",
        "true",
        "\\N",
        "#N/A",
        "2024-01-01",
    ),
    *("=1+1", "+49", "-x", "@SUM(A1)", "\tx", "\rx", "'=1", "''=1", "'x", "🙂", "e\u0301", "ß", "\u2028", "\x85", "\\"),
    *('=HYPERLINK("http://x","y")', "a" * 70_000, "# comment", "profile_id", "\x0b", "\x1f", "\u200b"),
)
CSV = Csv()
TEXT = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.text("\",;\r\n\t' =+-@a", min_size=1, max_size=8),
)


def arrow_csv(folder: Path, name: str) -> pa.Table:
    return pa_csv.read_csv(
        CSV.path(folder, name), parse_options=arrow_parse_options(), convert_options=arrow_convert_options(name)
    )


def pandas_csv(folder: Path, name: str) -> pa.Table:
    frame = pd.read_csv(CSV.path(folder, name), **pandas_options(name))
    assert dict(frame.dtypes) == pandas_dtypes(name)
    return pa.Table.from_pandas(frame, preserve_index=False)


def polars_csv(folder: Path, name: str) -> pa.Table:
    return pl.read_csv(CSV.path(folder, name), schema=polars_schema(name)).to_arrow()


def duckdb_csv(folder: Path, name: str) -> pa.Table:
    with duckdb.connect() as connection:
        return connection.sql(f"FROM {duckdb_relation(CSV.path(folder, name), name)}").to_arrow_table()


def arrow_parquet(folder: Path, name: str) -> pa.Table:
    return read_parquet(folder, name)


def pandas_parquet(folder: Path, name: str) -> pa.Table:
    frame = pd.read_parquet(parquet_path(folder, name), dtype_backend="pyarrow")
    return pa.Table.from_pandas(frame, preserve_index=False)


def polars_parquet(folder: Path, name: str) -> pa.Table:
    return pl.read_parquet(parquet_path(folder, name)).to_arrow()


def duckdb_parquet(folder: Path, name: str) -> pa.Table:
    with duckdb.connect() as connection:
        return connection.sql(f"FROM {parquet_relation(folder, name)}").to_arrow_table()


CSV_READERS = (arrow_csv, pandas_csv, polars_csv, duckdb_csv)
PARQUET_READERS = (arrow_parquet, pandas_parquet, polars_parquet, duckdb_parquet)


def values(table: pa.Table) -> dict[str, list[object]]:
    return dict(table.to_pydict())


@pytest.mark.parametrize("name", schema.TABLES)
@pytest.mark.parametrize("read", PARQUET_READERS)
def test_every_parquet_file_reads_back_the_same_everywhere(release, read, name):
    stored = read_parquet(release.path, name)
    found = read(release.path, name)
    assert values(found) == values(stored)
    assert [str(field.type).removeprefix("large_") for field in found.schema] == [
        str(field.type) for field in stored.schema
    ]


@pytest.mark.parametrize("name", schema.TABLES)
@pytest.mark.parametrize("read", CSV_READERS)
def test_every_csv_file_reads_back_to_what_parquet_holds(release, read, name):
    found = restore(read(release.path, name).cast(pa.schema(schema.TABLES[name].arrow_schema)))
    assert values(found) == values(read_parquet(release.path, name))


def frame_of(texts: list[str]) -> pa.Table:
    cells = [*texts, "end"]
    return arrow("tags", [{"profile_id": "de/x", "position": n, "tag": text} for n, text in enumerate(cells)])


@settings(deadline=None, max_examples=60)
@given(texts=st.lists(TEXT, max_size=8))
@example(texts=list(AWKWARD))
def test_any_text_survives_every_reader(texts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts", numbered=True)
    table = frame_of(texts)
    write_parquet(table, folder, "tags")
    safe, _ = neutralise(table)
    CSV.write(safe, folder, "tags")
    for read in PARQUET_READERS:
        assert values(read(folder, "tags")) == values(table), read.__name__
    for read in CSV_READERS:
        assert values(read(folder, "tags")) == values(safe), read.__name__
    assert not list(read_back(folder, "tags", table, [CSV], neutralised=True))
    assert values(restore(safe)) == values(table)


@pytest.mark.parametrize("read", CSV_READERS)
def test_readers_do_not_guess_from_the_first_rows(read, tmp_path):
    table = frame_of([*["plain"] * 5_000, 'first "quoted", here', "and\r\nlines", "2024-01-01"])
    CSV.write(table, tmp_path, "tags")
    assert values(read(tmp_path, "tags")) == values(table)


@settings(deadline=None, max_examples=60)
@given(texts=st.lists(TEXT, max_size=8))
@example(texts=list(AWKWARD))
def test_python_reads_the_csv_according_to_rfc_4180(texts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts", numbered=True)
    CSV.write(frame_of(texts), folder, "tags")
    with CSV.path(folder, "tags").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    assert [row[2] for row in rows] == ["tag", *texts, "end"]


def test_the_bytes_of_a_csv_file_are_as_documented(tmp_path):
    row = dict.fromkeys(schema.TABLES["alternatives"].column_names) | {
        "profile_id": "de/x",
        "position": 1,
        "row_id": "r",
        "section_position": 2,
        "name": 'two\r\nlines, "quoted"',
        "match": "none",
        "shared_by": 1,
        "shared_key": "k0",
        "line_start": 3,
        "line_end": 4,
    }
    CSV.write(arrow("alternatives", [row]), tmp_path, "alternatives")
    stored = CSV.path(tmp_path, "alternatives").read_bytes()
    header = ",".join(f'"{name}"' for name in schema.TABLES["alternatives"].column_names)
    assert stored == codecs.BOM_UTF8 + (
        f'{header}\r\n"de/x",1,"r",2,"two\r\nlines, ""quoted""",,,,,,"none",1,"k0",3,4\r\n'.encode()
    )


def test_dates_and_truth_values_are_written_as_documented(release):
    profiles = CSV.path(release.path, "profiles").read_text(encoding="utf-8-sig")
    stored = read_parquet(release.path, "profiles")["created_on"].to_pylist()
    assert next(day for day in stored if day).isoformat() in profiles
    assert ",true," in CSV.path(release.path, "faqs").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("name", schema.TABLES)
def test_parquet_carries_descriptions_and_is_compressed_in_one_row_group(release, name):
    import pyarrow.parquet as pq

    with pq.ParquetFile(parquet_path(release.path, name)) as file:
        assert file.schema_arrow.equals(schema.TABLES[name].arrow_schema, check_metadata=True)
        assert file.metadata.num_row_groups == 1
        assert file.metadata.row_group(0).column(0).compression == "ZSTD"
