"""What must hold before a release is published, checked on the files as they were written.

Belongs here: running the schema's checks on steckbrief.duckdb, and reading every file back. Does not belong here:
what is promised (schema.checks), gates on how much changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from load.csv_files import csv_path, neutralise, read_csv
from load.database import brief, connected
from load.duckdb_file import FILE
from load.errors import Violation
from load.parquet_files import parquet_path, read_parquet
from schema.checks import Check, checks_for, count_query, example_query, scan_query
from schema.model import TableSchema
from schema.sql import quoted
from schema.tables import TABLES

EXAMPLES: Final = 3
"""Broken rows shown for each violation: enough to see the pattern, few enough to read."""

_LONGEST: Final = 80
"""Characters of one value in an example."""

_WRITTEN_WRONG: Final = (
    "The file on disk is not what was written: look for errors of the disk or the file system, then build again."
)


def violations(folder: Path, rows: Mapping[str, int], neutralised: Mapping[str, int]) -> tuple[Violation, ...]:
    """Everything that is wrong with the tables in `folder`; () when the release may be published.

    `rows` is the number of rows each table had in memory, `neutralised` the number of its CSV cells that were. Every
    Parquet, CSV and DuckDB table is read back, and all three must agree; keys, foreign keys and the other promises of
    the schema are then checked once, on the DuckDB file. Raises OSError where that file cannot be read.
    """
    try:
        with connected(folder / FILE, read_only=True) as connection:
            return tuple(_violations(connection, folder, rows, neutralised))
    except duckdb.Error as error:
        raise OSError(f"{FILE}: {brief(error)}") from error


def _violations(
    connection: duckdb.DuckDBPyConnection, folder: Path, rows: Mapping[str, int], neutralised: Mapping[str, int]
) -> Iterator[Violation]:
    for table in TABLES.values():
        yield from _read_back(connection, table, folder, rows[table.name], neutralised[table.name])
        yield from _broken(connection, table)


def _broken(connection: duckdb.DuckDBPyConnection, table: TableSchema) -> Iterator[Violation]:
    for check, count in _counts(connection, table):
        if count:
            yield Violation(
                check=check.name,
                table=check.table,
                columns=check.columns,
                count=count,
                problem=check.problem,
                examples=_examples(connection, check),
                remedy=check.remedy,
            )


def _counts(connection: duckdb.DuckDBPyConnection, table: TableSchema) -> Iterator[tuple[Check, int]]:
    checks = checks_for(table)
    on_rows = [check for check in checks if check.predicate]
    numbers = connection.execute(scan_query(table, on_rows)).fetchone() or ()
    yield from zip(on_rows, numbers, strict=True)
    for check in checks:
        if not check.predicate:
            yield check, (connection.execute(count_query(check)).fetchone() or (0,))[0]


def _examples(connection: duckdb.DuckDBPyConnection, check: Check) -> tuple[str, ...]:
    cursor = connection.execute(example_query(check, EXAMPLES))
    names = [column[0] for column in cursor.description or ()]
    return tuple(
        ", ".join(f"{name} {_shown(value)}" for name, value in zip(names, row, strict=True))
        for row in cursor.fetchall()
    )


def _shown(value: object) -> str:
    text = "NULL" if value is None else repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _read_back(
    connection: duckdb.DuckDBPyConnection, table: TableSchema, folder: Path, rows: int, neutralised: int
) -> Iterator[Violation]:
    name = table.name
    try:
        stored = read_parquet(folder, name)
    except OSError as error:
        yield _unlike(table, parquet_path(folder, name), str(error))
        return
    if stored.num_rows != rows:
        yield _unlike(table, parquet_path(folder, name), f"{stored.num_rows} rows, {rows} were made")
    if not stored.schema.equals(table.arrow_schema, check_metadata=True):
        yield _unlike(table, parquet_path(folder, name), "columns, types or descriptions are not the declared ones")
        return
    expected = neutralise(stored)[0] if neutralised else stored
    yield from _compare(table, csv_path(folder, name), lambda: read_csv(folder, name), expected)
    yield from _compare(table, folder / FILE, lambda: _from_duckdb(connection, table), stored)


def _from_duckdb(connection: duckdb.DuckDBPyConnection, table: TableSchema) -> pa.Table:
    return connection.sql(f"SELECT * FROM {quoted(table.name)}").to_arrow_table()  # noqa: S608 - a declared name


def _compare(table: TableSchema, path: Path, read: Callable[[], pa.Table], expected: pa.Table) -> Iterator[Violation]:
    try:
        found = read()
    except OSError as error:
        yield _unlike(table, path, str(error))
        return
    difference = _difference(found, expected)
    if difference:
        yield _unlike(table, path, difference)


def _difference(found: pa.Table, expected: pa.Table) -> str:
    """Where two tables differ: names, number of rows, else the first column and row; "" where they are equal.

    Whether a column may be NULL is not compared: neither CSV nor a query result says.
    """
    if found.column_names != expected.column_names:
        return f"columns {', '.join(found.column_names)}"
    if found.num_rows != expected.num_rows:
        return f"{found.num_rows} rows, expected {expected.num_rows}"
    for name in expected.column_names:
        if not found[name].equals(expected[name]):
            pairs = zip(found[name].to_pylist(), expected[name].to_pylist(), strict=True)
            for row, (left, right) in enumerate(pairs):
                if left != right:
                    return f"column {name}, row {row}: found {_shown(left)}, expected {_shown(right)}"
            return f"column {name} of type {found[name].type}, expected {expected[name].type}"
    return ""


def _unlike(table: TableSchema, path: Path, what: str) -> Violation:
    return Violation(
        check=f"{path.name} reads back as written",
        table=table.name,
        columns=(),
        count=1,
        problem=f"difference ({what})",
        examples=(),
        remedy=_WRITTEN_WRONG,
    )
