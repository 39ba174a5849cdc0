"""The history of a release: every version of every row, with the times from which and until which it held.

A release's folder holds its whole history (history/<table>.parquet), so that it appears, moves and goes with the
release, and outlives the removal of older ones. A version holds from `valid_from` until before `valid_to`, which are
times of releases:

    valid_from <= T AND (valid_to IS NULL OR valid_to > T)

gives each table, in the versioned columns, as the release that was the latest at T had it. Versions stand in order of
valid_from, and within it as in the table; so a history that is carried on from release to release has the same bytes as
one that is made from all of them. A release with other versioned columns than the one before it, or another type of
one, opens a new version of every row: what a column says is never older than the column. Each release counts with the
columns that it has, whatever is declared today, so all this holds across changes of the schema.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from steckbrief.load.disk import sync_folder
from steckbrief.load.errors import ReleaseError
from steckbrief.load.formats.parquet import parquet_path, read_parquet, write_parquet
from steckbrief.load.history.changes import compare
from steckbrief.load.history.comparable_columns import comparable_columns, history_schemas, rows_of
from steckbrief.load.history.lineage import line
from steckbrief.load.releases.published import HISTORY, MANIFEST, read, released_at
from steckbrief.schema.history import TIME, TO, history_of, key_of

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Step:
    """From one release to the next: its folder and time, what changed, the history before (if any) and the new one.

    `tables` are its tables, if they are in memory.
    """

    folder: Path
    at: dt.datetime
    changes: pa.Table
    earlier: Path | None
    target: Path
    tables: Mapping[str, pa.Table] | None = None


def carry_on(folder: Path, tables: Mapping[str, pa.Table], previous: Path | None, at: dt.datetime) -> dict[str, int]:
    """Write the history of the release that is being made in `folder`; gives the number of versions by table.

    Args:
        folder: where its files are.
        tables: its tables; `changes` is against `previous`.
        previous: folder of the release before it, None for a first one. Where it has no history, that is made again
            first: from the newest earlier release whose history is whole, else from the oldest release that is there.
        at: the time of the release (aware).

    Raises:
        ReleaseError: the history or the tables of an earlier release cannot be read.
        OSError: the disk does not take it.
    """
    target, again = folder / HISTORY, folder / ".rebuilt"
    target.mkdir()
    earlier = previous / HISTORY if previous else None
    if previous and not (previous / HISTORY).is_dir():
        start, folders = line(previous)
        _tell(previous, start, folders)
        rebuild(folders, again, start)
        earlier = again
    rows = _carry_on(_Step(folder, at, tables["changes"], earlier, target, tables))
    if earlier == again:
        shutil.rmtree(again)
    sync_folder(target)
    return rows


def rebuild(releases: Sequence[Path], target: Path, start: Path | None = None) -> None:
    """Write the history of the last of `releases` (folders, oldest first) into `target`, from their tables alone.

    With `start`, the release before them, its history is carried on.
    """
    before, earlier = start, start / HISTORY if start else None
    for folder in releases:
        draft = target.with_name(f"{target.name}-next")
        draft.mkdir()
        _carry_on(_Step(folder, released_at(folder.name), compare(folder, before), earlier, draft))
        if earlier == target:
            shutil.rmtree(target)
        draft.rename(target)
        before, earlier = folder, target


def read_history(folder: Path, name: str) -> pa.Table:
    """The history of the table `name` in the history folder `folder`; ReleaseError where it cannot be read."""
    try:
        return read_parquet(folder, name)
    except OSError as error:
        raise ReleaseError(
            f"{parquet_path(folder, name)}: this history cannot be read ({error}). Restore it from a backup. Without"
            f" one, remove the folder {folder}, and the next build makes it again from the newest earlier release"
            " whose history is whole; what only releases removed since then told is lost. Where none is whole, it"
            " begins with the oldest release that is there, and all before that is lost."
        ) from error


def _tell(release: Path, start: Path | None, folders: Sequence[Path]) -> None:
    source = f"that of {start.name}" if start else f"the tables of {folders[0].name}, with which it begins"
    since = ", ".join(each.name for each in folders)
    _log.warning("%s has no history. It is made again from %s, and from the releases %s.", release, source, since)


def _carry_on(step: _Step) -> dict[str, int]:
    """Write the history of every table that the release has; gives the number of versions by table."""
    return {
        name: _carry_on_table(name, schema, step)
        for name, schema in history_schemas(step.tables or step.folder).items()
    }


def _carry_on_table(name: str, stored: pa.Schema, step: _Step) -> int:
    schema, key = history_of(name, stored), key_of(name)
    versions = _versions(name, schema, step.earlier)
    mine = step.changes.filter(pc.equal(step.changes["table"], name))
    same = versions is not None and _columns(versions.schema) == _columns(schema)
    if (
        versions is not None
        and step.earlier
        and not mine.num_rows
        and versions.schema.equals(schema, check_metadata=True)
    ):
        _link(parquet_path(step.earlier, name), parquet_path(step.target, name))
        return int(versions.num_rows)
    rows = rows_of(step.tables or step.folder, name, schema.names)
    closed, opened = None, rows
    if same:
        closed = _keys(mine, ("removed", "changed"))
        opened = rows.filter(pc.is_in(rows[key], _keys(mine, ("added", "changed"))))
    before = schema.empty_table() if versions is None else _closed(_shaped(versions, schema), key, closed, step.at)
    table = pa.concat_tables([before, _opened(opened, schema, step.at)])
    write_parquet(table.combine_chunks(), step.target, name)
    return int(table.num_rows)


def _versions(name: str, schema: pa.Schema, earlier: Path | None) -> pa.Table | None:
    """The versions before, which are to go on as `schema`; None where the history of the table begins.

    It begins where the release before did not have the table, or knew its rows by keys of another type.
    """
    if earlier is None or not (parquet_path(earlier, name).exists() or name in _recorded(earlier.parent)):
        return None
    versions = read_history(earlier, name)
    return versions if comparable_columns(name, versions.schema, schema) else None


def _recorded(release: Path) -> Collection[str]:
    """The tables whose history a release was published with; none for a folder that is no release yet."""
    return read(release).manifest.get("history", {}) if (release / MANIFEST).is_file() else ()


def _columns(schema: pa.Schema) -> set[tuple[str, pa.DataType]]:
    """What makes a version another one when it changes; order and wording do not."""
    return {(each.name, each.type) for each in schema}


def _shaped(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table as `schema`: NULL in columns that it does not have, or has with another type."""
    types = {each.name: each.type for each in table.schema}
    columns = [
        table[each.name] if types.get(each.name) == each.type else pa.nulls(table.num_rows, each.type)
        for each in schema
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
    return pa.Table.from_arrays([*(rows[name] for name in schema.names[:-2]), *times], schema=schema)


def _link(existing: Path, new: Path) -> None:
    """Give an unchanged file a second name; a copy where the file system has no hard links."""
    try:
        os.link(existing, new)
    except OSError:
        shutil.copyfile(existing, new)
