"""Verification names every damaged file of a published release and what is wrong with it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from steckbrief import schema
from steckbrief.load.disk import sha256_of
from steckbrief.load.formats.parquet import parquet_path, read_parquet, write_parquet
from steckbrief.load.release import Release
from steckbrief.load.releases.published import read
from steckbrief.load.releases.verify import verify, verify_latest
from tests.load.declared import another_schema

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def mine(release: Release, tmp_path: Path) -> Release:
    """A copy of a valid release that a test may damage."""
    shutil.copytree(release.path.parents[1], tmp_path / "copy", symlinks=True)
    return read(tmp_path / "copy" / "releases" / release.id)


def test_a_release_is_as_published(release: Release) -> None:
    assert verify(release) == ()
    assert verify_latest(release.path.parents[1]) == ()


@pytest.mark.parametrize(
    "name", ["pros.parquet", "pros.csv", "steckbrief.duckdb", "README.md", "datapackage.json", "history/pros.parquet"]
)
def test_one_changed_byte_in_any_file_is_found(mine: Release, name: str) -> None:
    data = bytearray((mine.path / name).read_bytes())
    data[len(data) // 2] ^= 1
    (mine.path / name).write_bytes(data)
    (fault,) = verify(mine)
    assert fault.place == str(mine.path / name)
    assert "expected" in fault.found
    assert "backup" in fault.remedy


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda path: (path / "cons.csv").unlink(), "cons.csv: cannot be read"),
        (lambda path: (path / "cons.csv").write_bytes(b""), "cons.csv: 0 bytes"),
        (lambda path: (path / "more.csv").write_text("x"), "more.csv: is not in release.json"),
        (lambda path: (path / "more").symlink_to("cons.csv"), "more: is not in release.json"),
        (lambda path: shutil.rmtree(path / "history"), "history/profiles.parquet: cannot be read"),
    ],
)
def test_missing_and_extra_files_are_found(mine: Release, damage: Callable[[Path], object], found: str) -> None:
    damage(mine.path)
    assert any(found in str(fault) for fault in verify(mine))


def forge(release: Release, path: str) -> Release:
    """Update the size and hash of a file in release.json, so that only its contents are wrong."""
    file = release.path / "release.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    entries = [
        *(entry[kind] for entry in manifest["tables"].values() for kind in ("parquet", "csv")),
        *manifest["history"].values(),
        *manifest["files"],
    ]
    (entry,) = [entry for entry in entries if entry["path"] == path]
    entry["bytes"], entry["sha256"] = (release.path / path).stat().st_size, sha256_of(release.path / path)
    file.write_text(json.dumps(manifest), encoding="utf-8")
    return read(release.path)


def test_a_broken_key_is_found_although_every_hash_is_right(mine: Release) -> None:
    with duckdb.connect(mine.path / "steckbrief.duckdb") as connection:
        connection.execute("UPDATE pros SET profile_id = 'de/nobody' WHERE profile_id = 'de/product-00000'")
    faults = [str(fault) for fault in verify(forge(mine, "steckbrief.duckdb"))]
    assert any("(profile_id) is in profiles (profile_id)" in fault for fault in faults)
    assert any("steckbrief.duckdb reads back as written" in fault for fault in faults)


def test_a_table_that_differs_between_its_files_is_found(mine: Release) -> None:
    table = read_parquet(mine.path, "tags")
    write_parquet(table.set_column(2, table.schema.field("tag"), pc.utf8_upper(table["tag"])), mine.path, "tags")
    faults = [str(fault) for fault in verify(forge(mine, "tags.parquet"))]
    assert any("tags.csv reads back as written" in fault for fault in faults)


def test_a_history_that_is_not_the_tables_is_found(mine: Release) -> None:
    folder = mine.path / "history"
    history = read_parquet(folder, "pros")
    write_parquet(history.slice(1), folder, "pros")
    faults = [str(fault) for fault in verify(forge(mine, "history/pros.parquet"))]
    assert faults == [f"{parquet_path(folder, 'pros')}: 1 rows without a version that has no end. {_RESTORE}"]
    row = history.slice(0, 1)
    write_parquet(pa.concat_tables([history, row]), folder, "pros")
    faults = [str(fault) for fault in verify(forge(mine, "history/pros.parquet"))]
    assert any("1 versions without an end that the table does not have" in fault for fault in faults)
    assert any("1 versions that end before they begin or after the next version" in fault for fault in faults)


_RESTORE = "Restore the release from a backup, or point latest at another one (ln -sfn releases/ID latest)."


def test_a_release_with_another_schema_version_is_checked_against_its_hashes(
    mine: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steckbrief.load.releases.verify.SCHEMA_VERSION", "99.0")
    assert verify(mine) == ()
    (mine.path / "pros.csv").write_bytes(b"")
    assert len(verify(mine)) == 1


def test_a_release_from_before_a_rewording_is_as_published(release: Release) -> None:
    tags = schema.TABLES["tags"]
    columns = tuple(dataclasses.replace(column, description="In other words.") for column in tags.columns)
    other = dataclasses.replace(tags, description="Said in other words.", columns=columns)
    with another_schema(schema.SCHEMA_VERSION, {**schema.TABLES, "tags": other}):
        assert verify(release) == ()


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda output: (output / "latest").unlink(), "latest: is not a symbolic link"),
        (lambda output: _relink(output / "latest", "releases/gone"), "latest: points at releases/gone"),
        (lambda output: (output / "history").unlink(), "history: does not point"),
    ],
)
def test_broken_links_are_found(mine: Release, damage: Callable[[Path], object], found: str) -> None:
    damage(mine.path.parents[1])
    assert found in str(verify_latest(mine.path.parents[1])[0])


def _relink(link: Path, target: str) -> None:
    link.unlink()
    link.symlink_to(target)


def test_every_table_is_verified(mine: Release) -> None:
    for name in schema.TABLES:
        (mine.path / f"{name}.parquet").write_bytes(b"")
    assert len(verify(mine)) == len(schema.TABLES)


def test_an_incomplete_release_json_is_a_fault(mine: Release) -> None:
    manifest = json.loads((mine.path / "release.json").read_text(encoding="utf-8"))
    del manifest["tables"]["faqs"]["parquet"]["sha256"]
    (fault,) = verify(dataclasses.replace(mine, manifest=manifest))
    assert "is incomplete" in str(fault)
