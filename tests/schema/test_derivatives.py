"""Everything derived from the declarations covers every table and agrees with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest

from steckbrief.schema import dictionary
from steckbrief.schema.checks import all_checks, checks_for, count_query, example_query, scan_query
from steckbrief.schema.csv_options import (
    arrow_convert_options,
    arrow_parse_options,
    duckdb_columns,
    duckdb_relation,
    pandas_dtypes,
    pandas_options,
    polars_schema,
)
from steckbrief.schema.datapackage import resource, table_schema
from steckbrief.schema.sql import literal, quoted
from steckbrief.schema.tables import TABLES

EVERY_TABLE = list(TABLES.values())


def _name(value: object) -> str:
    return str(getattr(value, "name", value))


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        for table in EVERY_TABLE:
            columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in duckdb_columns(table.name).items())
            connection.execute(f"CREATE TABLE {quoted(table.name)} ({columns})")
        yield connection


@pytest.mark.parametrize("table", EVERY_TABLE, ids=_name)
def test_readers_get_a_type_for_every_column(table):
    names = list(table.column_names)
    assert list(duckdb_columns(table.name)) == names
    assert list(polars_schema(table.name)) == names
    assert set(arrow_convert_options(table.name).column_types) == set(names)
    assert duckdb_relation("x.csv", table.name).startswith("read_csv('x.csv', ")
    assert arrow_parse_options().newlines_in_values
    dtypes = pandas_dtypes(table.name)
    assert {name: dtype.pyarrow_dtype for name, dtype in dtypes.items()} == {
        column.name: column.arrow_type for column in table.columns
    }
    assert pandas_options(table.name)["na_values"] == [""]


@pytest.mark.parametrize("table", EVERY_TABLE, ids=_name)
def test_the_types_of_every_reader_are_those_it_converts_arrow_types_to(table):
    empty = table.arrow_schema.empty_table()
    assert dict(pl.DataFrame(empty).schema) == polars_schema(table.name)
    frame = empty.to_pandas(types_mapper=pd.ArrowDtype)
    assert dict(frame.dtypes) == pandas_dtypes(table.name)
    with duckdb.connect() as connection:
        types = [str(kind) for kind in connection.from_arrow(empty).types]
    assert types == list(duckdb_columns(table.name).values())


@pytest.mark.parametrize("table", EVERY_TABLE, ids=_name)
def test_the_data_package_describes_every_column_and_key(table):
    described = table_schema(table)
    assert [field["name"] for field in described["fields"]] == list(table.column_names)
    assert [field["description"] for field in described["fields"]] == [c.description for c in table.columns]
    assert described["primaryKey"] == list(table.primary_key)
    for field, column in zip(described["fields"], table.columns, strict=True):
        constraints = field.get("constraints", {})
        assert constraints.get("required", False) == (not column.nullable)
        assert tuple(constraints.get("enum", ())) == column.allowed
    entry = resource(table, size=1, sha256="0" * 64, rows=0)
    assert entry["path"] == f"{table.name}.csv"
    assert entry["hash"] == "sha256:" + "0" * 64


def test_only_the_key_of_parent_sections_is_left_out_of_the_data_package():
    left_out = [
        (table.name, key.columns)
        for table in EVERY_TABLE
        for key in table.foreign_keys
        if list(key.columns) not in [k["fields"] for k in table_schema(table).get("foreignKeys", [])]
    ]
    assert left_out == [("sections", ("profile_id", "parent_position"))]


@pytest.mark.parametrize("table", EVERY_TABLE, ids=_name)
def test_every_declaration_of_a_table_has_a_check(table):
    checks = checks_for(table)
    on_rows = {check.name for check in checks if check.predicate}
    for column in table.columns:
        assert (f"{table.name}.{column.name} is never NULL" in on_rows) == (not column.nullable)
        assert (f"{table.name}.{column.name} is never an empty text" in on_rows) == column.is_text
        assert any(name.startswith(f"{table.name}.{column.name} is one of") for name in on_rows) == bool(column.allowed)
    keys = [check.columns for check in checks if not check.predicate]
    assert table.primary_key in keys
    assert all(columns in keys for columns in table.unique)
    assert all(key.columns in keys for key in table.foreign_keys)


@pytest.mark.parametrize("table", EVERY_TABLE, ids=_name)
def test_every_check_runs_and_finds_nothing_in_empty_tables(table, database):
    checks = checks_for(table)
    on_rows = [check for check in checks if check.predicate]
    assert set(database.execute(scan_query(table, on_rows)).fetchone()) == {0}
    for check in checks:
        assert database.execute(count_query([check])).fetchall() == [(0,)]
        assert database.execute(example_query(check, 3)).fetchall() == []


def test_every_check_has_a_unique_name_and_says_what_to_do():
    checks = all_checks()
    assert len({check.name for check in checks}) == len(checks)
    assert all(check.remedy.endswith(".") and "build again" in check.remedy for check in checks)


@pytest.mark.parametrize("table", EVERY_TABLE, ids=_name)
def test_the_data_dictionary_has_every_column_key_and_value(table):
    _, _, rest = dictionary.tables().partition(f"## {table.name}\n")
    part, _, _ = rest.partition("\n## ")
    assert table.description in part
    for column in table.columns:
        assert f"| `{column.name}` |" in part
        assert column.description in part
        assert all(f"- `{value}`: {meaning}" in part for value, meaning in column.values.items())


def test_the_committed_data_dictionary_is_up_to_date():
    assert dictionary.DOCUMENT.read_text(encoding="utf-8") == dictionary.render(), (
        "docs/data-dictionary.md is stale: run python -m steckbrief.schema.dictionary and commit the result"
    )


def test_importing_schema_imports_neither_pandas_nor_duckdb_nor_polars():
    code = "import sys, schema; print([m for m in ('pandas', 'duckdb', 'polars') if m in sys.modules])"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_quotes_cannot_break_out_of_names_and_texts_in_sql():
    text, name = "it's; DROP TABLE x --", 'a"b'
    with duckdb.connect() as connection:
        result = connection.execute(f"SELECT {literal(text)} AS {quoted(name)}")
        assert result.fetchall() == [(text,)]
        assert result.description[0][0] == name
