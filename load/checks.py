"""What must hold before a release is published, checked on the files as they were written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from steckbrief.load.database import brief, connected
from steckbrief.load.errors import Violation
from steckbrief.load.formats.duckdb import FILE
from steckbrief.load.formats.read_back import Expected, read_back, shown
from steckbrief.schema.checks import Check, checks_for, count_query, example_query, scan_query
from steckbrief.schema.model import TableSchema
from steckbrief.schema.sound import is_sound
from steckbrief.schema.tables import TABLES

EXAMPLES: Final = 3
"""Broken rows shown for each violation: enough to see the pattern, few enough to read."""


def violations(
    folder: Path,
    rows: Mapping[str, int],
    neutralised: Mapping[str, int],
    made: Mapping[str, pa.Table] | None = None,
) -> tuple[Violation, ...]:
    """Everything that is wrong with the tables in `folder`; () when the release may be published.

    Every Parquet, CSV and DuckDB table is read back and must hold what was made; keys, foreign keys and the other
    promises of the schema are then checked once: on what was made, or on the DuckDB file where nobody has that.

    Args:
        folder: the release.
        rows: the number of each table's rows.
        neutralised: the number of each table's CSV cells that were.
        made: the tables as they were made; where nobody has them any more, what the Parquet files say is taken for it.

    Raises:
        OSError: the DuckDB file cannot be read.
    """
    try:
        with connected(folder / FILE, read_only=True) as connection:
            return tuple(_violations(connection, folder, rows, neutralised, made or {}))
    except duckdb.Error as error:
        raise OSError(f"{FILE}: {brief(error)}") from error


def _violations(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    rows: Mapping[str, int],
    neutralised: Mapping[str, int],
    made: Mapping[str, pa.Table],
) -> Iterator[Violation]:
    for table in TABLES.values():
        expected = Expected(rows[table.name], neutralised[table.name], made.get(table.name))
        yield from read_back(connection, table, folder, expected)
        # What is wrong is told by SQL, with rows and numbers. Nearly always nothing is, and then to ask is enough.
        if not (made and is_sound(table, made)):
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
    others = [check for check in checks if not check.predicate]
    counts = connection.execute(count_query(others)).fetchall()
    yield from zip(others, (count for (count,) in counts), strict=True)


def _examples(connection: duckdb.DuckDBPyConnection, check: Check) -> tuple[str, ...]:
    cursor = connection.execute(example_query(check, EXAMPLES))
    names = [column[0] for column in cursor.description or ()]
    return tuple(
        ", ".join(f"{name} {shown(value)}" for name, value in zip(names, row, strict=True)) for row in cursor.fetchall()
    )
