"""release.json and datapackage.json: the origin and the contents of a release."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from steckbrief.load.disk import sha256_of
from steckbrief.load.formats.parquet import parquet_path
from steckbrief.load.formats.registry import DATABASE_FORMATS, TABLE_FORMATS
from steckbrief.load.releases.published import HISTORY
from steckbrief.load.releases.staging import Staging
from steckbrief.schema.tables import SCHEMA_VERSION, TABLES

DESCRIPTIONS: Final = ("datapackage.json", "README.md")
"""Files that describe the tables; release.json lists them as well."""


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """What load cannot know about a release: the origin of its rows and the course of the build.

    Args:
        source_root: the source as specified by the user.
        source_commit: the source's git commit; None if it has none.
        fingerprint: hash of the code and vocabulary that produced the rows.
        writer: hash of the code that wrote the files.
        version: version of the software.
        inputs: number of files by outcome (found, read, reused, skipped, other, quarantined); bytes read; "excluded":
            number of skipped files per pattern that excluded them.
        settings: the settings used, as JSON values.
        gates: the results of the gates, as dicts.
        timings: stage -> seconds of wall time.
        forced: whether the release was published despite a failed gate.
        source_paths: the requested folders of the source's repository; () for all.
        source_contents: hash of the files copied from the commit; None for a folder that is read in place.
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
    """A file of a release: its name, its size in bytes, its SHA-256 in hexadecimal."""

    path: str
    bytes: int
    sha256: str


def file_entry(path: Path) -> FileEntry:
    """Return the entry of a file on disk."""
    return FileEntry(path.name, path.stat().st_size, sha256_of(path))


def table_entries(folder: Path) -> dict[str, dict[str, FileEntry]]:
    """Return table -> name of the format -> file in `folder`, for the formats with one file per table."""
    return {
        table: {format_.name: file_entry(format_.path(folder, table)) for format_ in TABLE_FORMATS} for table in TABLES
    }


def other_entries(folder: Path) -> list[FileEntry]:
    """Return the entries of the files in `folder` that cover all tables: databases and descriptions."""
    return [file_entry(folder / name) for name in (*(format_.file for format_ in DATABASE_FORMATS), *DESCRIPTIONS)]


def data_package(staging: Staging, rows: Mapping[str, int], entries: Mapping[str, Mapping[str, FileEntry]]) -> str:
    """Return the text of datapackage.json: the files that Data Package tools can read, with their Table Schemas."""
    resources = [
        format_.resource(table, size=entry.bytes, sha256=entry.sha256, rows=rows[name])
        for format_ in TABLE_FORMATS
        if format_.resource
        for name, table in TABLES.items()
        for entry in (entries[name][format_.name],)
    ]
    return as_json(
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
    """Return release.json as a dict. `tables` and `history` come from the functions below, `files` are the others."""
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
    """Return each table's number of rows and neutralised cells, and its file in each format with size and hash."""
    return {
        name: {
            "rows": rows[name],
            "neutralised_cells": neutralised[name],
            **{format_name: _entry(entry) for format_name, entry in entries[name].items()},
        }
        for name in TABLES
    }


def history_manifest(folder: Path, versions: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """Return the number of versions and the file of each table with a history."""
    entries = {name: file_entry(parquet_path(folder / HISTORY, name)) for name in versions}
    return {
        name: {"rows": versions[name], **_entry(entry), "path": f"{HISTORY}/{entry.path}"}
        for name, entry in entries.items()
    }


def _entry(entry: FileEntry) -> dict[str, Any]:
    return {"path": entry.path, "bytes": entry.bytes, "sha256": entry.sha256}


def as_json(value: Mapping[str, Any]) -> str:
    """Return the text of a JSON file in a release.

    >>> print(as_json({"rows": 2}), end="")
    {
      "rows": 2
    }
    """
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
