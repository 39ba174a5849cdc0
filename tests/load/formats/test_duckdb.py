"""steckbrief.duckdb: the same tables, described, with views that join profiles to every child table."""

from __future__ import annotations

import duckdb
import pytest

from steckbrief import schema
from steckbrief.load.formats.duckdb import JOINED, DuckDB, child_tables, view_name
from steckbrief.load.formats.parquet import read_parquet
from tests.load import fake


@pytest.fixture(scope="module")
def database(release):
    with duckdb.connect(release.path / DuckDB.file, read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("name", schema.TABLES)
def test_every_table_holds_the_rows_of_its_parquet_file_in_order(release, database, name):
    found = database.sql(f'SELECT * FROM "{name}"').to_arrow_table()
    assert found.to_pydict() == read_parquet(release.path, name).to_pydict()


def test_tables_and_columns_carry_their_descriptions(database):
    tables = dict(database.sql("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    assert tables == {table.name: table.description for table in schema.TABLES.values()}
    columns = database.sql(
        "SELECT table_name, column_name, comment, is_nullable FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()
    stored = {(table, column): (comment, null) for table, column, comment, null in columns}
    for table in schema.TABLES.values():
        for column in table.columns:
            assert stored[table.name, column.name] == (column.description, column.nullable)
    assert all(comment for comment, _ in stored.values()), "views too"


def test_every_child_of_profiles_has_a_view_with_a_comment(database):
    views = dict(database.sql("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall())
    children = fake.PER_PROFILE
    assert sorted(views) == sorted(f"{name}_with_profile" for name in children)
    assert all(comment.endswith(".") for comment in views.values())


@pytest.mark.parametrize("table", child_tables(), ids=lambda table: table.name)
def test_a_view_has_each_row_once_with_the_columns_of_its_profile(release, database, table):
    view = (
        database.sql(f'SELECT * FROM "{view_name(table)}" ORDER BY profile_id, position').to_arrow_table().to_pylist()
    )
    rows = read_parquet(release.path, table.name).to_pylist()
    profiles = {row["profile_id"]: row for row in read_parquet(release.path, "profiles").to_pylist()}
    expected = [row | {f"profile_{name}": profiles[row["profile_id"]][name] for name in JOINED} for row in rows]
    assert view == sorted(expected, key=lambda row: (row["profile_id"], row["position"]))


def test_older_versions_of_duckdb_1_can_read_the_file(release):
    # Bytes 12 to 20 of the main header: the storage version; 64 is DuckDB 0.10 to 1.x, the next is unreadable to 1.1.
    assert int.from_bytes((release.path / DuckDB.file).read_bytes()[12:20], "little") == 64
