"""The declarations as SQL checks: what must hold in every release, and which rows break it.

The SQL is DuckDB's dialect and reads relations with the names of the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from steckbrief.schema.listings import LISTINGS
from steckbrief.schema.model import Column, ForeignKey, TableSchema
from steckbrief.schema.sql import literal, quoted
from steckbrief.schema.tables import TABLES

COUNTED: Final[Mapping[str, tuple[str, str | None]]] = MappingProxyType(
    {
        "section_count": ("sections", None),
        **{counter.column: (listing.name, counter.condition) for listing in LISTINGS for counter in listing.counters},
    }
)
"""Columns of profiles that count rows -> (counted table, column that must be true in counted rows; None for all)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One promise about one table.

    `bad_rows` selects the rows that break the promise, with the columns that identify them. `predicate` is the same
    condition on a single row; None if the check needs more than one row.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    problem: str
    remedy: str
    bad_rows: str
    predicate: str | None = None


def checks_for(table: TableSchema) -> tuple[Check, ...]:
    """Return all checks of one table, cheap ones first."""
    checks: list[Check] = []
    for column in table.columns:
        checks.extend(_column_checks(table, column))
    checks.append(_unique(table, table.primary_key, "primary key"))
    checks.extend(_unique(table, columns, "unique columns") for columns in table.unique)
    checks.extend(_foreign_key(table, key) for key in table.foreign_keys)
    if table.name == "profiles":
        checks.extend(_counted(table, column, *counted) for column, counted in COUNTED.items())
    return tuple(checks)


def all_checks() -> tuple[Check, ...]:
    """Return the checks of every table, in publication order."""
    return tuple(check for table in TABLES.values() for check in checks_for(table))


def scan_query(table: TableSchema, checks: Iterable[Check]) -> str:
    """Return a statement that counts, in a single scan of `table`, the rows that break each check on single rows."""
    numbers = ", ".join(f"count(*) FILTER (WHERE {check.predicate})" for check in checks)
    return f"SELECT {numbers} FROM {quoted(table.name)}"  # noqa: S608 - from declarations


def count_query(checks: Iterable[Check]) -> str:
    """Return a statement that gives one row per check, in order: the number of rows that break it.

    All checks share one statement, because planning a statement costs as much as running it.
    """
    return " UNION ALL ".join(f"SELECT count(*) FROM ({check.bad_rows})" for check in checks)  # noqa: S608 - from declarations


def example_query(check: Check, limit: int) -> str:
    """Return a statement that selects up to `limit` of the rows that break a check, in a fixed order."""
    return f"SELECT * FROM ({check.bad_rows}) ORDER BY ALL LIMIT {limit}"  # noqa: S608 - from declarations


def _column_checks(table: TableSchema, column: Column) -> Iterable[Check]:
    name = quoted(column.name)
    if not column.nullable:
        yield _row_check(table, column, "is never NULL", f"{name} IS NULL")
    if column.is_text:
        yield _row_check(table, column, "is never an empty text", f"{name} = ''")
    if column.allowed:
        values = ", ".join(literal(value) for value in column.allowed)
        yield _row_check(table, column, f"is one of {', '.join(column.allowed)}", f"{name} NOT IN ({values})")


def _row_check(table: TableSchema, column: Column, promise: str, predicate: str) -> Check:
    return Check(
        name=f"{table.name}.{column.name} {promise}",
        table=table.name,
        columns=(column.name,),
        problem="rows break this rule",
        remedy=_remedy(table),
        bad_rows=_select(dict.fromkeys((*table.primary_key, column.name)), f"{quoted(table.name)} c", predicate),
        predicate=predicate,
    )


def _unique(table: TableSchema, columns: tuple[str, ...], label: str) -> Check:
    names = ", ".join(quoted(column) for column in columns)
    return Check(
        name=f"{table.name}: {label} ({', '.join(columns)}) occurs once",
        table=table.name,
        columns=columns,
        problem="values occur more than once",
        remedy=_remedy(table),
        bad_rows=f'SELECT {names}, count(*) AS "rows" FROM {quoted(table.name)}'  # noqa: S608 - from declarations
        f" GROUP BY {names} HAVING count(*) > 1",
    )


def _foreign_key(table: TableSchema, key: ForeignKey) -> Check:
    pairs = zip(key.columns, key.references, strict=True)
    matches = " AND ".join(f"p.{quoted(there)} = c.{quoted(here)}" for here, there in pairs)
    not_null = " AND ".join(f"c.{quoted(here)} IS NOT NULL" for here in key.columns)
    # An anti join, because NOT EXISTS takes DuckDB twice as long.
    child = f"{quoted(table.name)} c ANTI JOIN {quoted(key.table)} p ON {matches}"
    return Check(
        name=f"{table.name}: ({', '.join(key.columns)}) is in {key.table} ({', '.join(key.references)})",
        table=table.name,
        columns=key.columns,
        problem=f"rows refer to a row that {key.table} does not have",
        remedy=_remedy(table),
        bad_rows=_select(dict.fromkeys((*table.primary_key, *key.columns)), child, not_null),
    )


def _counted(table: TableSchema, column: str, counted_table: str, condition: str | None) -> Check:
    name = quoted(column)
    where = f" WHERE {quoted(condition)}" if condition else ""
    counts = f"SELECT profile_id, count(*) AS n FROM {quoted(counted_table)}{where} GROUP BY profile_id"  # noqa: S608 - from declarations
    return Check(
        name=f"{table.name}.{column} equals the number of the profile's rows",
        table=table.name,
        columns=(column,),
        problem="profiles have a different number of rows",
        remedy=_remedy(table),
        bad_rows=f'SELECT p.profile_id, p.{name}, coalesce(r.n, 0) AS "rows" FROM {quoted(table.name)} p'  # noqa: S608 - from declarations
        f" LEFT JOIN ({counts}) r USING (profile_id) WHERE p.{name} <> coalesce(r.n, 0)",
    )


def _select(columns: Iterable[str], relation: str, condition: str) -> str:
    names = ", ".join(f"c.{quoted(column)}" for column in columns)
    return f"SELECT {names} FROM {relation} WHERE {condition}"  # noqa: S608 - from declarations


def _remedy(table: TableSchema) -> str:
    maker = "load/history/changes.py" if table.name == "changes" else "transform"
    return f"The rows are wrong, not the files. Fix how {maker} makes the table {table.name}, then build again."
