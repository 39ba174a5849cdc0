"""Parquet files store repeated values as a dictionary, but not texts that are all different."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steckbrief.load.formats.parquet import parquet_path, read_parquet, write_parquet


def stored_as_dictionary(folder: Path, name: str) -> set[str]:
    """The columns of a table's file that have a dictionary."""
    with pq.ParquetFile(parquet_path(folder, name)) as file:
        group = file.metadata.row_group(0)
        columns = [group.column(number) for number in range(group.num_columns)]
    return {column.path_in_schema for column in columns if column.has_dictionary_page}


def test_repeated_values_are_stored_as_a_dictionary_and_distinct_texts_are_not(tmp_path):
    table = pa.table(
        {
            "locale": ["de", "en"] * 2_000,
            "text": [f"text {number}" for number in range(4_000)],
            "seldom": [None] * 3_999 + ["text"],
        }
    )
    write_parquet(table, tmp_path, "items")
    assert stored_as_dictionary(tmp_path, "items") == {"locale", "seldom"}
    assert read_parquet(tmp_path, "items").equals(table)


def test_values_that_repeat_far_apart_are_stored_as_a_dictionary(tmp_path):
    table = pa.table({"name": [f"product {number % 1_500}" for number in range(6_000)]})
    write_parquet(table, tmp_path, "items")
    assert stored_as_dictionary(tmp_path, "items") == {"name"}


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_a_table_with_few_rows_or_none_reads_back_unchanged(tmp_path, rows):
    table = pa.table({"name": pa.array(["a", "a"][:rows], pa.string()), "line": pa.array([1, 2][:rows], pa.int32())})
    write_parquet(table, tmp_path, "items")
    assert read_parquet(tmp_path, "items").equals(table)
