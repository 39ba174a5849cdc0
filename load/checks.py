"""Checks before publication: the files contain the tables, and the tables meet the schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from steckbrief.load.database import brief, connected
from steckbrief.load.errors import Violation
from steckbrief.load.formats.duckdb import DuckDB
from steckbrief.load.formats.format import Format
from steckbrief.load.formats.read_back import read_back, shown
from steckbrief.schema.checks import Check, checks_for, count_query, example_query, scan_query
from steckbrief.schema.model import TableSchema
from steckbrief.schema.tables import TABLES

EXAMPLES: Final = 3
"""Rows to show per violation: enough to see a pattern, few enough to read."""


def violations(
    folder: Path, formats: Sequence[Format], table: Callable[[str], pa.Table], neutralised: Mapping[str, int]
) -> tuple[Violation, ...]:
    """Return all violations of the tables in `folder`; () if the release may be published.

    Every file is compared with its table. The checks of the schema then run in the DuckDB file, because it is the
    fastest source and the comparison has shown that it contains the same rows as the other files.

    Args:
        folder: the release.
        formats: the formats whose files are compared.
        table: returns a table by its name.
        neutralised: the number of cells that were neutralised for spreadsheets, per table.

    Raises:
        OSError: the DuckDB file cannot be read.
    """
    file = folder / DuckDB.file
    try:
        with connected(file, read_only=True) as connection:
            return tuple(
                violation
                for name, declared in TABLES.items()
                for violation in (
                    *read_back(folder, name, table(name), formats, neutralised=neutralised[name] > 0),
                    *_schema_violations(connection, declared),
                )
            )
    except duckdb.Error as error:
        raise OSError(f"{file}: {brief(error)}") from error


def _schema_violations(connection: duckdb.DuckDBPyConnection, table: TableSchema) -> Iterator[Violation]:
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
    """Yield every check of a table with the number of rows that break it, from two statements."""
    checks = checks_for(table)
    row_checks = [check for check in checks if check.predicate]
    yield from zip(row_checks, connection.execute(scan_query(table, row_checks)).fetchone() or (), strict=True)
    other_checks = [check for check in checks if not check.predicate]
    counts = connection.execute(count_query(other_checks)).fetchall()
    yield from zip(other_checks, (count for (count,) in counts), strict=True)


def _examples(connection: duckdb.DuckDBPyConnection, check: Check) -> tuple[str, ...]:
    cursor = connection.execute(example_query(check, EXAMPLES))
    names = [column[0] for column in cursor.description or ()]
    return tuple(
        ", ".join(f"{name} {shown(value)}" for name, value in zip(names, row, strict=True)) for row in cursor.fetchall()
    )
