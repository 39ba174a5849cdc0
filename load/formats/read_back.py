"""Reading a release's files back: whether Parquet, CSV and DuckDB file hold the tables that were made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from steckbrief.load.errors import Violation
from steckbrief.load.formats.csv import csv_batches, csv_path, longest_row, neutralise
from steckbrief.load.formats.duckdb import FILE
from steckbrief.load.formats.parquet import parquet_columns, parquet_path, parquet_schema, read_parquet
from steckbrief.schema.model import TableSchema
from steckbrief.schema.sql import quoted

_LONGEST: Final = 80
"""Characters of one value in a message."""

_REMEDY: Final = (
    "The file on disk is not what was written: look for errors of the disk or the file system, then build again."
)

Read = Callable[[], Iterator[tuple[int, str, pa.ChunkedArray]]]
"""Gives pieces of a file: (first row, column, values)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the files of a table must hold: so many rows, so many neutralised CSV cells, and what was made.

    Where nobody has the table that was `made` any more, what the Parquet file says is taken for it.
    """

    rows: int
    neutralised: int
    made: pa.Table | None


def read_back(
    connection: duckdb.DuckDBPyConnection, table: TableSchema, folder: Path, expected: Expected
) -> Iterator[Violation]:
    """Every file of `table` in `folder` that does not hold what is expected; `connection` has the DuckDB file open."""
    name = table.name
    path = parquet_path(folder, name)
    try:
        # A published release keeps the wording of its day: another one is no change of the schema.
        worded = expected.made is not None
        if not parquet_schema(folder, name).equals(table.arrow_schema, check_metadata=worded):
            yield _unlike(table, path, "columns, types or descriptions are not the declared ones")
            return
        made = read_parquet(folder, name) if expected.made is None else expected.made
    except OSError as error:
        yield _unlike(table, path, str(error))
        return
    if made.num_rows != expected.rows:
        yield _unlike(table, path, f"{made.num_rows} rows, {expected.rows} were made")
    if expected.made is not None:
        yield from _compared(table, path, made, lambda: parquet_columns(folder, name))
    as_csv = neutralise(made)[0] if expected.neutralised else made
    longest = longest_row(as_csv)
    yield from _compared(table, csv_path(folder, name), as_csv, lambda: _pieces(csv_batches(folder, name, longest)))
    yield from _compared(table, folder / FILE, made, lambda: _of_database(connection, name))


def shown(value: object) -> str:
    """A value as a message has it."""
    text = "NULL" if value is None else repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _of_database(connection: duckdb.DuckDBPyConnection, name: str) -> Iterator[tuple[int, str, pa.ChunkedArray]]:
    found = connection.sql(f"SELECT * FROM {quoted(name)}").to_arrow_table()  # noqa: S608 - a declared name
    for column in found.column_names:
        yield 0, column, found[column]


def _pieces(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[int, str, pa.ChunkedArray]]:
    at = 0
    for batch in batches:
        for field in batch.schema:
            yield at, field.name, pa.chunked_array([batch[field.name]])
        at += batch.num_rows


def _compared(table: TableSchema, path: Path, expected: pa.Table, read: Read) -> Iterator[Violation]:
    try:
        difference = _difference(read(), expected)
    except OSError as error:
        difference = str(error)
    if difference:
        yield _unlike(table, path, difference)


def _difference(pieces: Iterator[tuple[int, str, pa.ChunkedArray]], expected: pa.Table) -> str:
    """Where a file differs from a table: names, the first column and row, number of rows; "" where they are equal.

    Whether a column may be NULL is not compared: neither CSV nor a query result says.
    """
    rows = dict.fromkeys(expected.column_names, 0)
    for start, name, found in pieces:
        if name not in rows:
            return f"column {name}, expected {', '.join(expected.column_names)}"
        wanted = expected[name].slice(start, len(found))
        rows[name] = start + len(found)
        if len(wanted) == len(found) and not found.equals(wanted):
            return _first_difference(name, start, found, wanted)
    for name, count in rows.items():
        if count != expected.num_rows:
            return f"column {name}: {count} rows, expected {expected.num_rows}"
    return ""


def _first_difference(name: str, start: int, found: pa.ChunkedArray, wanted: pa.ChunkedArray) -> str:
    for row, (left, right) in enumerate(zip(found.to_pylist(), wanted.to_pylist(), strict=True), start):
        if left != right:
            return f"column {name}, row {row}: found {shown(left)}, expected {shown(right)}"
    return f"column {name} of type {found.type}, expected {wanted.type}"


def _unlike(table: TableSchema, path: Path, what: str) -> Violation:
    return Violation(
        check=f"{path.name} reads back as written",
        table=table.name,
        columns=(),
        count=1,
        problem=f"difference ({what})",
        examples=(),
        remedy=_REMEDY,
    )
