"""The SQL checks of the schema count rows that fail, and valid tables pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb
import pyarrow as pa
import pytest

from steckbrief.schema.checks import COUNTED, Check, all_checks, checks_for, count_query, scan_query
from steckbrief.schema.model import Column, TableSchema
from steckbrief.schema.tables import TABLES
from tests.load import fake

Tables = dict[str, pa.Table]


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Valid tables with more than one row each."""
    made = fake.tables(fake.rows(5))
    return {name: made.get(name, table.arrow_schema.empty_table()) for name, table in TABLES.items()}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as database:
        yield database


def broken(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table], *checks: Check) -> list[int]:
    """Return how many rows fail each check."""
    for name, table in tables.items():
        connection.register(name, table)
    return [count for (count,) in connection.execute(count_query(checks)).fetchall()]


def with_cell(table: pa.Table, column: str, row: int, value: object) -> pa.Table:
    """Return the table with another value in one cell, even if the schema forbids it."""
    cells = table[column].to_pylist()
    cells[row] = value
    field = table.schema.field(column).with_nullable(True)
    return table.set_column(table.column_names.index(column), field, pa.array(cells, field.type))


def other(column: Column) -> object:
    """Return a value that the generated tables do not contain."""
    return "xx/nowhere" if column.is_text else 9_999


def breaking(tables: Tables, check: Check) -> Tables:
    """Return the tables with a row that fails the check, derived from the name of the check alone."""
    table, rows = TABLES[check.table], tables[check.table]
    if rows.num_rows == 0:  # changes is made by load alone
        rows = pa.Table.from_pylist(
            [{c.name: (c.allowed or ("x",))[0] if c.is_text else 1 for c in table.columns}], schema=table.arrow_schema
        )
    column = table.column(check.columns[-1])
    if "occurs once" in check.name:
        rows = pa.concat_tables([rows, rows.slice(rows.num_rows - 1)])
    elif "never NULL" in check.name:
        rows = with_cell(rows, column.name, 0, None)
    elif "never an empty text" in check.name:
        rows = with_cell(rows, column.name, 0, "")
    else:
        for name in check.columns:
            if rows[name][0].as_py() is None:
                rows = with_cell(rows, name, 0, other(table.column(name)))
        rows = with_cell(rows, column.name, 0, other(column))
    return {**tables, check.table: rows}


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.name)
def test_a_row_that_fails_a_check_is_counted(
    connection: duckdb.DuckDBPyConnection, tables: Tables, check: Check
) -> None:
    wrong = breaking(tables, check)
    (count,) = broken(connection, wrong, check)
    assert count
    if check.predicate:
        assert connection.execute(scan_query(TABLES[check.table], [check])).fetchone() == (count,)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_valid_tables_and_empty_tables_pass_every_check(
    connection: duckdb.DuckDBPyConnection, tables: Tables, table: TableSchema
) -> None:
    assert tables["profiles"].num_rows > 1
    assert not any(broken(connection, tables, *checks_for(table)))
    without_rows = {name: declared.arrow_schema.empty_table() for name, declared in TABLES.items()}
    assert not any(broken(connection, without_rows, *checks_for(table)))


@pytest.mark.parametrize("counted", COUNTED)
def test_a_counter_that_differs_from_the_rows_fails_its_check(
    connection: duckdb.DuckDBPyConnection, tables: Tables, counted: str
) -> None:
    name, condition = COUNTED[counted]
    kept = [row for row in tables[name].to_pylist() if row["profile_id"] != "de/product-00001"]
    if condition:
        kept = [row | {condition: row[condition] and row["profile_id"] != "de/product-00002"} for row in kept]
    gone = {**tables, name: pa.Table.from_pylist(kept, schema=tables[name].schema)}
    assert any(broken(connection, gone, *checks_for(TABLES["profiles"])))


def test_a_foreign_key_with_a_null_passes_its_check(connection: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    free = {**tables, "diagnostics": with_cell(tables["diagnostics"], "profile_id", 0, None)}
    assert not any(broken(connection, free, *checks_for(TABLES["diagnostics"])))
