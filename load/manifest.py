"""release.json and datapackage.json: what a release is, where it came from, and what is in it.

Times, hosts and paths live here and never in the bytes of a table.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from steckbrief.load.disk import sha256_of
from steckbrief.load.formats.csv import csv_path
from steckbrief.load.formats.parquet import parquet_path
from steckbrief.load.releases.published import HISTORY
from steckbrief.load.releases.staging import Staging
from steckbrief.schema.datapackage import resource
from steckbrief.schema.tables import SCHEMA_VERSION, TABLES


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """What load cannot know of a release: where its rows came from and how the build went.

    Args:
        source_root: the source as it was given.
        source_commit: the source's git commit; None where it has none.
        fingerprint: of the extractor's code and vocabulary.
        writer: the same of the code that wrote the files.
        version: of the software.
        inputs: what became of the files: found, read, reused, skipped, other, quarantined -> number of files; bytes of
            those read; excluded -> number of those skipped that a pattern left out, by pattern.
        settings: the settings used, as JSON values.
        gates: results of the gates, one dict each.
        timings: stage -> seconds of wall time.
        forced: whether a gate failed and the release was published all the same, because somebody asked for that.
        source_paths: folders of the source's repository that were asked for; () for all.
        source_contents: digest of the files that were copied from the commit; None for a folder that is read as it is.
    """

    source_root: str
    source_commit: str | None
    fingerprint: str
    writer: str
    version: str
    inputs: Mapping[str, int | str | Mapping[str, int]]
    settings: Mapping[str, object] = field(default_factory=dict, hash=False)
    gates: Sequence[Mapping[str, object]] = ()
    timings: Mapping[str, float] = field(default_factory=dict, hash=False)
    forced: bool = False
    source_paths: Sequence[str] = ()
    source_contents: str | None = None


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a release: its name, its size in bytes, its SHA-256 in hexadecimal."""

    path: str
    bytes: int
    sha256: str


def file_entry(path: Path) -> FileEntry:
    """Measure a file as it stands on disk."""
    return FileEntry(path.name, path.stat().st_size, sha256_of(path))


def table_entries(folder: Path) -> dict[str, dict[str, FileEntry]]:
    """Table -> {"parquet": entry, "csv": entry} for the files in `folder`."""
    return {
        name: {"parquet": file_entry(parquet_path(folder, name)), "csv": file_entry(csv_path(folder, name))}
        for name in TABLES
    }


def data_package(staging: Staging, rows: Mapping[str, int], entries: Mapping[str, Mapping[str, FileEntry]]) -> str:
    """The text of datapackage.json: every CSV file with its Table Schema."""
    resources = [
        resource(table, size=entries[name]["csv"].bytes, sha256=entries[name]["csv"].sha256, rows=rows[name])
        for name, table in TABLES.items()
    ]
    return _json(
        {
            "profile": "tabular-data-package",
            "name": "steckbrief",
            "title": "Steckbrief: product profiles as tables",
            "version": staging.id,
            "resources": resources,
        }
    )


def release_manifest(
    staging: Staging,
    info: ReleaseInfo,
    *,
    now: dt.datetime,
    tables: Mapping[str, Mapping[str, Any]],
    history: Mapping[str, Mapping[str, Any]],
    files: Sequence[FileEntry],
) -> dict[str, Any]:
    """release.json as a dict: `tables` and `history` as made by the functions below, `files` all others."""
    return {
        "release": staging.id,
        "previous": staging.previous,
        "created_at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "schema_version": SCHEMA_VERSION,
        "steckbrief_version": info.version,
        "fingerprint": info.fingerprint,
        "writer": info.writer,
        "source": {
            "root": info.source_root,
            "commit": info.source_commit,
            "paths": list(info.source_paths),
            "contents": info.source_contents,
        },
        "inputs": dict(info.inputs),
        "tables": dict(tables),
        "history": dict(history),
        "files": [_entry(file) for file in files],
        "gates": [dict(gate) for gate in info.gates],
        "forced": info.forced,
        "settings": dict(info.settings),
        "timings": {stage: round(seconds, 3) for stage, seconds in info.timings.items()},
    }


def table_manifest(
    rows: Mapping[str, int], neutralised: Mapping[str, int], entries: Mapping[str, Mapping[str, FileEntry]]
) -> dict[str, dict[str, Any]]:
    """Per table: rows, CSV cells neutralised, and both files with their sizes and hashes."""
    return {
        name: {
            "rows": rows[name],
            "neutralised_cells": neutralised[name],
            **{kind: _entry(entry) for kind, entry in entries[name].items()},
        }
        for name in TABLES
    }


def history_manifest(folder: Path, versions: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """Per table with a history: its number of versions, and its file."""
    entries = {name: file_entry(parquet_path(folder / HISTORY, name)) for name in versions}
    return {
        name: {"rows": versions[name], **_entry(entry), "path": f"{HISTORY}/{entry.path}"}
        for name, entry in entries.items()
    }


def as_json(manifest: Mapping[str, Any]) -> str:
    """The text of release.json."""
    return _json(manifest)


def _entry(entry: FileEntry) -> dict[str, Any]:
    return {"path": entry.path, "bytes": entry.bytes, "sha256": entry.sha256}


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
