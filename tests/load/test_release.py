"""From tables to a published release: its contents, its id, and its reproducibility."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from steckbrief import schema
from steckbrief.load.errors import ReleaseError
from steckbrief.load.formats.parquet import read_parquet
from steckbrief.load.formats.registry import FORMATS, TABLE_FORMATS
from steckbrief.load.release import ReleaseInfo, check, latest, open_staging, publish, reject, releases, write
from steckbrief.load.releases.published import next_id
from steckbrief.schema.history import HISTORY_TABLES
from tests.load import fake

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def test_a_release_contains_every_declared_file(release):
    tables = {format_.path(release.path, name).name for name in schema.TABLES for format_ in FORMATS}
    assert {"profiles.parquet", "profiles.csv", "steckbrief.duckdb"} <= tables
    assert {path.name for path in release.path.iterdir()} == tables | {
        "release.json",
        "datapackage.json",
        "README.md",
        "history",
    }
    assert {path.name for path in (release.path / "history").iterdir()} == {
        f"{name}.parquet" for name in HISTORY_TABLES
    }


def test_latest_points_at_it_by_a_relative_link(release):
    link = release.path.parents[1] / "latest"
    assert str(link.readlink()) == f"releases/{release.id}"
    assert latest(release.path.parents[1]) == release
    assert releases(release.path.parents[1]) == (release,)


def test_nothing_else_is_left_in_the_output_folder(release):
    output = release.path.parents[1]
    assert sorted(path.name for path in output.iterdir()) == [".lock", "history", "latest", "releases"]


def test_the_manifest_has_the_rows_sizes_and_hashes_of_the_files(release):
    made = fake.rows(12)
    for name, entry in release.manifest["tables"].items():
        assert entry["rows"] == len(made.get(name, []))
        for kind in (format_.name for format_ in TABLE_FORMATS):
            stored = (release.path / entry[kind]["path"]).read_bytes()
            assert entry[kind]["bytes"] == len(stored)
            assert entry[kind]["sha256"] == hashlib.sha256(stored).hexdigest()
    assert set(release.manifest["tables"]) == set(schema.TABLES)
    for entry in release.manifest["files"]:
        assert entry["sha256"] == hashlib.sha256((release.path / entry["path"]).read_bytes()).hexdigest()
    covered = {entry["path"] for entry in release.manifest["files"]}
    assert covered == {"steckbrief.duckdb", "datapackage.json", "README.md"}


def test_the_manifest_records_the_source_and_the_build(output):
    info = ReleaseInfo(
        source_root="profiles",
        source_commit="0123abc",
        source_paths=("a", "b"),
        source_contents="d" * 64,
        fingerprint="f" * 64,
        writer="e" * 64,
        version="1.2.3",
        inputs={"found": 5, "read": 4, "reused": 0, "skipped": 0, "quarantined": 1},
        settings={"locale": "de"},
        gates=[{"gate": "minimum_rows", "passed": True}],
        timings={"extract": 1.23456},
    )
    with open_staging(output) as staging:
        release = publish(check(write(fake.tables(fake.rows(1)), staging)), info)
    stored = json.loads((release.path / "release.json").read_text(encoding="utf-8"))
    assert stored == release.manifest
    assert {key: stored[key] for key in stored if key not in ("tables", "history", "files", "created_at")} == {
        "release": release.id,
        "previous": None,
        "schema_version": schema.SCHEMA_VERSION,
        "steckbrief_version": "1.2.3",
        "fingerprint": "f" * 64,
        "writer": "e" * 64,
        "source": {"root": "profiles", "commit": "0123abc", "paths": ["a", "b"], "contents": "d" * 64},
        "inputs": {"found": 5, "read": 4, "reused": 0, "skipped": 0, "quarantined": 1},
        "gates": [{"gate": "minimum_rows", "passed": True}],
        "forced": False,
        "settings": {"locale": "de"},
        "timings": {"extract": 1.235},
    }
    created = dt.datetime.fromisoformat(stored["created_at"])
    assert abs(dt.datetime.now(dt.UTC) - created) < dt.timedelta(minutes=5)


def test_the_same_rows_give_the_same_bytes_in_every_table_file(output, tmp_path):
    first = fake.publish(output, fake.rows(8))
    again = fake.publish(tmp_path / "elsewhere", fake.rows(8))
    for name in schema.TABLES:
        for kind in ("parquet", "csv"):
            assert (first.path / f"{name}.{kind}").read_bytes() == (again.path / f"{name}.{kind}").read_bytes()


def test_the_chunks_of_a_table_do_not_affect_its_bytes(output, tmp_path):
    tables = fake.tables(fake.rows(8))
    pieces = {name: pa.concat_tables([table.slice(0, 5), table.slice(5)]) for name, table in tables.items()}
    with open_staging(output) as one, open_staging(tmp_path / "elsewhere") as other:
        write(tables, one)
        write(pieces, other)
        for name in schema.TABLES:
            for kind in ("parquet", "csv"):
                assert (one.path / f"{name}.{kind}").read_bytes() == (other.path / f"{name}.{kind}").read_bytes()


def test_a_second_release_follows_the_first_and_lists_the_changes(output):
    made = fake.rows(3)
    first = fake.publish(output, made)
    after = copy.deepcopy(made)
    after["profiles"][0]["category"] = "Neu"
    second = fake.publish(output, after)
    assert second.id > first.id
    assert second.previous == second.manifest["previous"] == first.id
    assert [release.id for release in releases(output)] == [first.id, second.id]
    assert latest(output) == second
    (change,) = read_parquet(second.path, "changes").to_pylist()
    assert (change["table"], change["column"], change["after"]) == ("profiles", "category", "Neu")


def test_the_previous_release_is_the_one_latest_points_at_even_after_going_back(output):
    first, _ = fake.publish(output, fake.rows(2)), fake.publish(output, fake.rows(3))
    (output / "latest").unlink()
    (output / "latest").symlink_to(f"releases/{first.id}")
    assert fake.publish(output, fake.rows(2)).previous == first.id


def test_a_relative_output_behind_a_link_gives_one_path_for_a_release(output, tmp_path, monkeypatch):
    output.mkdir()
    (tmp_path / "shown").symlink_to("output")
    monkeypatch.chdir(tmp_path)
    fake.publish(Path("shown"), fake.rows(1))
    assert latest(Path("shown")) == releases(Path("shown"))[-1]
    (output / "latest").unlink()
    (output / "latest").symlink_to("latest")
    with pytest.raises(ReleaseError, match="points at latest, which is not a release in this folder"):
        latest(output)


def test_all_tables_may_be_empty(output):
    release = fake.publish(output, fake.rows(0))
    assert {entry["rows"] for entry in release.manifest["tables"].values()} == {0}


def test_the_order_of_tables_given_does_not_matter(output):
    tables = fake.tables(fake.rows(1))
    with open_staging(output) as staging:
        written = write(dict(reversed(tables.items())), staging)
    assert list(written.rows) == list(schema.TABLES)


def test_progress_is_reported_for_every_table(output):
    reported: list[str] = []
    with open_staging(output) as staging:
        write(fake.tables(fake.rows(1)), staging, on_table=reported.append)
    assert reported == list(schema.TABLES)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda tables: tables.pop("faqs"), "Tables missing: faqs; unknown: none"),
        (lambda tables: tables.update(extra=tables["tags"]), "Tables missing: none; unknown: extra"),
        (lambda tables: tables.update(changes=schema.empty("changes")), "unknown: changes"),
        (lambda tables: tables.update(tags=tables["tags"].drop_columns(["tag"])), "Table tags: found columns"),
        (
            lambda tables: tables.update(tags=tables["tags"].set_column(1, "position", pa.array([1.5] * 4))),
            "Table tags, column position: found type double, expected int32",
        ),
        (
            lambda tables: tables.update(tags=tables["tags"].set_column(2, "tag", pa.array(["a", None, "b", None]))),
            "Table tags, column tag: found 2 NULLs in a column that is never NULL",
        ),
    ],
)
def test_tables_of_another_shape_are_refused_by_name(output, edit, message):
    tables = fake.tables(fake.rows(1))
    edit(tables)
    with open_staging(output) as staging, pytest.raises(ValueError, match=message):
        write(tables, staging)
    assert latest(output) is None


def test_there_is_no_latest_before_the_first_release(output):
    assert latest(output) is None
    assert releases(output) == ()


def test_ids_are_seconds_in_utc_and_always_grow(output):
    berlin = dt.timezone(dt.timedelta(hours=1))
    assert next_id(output, NOON.astimezone(berlin)) == "20261122T120000Z"
    times = [NOON, NOON, NOON - dt.timedelta(days=3), NOON + dt.timedelta(seconds=1)]
    ids = []
    for now in times:
        ids.append(next_id(output, now))
        (output / "releases" / ids[-1]).mkdir(parents=True)
    assert ids == ["20261122T120000Z", "20261122T120000Z-2", "20261122T120000Z-3", "20261122T120001Z"]
    for number in range(4, 12):
        (output / "releases" / f"20261122T120001Z-{number}").mkdir()
    assert next_id(output, NOON) == "20261122T120001Z-12"


def test_a_candidate_of_a_later_day_does_not_lead_the_ids_of_releases(output):
    (output / "rejected" / "20261231T000000Z").mkdir(parents=True)
    assert next_id(output, NOON) == "20261122T120000Z"


def test_the_id_of_a_candidate_that_was_rejected_is_never_given_again(output):
    fake.publish(output, fake.rows(1), now=NOON)
    with open_staging(output, now=NOON + dt.timedelta(hours=1)) as staging:
        rejected = reject(check(write(fake.tables(fake.rows(1)), staging)), fake.INFO)
    assert rejected == output.absolute() / "rejected" / "20261122T130000Z"
    assert fake.publish(output, fake.rows(1), now=NOON + dt.timedelta(hours=1)).id == "20261122T130000Z-2"
    assert fake.publish(output, fake.rows(1), now=NOON).id == "20261122T130000Z-3"


def test_a_release_made_while_the_clock_was_set_back_still_comes_after_the_one_before(output):
    made = fake.rows(1)
    first, second = (fake.publish(output, made, now=now) for now in (NOON, NOON - dt.timedelta(days=3)))
    assert (first.id, second.id) == ("20261122T120000Z", "20261122T120000Z-2")
    assert latest(output) == second


def test_files_that_are_not_releases_are_ignored(output):
    release = fake.publish(output, fake.rows(1))
    (output / "releases" / "notes").mkdir()
    (output / "releases" / ".DS_Store").touch()
    assert releases(output) == (release,)


@pytest.mark.parametrize(
    "content",
    [
        *(None, "", "[]", "{}", "{not json"),
        '{"release": "../../x", "previous": null}',
        '{"release": "20200101T000000Z", "previous": "../../x"}',
        '{"release": "20200101T000000Z", "previous": ""}',
        '{"release": "20200101T000000Z", "previous": ["20200101T000000Z"]}',
    ],
)
def test_an_unreadable_manifest_is_reported_with_what_to_do(output, content):
    release = fake.publish(output, fake.rows(1))
    path = release.path / "release.json"
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"release\.json: this release cannot be read .*Restore the folder"):
        latest(output)


def test_a_latest_that_points_nowhere_stops_the_build_instead_of_starting_over(output):
    fake.publish(output, fake.rows(1))
    (output / "latest").unlink()
    (output / "latest").symlink_to("releases/20200101T000000Z")
    with pytest.raises(ReleaseError, match="this release cannot be read"), open_staging(output):
        pass


def test_the_readme_has_row_counts_and_the_data_dictionary(release):
    text = (release.path / "README.md").read_text(encoding="utf-8")
    assert text.startswith(f"# Release {release.id}\n")
    assert "| `features` | 84 |" in text
    for table in schema.TABLES.values():
        assert f"## {table.name}\n" in text
        assert all(column.description in text for column in table.columns)


def test_every_example_in_the_readme_runs_in_the_folder_of_the_release(release, monkeypatch):
    text = (release.path / "README.md").read_text(encoding="utf-8")
    monkeypatch.chdir(release.path)
    code = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(code) >= 3
    count = "\nassert len(features) == 84"
    subprocess.run([sys.executable, "-W", "error", "-c", "\n".join(block + count for block in code)], check=True)
    statements = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    assert len(statements) >= 2
    with duckdb.connect("steckbrief.duckdb", read_only=True) as connection:
        assert all(connection.execute(statement).fetchall() for statement in statements)
