"""The declarations themselves: complete, described, and consistent with one another."""

from __future__ import annotations

import itertools

import pytest

from steckbrief import schema
from steckbrief.schema.checks import COUNTED
from steckbrief.schema.columns import COLUMNS, IN_TABLE
from steckbrief.schema.tables import TABLES

EVERY_COLUMN = [(table, column) for table in TABLES.values() for column in table.columns]
EVERY_TABLE = list(TABLES.values())


def _name(value: object) -> str:
    return str(getattr(value, "name", value))


def test_the_tables_of_the_contract_are_declared_in_publication_order():
    assert list(TABLES) == [
        "profiles",
        "tags",
        "price_models",
        "front_matter",
        "sections",
        *(listing.name for listing in schema.LISTINGS),
        "templates",
        "links",
        "diagnostics",
        "changes",
    ]


@pytest.mark.parametrize(("table", "column"), EVERY_COLUMN, ids=_name)
def test_every_column_is_described_by_a_sentence(table, column):
    text = column.description
    assert len(text) > 20
    assert text[0].isupper()
    assert text.endswith(".")
    assert "todo" not in text.lower()
    assert text.isascii(), "some tools that read it expect ASCII"


@pytest.mark.parametrize("table", EVERY_TABLE, ids=_name)
def test_every_table_is_described_by_a_sentence_and_begins_with_its_key(table):
    assert len(table.description) > 20
    assert table.description.endswith(".")
    assert table.column_names[: len(table.primary_key)] == table.primary_key
    assert len(set(table.column_names)) == len(table.column_names)


@pytest.mark.parametrize("table", EVERY_TABLE, ids=_name)
def test_keys_are_columns_that_are_never_null(table):
    for name in itertools.chain(table.primary_key, *table.unique):
        assert not table.column(name).nullable


@pytest.mark.parametrize("table", EVERY_TABLE, ids=_name)
def test_foreign_keys_point_at_the_primary_key_of_an_earlier_table_with_the_same_types(table):
    order = list(TABLES)
    for key in table.foreign_keys:
        target = TABLES[key.table]
        assert order.index(target.name) <= order.index(table.name)
        assert key.references == target.primary_key
        for here, there in zip(key.columns, key.references, strict=True):
            assert table.column(here).arrow_type == target.column(there).arrow_type


def test_every_declared_column_and_every_narrowing_is_used_by_a_table():
    used = {(table.name, column.name) for table, column in EVERY_COLUMN}
    assert {column for _, column in used} == set(COLUMNS)
    assert set(IN_TABLE) <= used


@pytest.mark.parametrize(("table", "column"), EVERY_COLUMN, ids=_name)
def test_types_follow_the_conventions_of_the_contract(table, column):
    kind = str(column.arrow_type)
    assert kind in {"string", "int32", "int64", "bool", "date32[day]"}, "no lists, no timestamps in tables"
    assert (kind == "date32[day]") == column.name.endswith("_on")
    assert (kind == "bool") == column.name.startswith("is_")
    if column.name.endswith("_count") or column.name.startswith("line_") or column.name.endswith("position"):
        assert kind == "int32"


@pytest.mark.parametrize(("table", "column"), EVERY_COLUMN, ids=_name)
def test_allowed_values_are_texts_with_a_meaning(table, column):
    if column.allowed:
        assert column.is_text
    for value, meaning in column.values.items():
        assert value == value.lower().strip()
        assert meaning.strip()


def test_tables_of_rows_have_a_row_id_that_occurs_once():
    with_row_id = [table.name for table in EVERY_TABLE if "row_id" in table.column_names]
    assert tuple(with_row_id) == schema.ROW_TABLES
    assert all(("row_id",) in TABLES[name].unique for name in schema.ROW_TABLES)


def test_every_count_of_profiles_is_checked_against_rows():
    counts = {name for name in TABLES["profiles"].column_names if name.endswith("_count")}
    assert set(COUNTED) == counts - {"word_count"}


def test_an_unknown_column_is_reported_with_the_existing_ones():
    with pytest.raises(KeyError, match="has no column colour; it has profile_id, position, tag"):
        TABLES["tags"].column("colour")
