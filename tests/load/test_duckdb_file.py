"""steckbrief.duckdb: the same tables, described, with views that join profiles to every child table."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import schema
from load.duckdb_file import FILE, JOINED, child_tables, view_name
from load.parquet_files import read_parquet
from load.release import Release
from tests.load import fake

CHANGED = "COMMENT ON COLUMN profiles.title IS 'of another hand'"


@pytest.fixture(scope="module", params=["described anew", "described as the release before"])
def release(request, tmp_path_factory) -> Release:
    output = tmp_path_factory.mktemp("output")
    first = fake.publish(output, fake.rows(12))
    return first if request.param == "described anew" else fake.publish(output, fake.rows(9, seed=2), same_writer=True)


@pytest.fixture(scope="module")
def database(release):
    with duckdb.connect(release.path / FILE, read_only=True) as connection:
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


def test_the_storage_is_one_that_older_duckdb_1_reads(release):
    # Bytes 12 to 20 of the main header: the storage version; 64 is DuckDB 0.10 to 1.x, the next is unreadable to 1.1.
    assert int.from_bytes((release.path / FILE).read_bytes()[12:20], "little") == 64


def title_of(release: Release) -> str:
    with duckdb.connect(release.path / FILE, read_only=True) as connection:
        asked = "SELECT comment FROM duckdb_columns() WHERE table_name = 'profiles' AND column_name = 'title'"
        return str(connection.sql(asked).fetchall()[0][0])


def alter(release: Release) -> Path:
    with duckdb.connect(release.path / FILE) as connection:
        connection.execute(CHANGED)
    return release.path / FILE


def test_descriptions_are_copied_only_where_the_same_code_wrote_the_file_before(output):
    first = fake.publish(output, fake.rows(3))
    altered = hashlib.sha256(alter(first).read_bytes()).hexdigest()
    manifest = json.loads((first.path / "release.json").read_text("utf-8"))
    next(each for each in manifest["files"] if each["path"] == FILE)["sha256"] = altered
    (first.path / "release.json").write_text(json.dumps(manifest), "utf-8")
    second = fake.publish(output, fake.rows(4), same_writer=True)
    assert title_of(second) == "of another hand"
    third = fake.publish(output, fake.rows(3), same_writer=False)
    assert title_of(third) == schema.TABLES["profiles"].column("title").description


@pytest.mark.parametrize("damage", [alter, lambda release: (release.path / FILE).unlink()], ids=["altered", "gone"])
def test_a_database_that_is_not_what_was_published_is_no_pattern(output, damage):
    damage(fake.publish(output, fake.rows(3)))
    second = fake.publish(output, fake.rows(4), same_writer=True)
    assert title_of(second) == schema.TABLES["profiles"].column("title").description


def test_a_database_that_somebody_has_open_for_writing_is_no_hindrance(output):
    first = fake.publish(output, fake.rows(3))
    held = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", held, str(first.path / FILE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as analyst:
        assert analyst.stdout is not None
        assert analyst.stdout.readline() == "open\n"
        second = fake.publish(output, fake.rows(4), same_writer=True)
        analyst.communicate()
    assert title_of(second) == schema.TABLES["profiles"].column("title").description
