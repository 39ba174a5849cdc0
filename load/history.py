"""The history of a release: every version of every row, with the times from which and until which it held.

Belongs here: making the history of a release from that of the release before it and from what changed. Does not belong
here: finding out what changed (changes.py), or which columns have a history (schema/history.py).

A release's folder holds its whole history (history/<table>.parquet), so that it appears, moves and goes with the
release, and outlives the removal of older ones. A version holds from `valid_from` until before `valid_to`, which are
times of releases:

    valid_from <= T AND (valid_to IS NULL OR valid_to > T)

gives each table, in the versioned columns, as the release that was the latest at T had it. Versions stand in order of
valid_from, and within it as in the table; so a history that is carried on from release to release has the same bytes as
one that is made from all of them. A release with other versioned columns than the one before it opens a new version of
every row: what a column says is never older than the column.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from load.changes import compare
from load.disk import sync_folder
from load.errors import ReleaseError
from load.parquet_files import parquet_path, read_parquet, write_parquet
from load.published import MANIFEST, read, released_at
from schema.history import HISTORY_TABLES, TIME, TO, history_schema, key_of, versioned

FOLDER: Final = "history"


def carry_on(folder: Path, changes: pa.Table, previous: Path | None, at: dt.datetime) -> dict[str, int]:
    """Write the history of the release that is being made in `folder`; gives the number of versions by table.

    Args:
        folder: holds the tables as Parquet.
        changes: the table `changes` of the release, against `previous`.
        previous: folder of the release before it, None for a first one. Where it has no history, one is made from all
            releases beside it.
        at: the time of the release (aware).

    Raises:
        ReleaseError: the history or the tables of an earlier release cannot be read.
        OSError: the disk does not take it.
    """
    target = folder / FOLDER
    target.mkdir()
    earlier = None
    if previous is not None:
        earlier = previous / FOLDER
        if not earlier.is_dir():
            earlier = folder / ".rebuilt"
            rebuild(_until(previous), earlier)
    rows = {name: _carry_on(name, folder, changes, earlier, at) for name in HISTORY_TABLES}
    if earlier == folder / ".rebuilt":
        shutil.rmtree(earlier)
    sync_folder(target)
    return rows


def rebuild(releases: Sequence[Path], target: Path) -> None:
    """Write the history of the last of `releases` (folders, oldest first) into `target`, from their tables alone."""
    before: Path | None = None
    for folder in releases:
        draft = target.with_name(f"{target.name}-next")
        draft.mkdir()
        changes = compare(folder, before)
        for name in HISTORY_TABLES:
            _carry_on(name, folder, changes, target if before else None, released_at(folder.name), draft)
        if before:
            shutil.rmtree(target)
        draft.rename(target)
        before = folder


def read_history(folder: Path, name: str) -> pa.Table:
    """The history of the table `name` in the history folder `folder`; ReleaseError where it cannot be read."""
    try:
        return read_parquet(folder, name)
    except OSError as error:
        raise ReleaseError(
            f"{parquet_path(folder, name)}: this history cannot be read ({error}). Restore it from a backup; or remove"
            f" the folder {folder}, and the next build makes it again from the releases that are there."
        ) from error


def _until(release: Path) -> list[Path]:
    """The folders of `release` and of all that led to it and are still there, oldest first."""
    found: list[Path] = []
    folder: Path | None = release
    while folder is not None and (folder / MANIFEST).is_file():
        found.append(folder)
        before = read(folder).previous
        folder = folder.parent / before if before else None
    return found[::-1]


def _carry_on(
    name: str, folder: Path, changes: pa.Table, earlier: Path | None, at: dt.datetime, target: Path | None = None
) -> int:
    target = target or folder / FOLDER
    schema, key = history_schema(name), key_of(name)
    versions = read_history(earlier, name) if earlier else schema.empty_table()
    mine = changes.filter(pc.equal(changes["table"], name))
    reshaped = earlier is not None and not versions.schema.equals(schema)
    if earlier is not None and not reshaped and mine.num_rows == 0:
        _link(parquet_path(earlier, name), parquet_path(target, name))
        return int(versions.num_rows)
    rows = _current(folder, name, schema)
    if earlier is None or reshaped:
        closed, opened = None, rows
    else:
        closed = _keys(mine, ("removed", "changed"))
        opened = rows.filter(pc.is_in(rows[key], _keys(mine, ("added", "changed"))))
    table = pa.concat_tables([_closed(_shaped(versions, schema), key, closed, at), _opened(opened, schema, at)])
    write_parquet(table.combine_chunks(), target, name)
    return int(table.num_rows)


def _current(folder: Path, name: str, schema: pa.Schema) -> pa.Table:
    """The rows of a release in the columns of its history; NULL where an older release lacks a column."""
    columns = versioned(name)
    return _shaped(read_parquet(folder, name, columns), pa.schema([schema.field(column) for column in columns]))


def _shaped(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        table[field.name].cast(field.type) if field.name in table.column_names else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _keys(changes: pa.Table, kinds: Sequence[str]) -> pa.Array:
    return changes.filter(pc.is_in(changes["change"], pa.array(kinds)))["row_key"].combine_chunks()


def _closed(versions: pa.Table, key: str, closed: pa.Array | None, at: dt.datetime) -> pa.Table:
    """The versions with those of the keys `closed` (all where None) that still held closed at `at`."""
    ends = pc.is_null(versions[TO])
    if closed is not None:
        ends = pc.and_(ends, pc.is_in(versions[key], closed))
    times = pc.if_else(ends, pa.scalar(at, TIME), versions[TO])
    return versions.set_column(versions.schema.get_field_index(TO), versions.schema.field(TO), times)


def _opened(rows: pa.Table, schema: pa.Schema, at: dt.datetime) -> pa.Table:
    count = rows.num_rows
    times = [pa.array([at] * count, TIME), pa.nulls(count, TIME)]
    return pa.Table.from_arrays([*rows.columns, *times], schema=schema)


def _link(existing: Path, new: Path) -> None:
    """Give an unchanged file a second name; a copy where the file system has no hard links."""
    try:
        os.link(existing, new)
    except OSError:
        shutil.copyfile(existing, new)
