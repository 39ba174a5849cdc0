"""Asked of Arrow tables, a promise is kept or broken just as the same promise is in SQL."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steckbrief.schema.checks import COUNTED, Check, all_checks, checks_for, count_query
from steckbrief.schema.model import Column
from steckbrief.schema.sound import is_sound
from steckbrief.schema.tables import TABLES
from tests.load import fake

Tables = dict[str, pa.Table]
NAMES = list(TABLES)


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Tables that keep every promise; more than one row of each."""
    made = fake.tables(fake.rows(5))
    return {name: made.get(name, table.arrow_schema.empty_table()) for name, table in TABLES.items()}


def broken_in_sql(tables: Mapping[str, pa.Table], *checks: Check) -> int:
    """How many rows break the promises, as SQL counts them."""
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return sum(count for (count,) in connection.execute(count_query(checks)).fetchall())


def with_cell(table: pa.Table, column: str, row: int, value: object) -> pa.Table:
    """The table with another value in one cell, and nothing of it asked whether that may be."""
    cells = table[column].to_pylist()
    cells[row] = value
    field = table.schema.field(column).with_nullable(True)
    return table.set_column(table.column_names.index(column), field, pa.array(cells, field.type))


def other(column: Column) -> object:
    """A value that stands nowhere in the made tables."""
    return "xx/nowhere" if column.is_text else 9_999


def breaking(tables: Tables, check: Check) -> Tables:
    """The tables with one row that breaks the check, made from the wording of the promise alone."""
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


@pytest.mark.parametrize("name", NAMES)
def test_tables_that_keep_every_promise_are_sound(tables, name):
    assert tables["profiles"].num_rows > 1
    assert is_sound(TABLES[name], tables)


@pytest.mark.parametrize("name", NAMES)
def test_tables_stored_without_a_row_are_sound_with_and_without_a_profile(tables, name):
    stored = {each: pa.Table.from_batches([], table.arrow_schema) for each, table in TABLES.items()}
    assert stored["faqs"]["profile_id"].num_chunks == 0
    assert is_sound(TABLES[name], stored)
    alone = [row | dict.fromkeys(COUNTED, 0) for row in tables["profiles"].to_pylist()]
    profiles = pa.Table.from_pylist(alone, schema=tables["profiles"].schema)
    assert is_sound(TABLES[name], {**stored, "profiles": profiles})


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.name)
def test_one_row_that_breaks_a_promise_makes_its_table_unsound(tables, check):
    wrong = breaking(tables, check)
    assert broken_in_sql(wrong, check)
    assert not is_sound(TABLES[check.table], wrong)


@pytest.mark.parametrize("counted", COUNTED)
def test_a_profile_whose_rows_are_gone_is_counted_wrongly(tables, counted):
    name, condition = COUNTED[counted]
    kept = [row for row in tables[name].to_pylist() if row["profile_id"] != "de/product-00001"]
    if condition:
        kept = [row | {condition: row[condition] and row["profile_id"] != "de/product-00002"} for row in kept]
    gone = {**tables, name: pa.Table.from_pylist(kept, schema=tables[name].schema)}
    assert not is_sound(TABLES["profiles"], gone)


def test_a_foreign_key_with_a_null_points_nowhere_and_breaks_no_promise(tables):
    free = {**tables, "diagnostics": with_cell(tables["diagnostics"], "profile_id", 0, None)}
    assert is_sound(TABLES["diagnostics"], free)


def cells_of(column: Column) -> st.SearchStrategy[object]:
    """Values that fit the column's type: some that keep its promises and some that do not."""
    if column.is_text:
        return st.sampled_from(["", "de/product-00000", "de/product-00001", "feature", "xx"])
    if pa.types.is_boolean(column.arrow_type):
        return st.booleans()
    return st.none() if column.is_date else st.sampled_from([0, 1, 2])


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_few_cells_both_come_to_the_same(tables, data):
    table = TABLES[data.draw(st.sampled_from(["tags", "sections", "faqs", "price_models", "front_matter", "profiles"]))]
    changed = tables[table.name].slice(0, 12)
    for _ in range(data.draw(st.integers(1, 3))):
        column = data.draw(st.sampled_from(table.columns))
        value = data.draw(st.none() | cells_of(column))
        changed = with_cell(changed, column.name, data.draw(st.integers(0, changed.num_rows - 1)), value)
    wrong = {**tables, table.name: changed}
    assert is_sound(table, wrong) is not bool(broken_in_sql(wrong, *checks_for(table)))
