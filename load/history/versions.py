"""The history of a release: every version of every row, with its period of validity.

Each release folder contains the whole history (history/<table>.parquet). The history is therefore published together
with the release, and survives the removal of older releases. A version is valid from `valid_from` until just before
`valid_to`; both are times of releases. This condition gives the versioned columns of a table as they were in the latest
release at time T:

    valid_from <= T AND (valid_to IS NULL OR valid_to > T)

Versions are sorted by valid_from and then as in the table, so extending a history release by release gives the same
bytes as rebuilding it from all releases. If a release adds, removes or retypes a versioned column, every row gets a new
version, because a value is never older than its column. Each release contributes the columns that it has, not the ones
declared today, so all of this also holds across schema changes.
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
from steckbrief.load.history.lineage import lineage
from steckbrief.load.releases.published import HISTORY, MANIFEST, read, released_at
from steckbrief.schema.history import TIME, TO, history_of, key_of

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Step:
    """The step from one release to the next.

    `folder` is the new release, `at` its time and `changes` its changes; `tables` are its tables if they are in memory.
    `previous_history` is the folder of the history to extend, if any, and `target` the folder of the new one.
    """

    folder: Path
    at: dt.datetime
    changes: pa.Table
    previous_history: Path | None
    target: Path
    tables: Mapping[str, pa.Table] | None = None


def extend(folder: Path, tables: Mapping[str, pa.Table], previous: Path | None, at: dt.datetime) -> dict[str, int]:
    """Write the history of the release that is being built in `folder`; return the number of versions per table.

    Args:
        folder: the release.
        tables: its tables; `changes` is relative to `previous`.
        previous: folder of the previous release; None for the first release. If it has no history, that is rebuilt
            first, from the newest earlier release with an intact history, otherwise from the oldest release.
        at: the time of the release (aware).

    Raises:
        ReleaseError: the history or the tables of an earlier release cannot be read.
        OSError: the history cannot be written.
    """
    target, rebuilt = folder / HISTORY, folder / ".rebuilt"
    target.mkdir()
    previous_history = previous / HISTORY if previous else None
    if previous and not (previous / HISTORY).is_dir():
        start, releases = lineage(previous)
        _log.warning(
            "%s has no history. It is rebuilt from %s and the releases %s.",
            previous,
            f"the history of {start.name}" if start else f"the tables of {releases[0].name}, the oldest release,",
            ", ".join(release.name for release in releases),
        )
        rebuild(releases, rebuilt, start)
        previous_history = rebuilt
    version_counts = _extend_tables(_Step(folder, at, tables["changes"], previous_history, target, tables))
    if previous_history == rebuilt:
        shutil.rmtree(rebuilt)
    sync_folder(target)
    return version_counts


def rebuild(releases: Sequence[Path], target: Path, start: Path | None = None) -> None:
    """Write the history of the last of `releases` (folders, oldest first) into `target`, from their tables alone.

    If `start` is given, its history is extended; it is the release before them.
    """
    previous, previous_history = start, start / HISTORY if start else None
    for folder in releases:
        draft = target.with_name(f"{target.name}-next")
        draft.mkdir()
        _extend_tables(_Step(folder, released_at(folder.name), compare(folder, previous), previous_history, draft))
        if previous_history == target:
            shutil.rmtree(target)
        draft.rename(target)
        previous, previous_history = folder, target


def read_history(folder: Path, name: str) -> pa.Table:
    """Return the history of the table `name` from the history folder `folder`; ReleaseError if it cannot be read."""
    try:
        return read_parquet(folder, name)
    except OSError as error:
        raise ReleaseError(
            f"{parquet_path(folder, name)}: this history cannot be read ({error}). Restore it from a backup. Without a"
            f" backup, remove the folder {folder}; the next build rebuilds it from the newest earlier release with an"
            " intact history. Versions that only releases removed since then contained are lost. If no history is"
            " intact, the new one begins with the oldest release."
        ) from error


def _extend_tables(step: _Step) -> dict[str, int]:
    """Write the history of every table of the release; return the number of versions per table."""
    return {
        name: _extend_table(name, schema, step) for name, schema in history_schemas(step.tables or step.folder).items()
    }


def _extend_table(name: str, stored: pa.Schema, step: _Step) -> int:
    schema, key = history_of(name, stored), key_of(name)
    versions = _previous_versions(name, schema, step.previous_history)
    changes = step.changes.filter(pc.equal(step.changes["table"], name))
    is_same_schema = versions is not None and versions.schema.equals(schema, check_metadata=True)
    if step.previous_history and versions is not None and is_same_schema and not changes.num_rows:
        _link(parquet_path(step.previous_history, name), parquet_path(step.target, name))
        return int(versions.num_rows)
    rows = rows_of(step.tables or step.folder, name, schema.names)
    if versions is None:
        closed, new_rows = schema.empty_table(), rows
    elif _columns(versions.schema) == _columns(schema):
        ends = pc.is_in(versions[key], _keys(changes, ("removed", "changed")))
        closed = _close(_conform(versions, schema), ends, step.at)
        new_rows = rows.filter(pc.is_in(rows[key], _keys(changes, ("added", "changed"))))
    else:
        closed, new_rows = _close(_conform(versions, schema), pa.scalar(True), step.at), rows  # noqa: FBT003 - pyarrow's
    table = pa.concat_tables([closed, _open(new_rows, schema, step.at)])
    write_parquet(table.combine_chunks(), step.target, name)
    return int(table.num_rows)


def _previous_versions(name: str, schema: pa.Schema, previous_history: Path | None) -> pa.Table | None:
    """Return the versions to extend; None if the history of the table begins now.

    It begins if the previous release did not have the table, or if the type of its key has changed.
    """
    if previous_history is None:
        return None
    if not (parquet_path(previous_history, name).exists() or name in _published_histories(previous_history.parent)):
        return None
    versions = read_history(previous_history, name)
    return versions if comparable_columns(name, versions.schema, schema) else None


def _published_histories(release: Path) -> Collection[str]:
    """Return the tables that had a history when the release was published; none for an unpublished folder."""
    return read(release).manifest.get("history", {}) if (release / MANIFEST).is_file() else ()


def _columns(schema: pa.Schema) -> set[tuple[str, pa.DataType]]:
    """Return the columns and types; if these differ, every row gets a new version. Order and wording do not matter."""
    return {(field.name, field.type) for field in schema}


def _conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the table with the columns of `schema`: NULL if a column is missing or has a different type."""
    types = {field.name: field.type for field in table.schema}
    columns = [
        table[field.name] if types.get(field.name) == field.type else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _keys(changes: pa.Table, kinds: Sequence[str]) -> pa.Array:
    return changes.filter(pc.is_in(changes["change"], pa.array(kinds)))["row_key"].combine_chunks()


def _close(versions: pa.Table, ends: pa.ChunkedArray | pa.Scalar, at: dt.datetime) -> pa.Table:
    """Return the versions, with `at` as the end of those that have no end yet and for which `ends` is true."""
    closes = pc.and_(pc.is_null(versions[TO]), ends)
    times = pc.if_else(closes, pa.scalar(at, TIME), versions[TO])
    return versions.set_column(versions.schema.get_field_index(TO), versions.schema.field(TO), times)


def _open(rows: pa.Table, schema: pa.Schema, at: dt.datetime) -> pa.Table:
    """Return the rows as versions that are valid from `at`."""
    count = rows.num_rows
    times = [pa.array([at] * count, TIME), pa.nulls(count, TIME)]
    return pa.Table.from_arrays([*(rows[name] for name in schema.names[:-2]), *times], schema=schema)


def _link(existing: Path, new: Path) -> None:
    """Hard-link an unchanged file, or copy it if the file system has no hard links."""
    try:
        os.link(existing, new)
    except OSError:
        shutil.copyfile(existing, new)
