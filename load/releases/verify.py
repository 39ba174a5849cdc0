"""Verify that a published release is unchanged: files, hashes, keys and history.

Nothing is written and no lock is needed, because a release never changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from steckbrief.load.checks import violations
from steckbrief.load.disk import sha256_of
from steckbrief.load.formats.parquet import parquet_path, parquet_schema, read_parquet
from steckbrief.load.formats.registry import FORMATS, PARQUET
from steckbrief.load.history.checks import problems
from steckbrief.load.releases.published import HISTORY, LATEST, MANIFEST, RELEASES, Release
from steckbrief.schema.history import HISTORY_TABLES
from steckbrief.schema.tables import SCHEMA_VERSION, TABLES

_RESTORE: Final = "Restore the release from a backup, or point latest at another one (ln -sfn releases/ID latest)."


@dataclass(frozen=True, slots=True)
class Fault:
    """A difference from what was published: where, what was found and expected, and what to do."""

    place: str
    found: str
    remedy: str = _RESTORE

    def __str__(self) -> str:
        return f"{self.place}: {self.found}. {self.remedy}"


def verify(release: Release) -> tuple[Fault, ...]:
    """Return all faults of `release`; () if it is as published.

    Tables and history are checked against the current schema only if the release has the same schema version. A release
    with a different version is checked against its own hashes.
    """
    try:
        faults = tuple(_files(release))
    except (KeyError, TypeError, AttributeError) as error:
        return (Fault(str(release.path / MANIFEST), f"is incomplete ({type(error).__name__}: {error})"),)
    if faults or release.manifest.get("schema_version") != SCHEMA_VERSION:
        return faults
    try:
        return (*_tables(release), *_history(release))
    except OSError as error:
        return (Fault(str(release.path), f"cannot be read ({error})"),)


def verify_latest(output: Path) -> tuple[Fault, ...]:
    """Return the faults of the links `latest` and `history`."""
    link, history = output / LATEST, output / HISTORY
    remedy = f"Point it at a release: ln -sfn {RELEASES}/ID {LATEST} in {output}."
    if not link.is_symlink():
        return (Fault(str(link), "is not a symbolic link", remedy),)
    if not (link / MANIFEST).is_file():
        return (Fault(str(link), f"points at {link.readlink()}, which is not a release", remedy),)
    if (link / HISTORY).is_dir() and not (history.is_symlink() and history.is_dir()):
        return (Fault(str(history), "does not point at latest/history", "The next build corrects it."),)
    return ()


def _files(release: Release) -> Iterator[Fault]:
    """Yield a fault for every file that is missing, different or not in release.json."""
    listed = dict(_entries(release.manifest))
    for path, (size, sha256) in listed.items():
        file = release.path / path
        try:
            actual_size, actual_sha256 = file.stat().st_size, sha256_of(file)
        except OSError as error:
            yield Fault(str(file), f"cannot be read ({error.strerror})")
            continue
        if (actual_size, actual_sha256) != (size, sha256):
            yield Fault(
                str(file), f"{actual_size} bytes with SHA-256 {actual_sha256}, expected {size} bytes with {sha256}"
            )
    existing = {
        str(path.relative_to(release.path)) for path in release.path.rglob("*") if path.is_symlink() or path.is_file()
    }
    for path in sorted(existing - set(listed) - {MANIFEST}):
        yield Fault(str(release.path / path), f"is not in {MANIFEST}", "Move it out of the release.")


def _entries(manifest: Any) -> Iterator[tuple[str, tuple[int, str]]]:
    """Yield path, size and hash of every file that release.json lists, whichever version of the software wrote it."""
    table_entries = [
        value for entry in manifest["tables"].values() for value in entry.values() if isinstance(value, dict)
    ]
    for entry in (*table_entries, *manifest.get("history", {}).values(), *manifest["files"]):
        yield entry["path"], (entry["bytes"], entry["sha256"])


def _tables(release: Release) -> Iterator[Fault]:
    """Yield a fault for every file that differs from the Parquet files, and for every violation of the schema."""
    entries, listed = release.manifest["tables"], dict(_entries(release.manifest))
    different_schema = [
        parquet_path(release.path, name)
        for name, table in TABLES.items()
        if not parquet_schema(release.path, name).equals(table.arrow_schema)
    ]
    if different_schema:
        yield from (Fault(str(path), "columns or types are not the declared ones") for path in different_schema)
        return
    read = partial(read_parquet, release.path)
    for name, entry in entries.items():
        rows = read(name, ()).num_rows
        if rows != entry["rows"]:
            yield Fault(
                str(parquet_path(release.path, name)), f"{rows} rows, expected {entry['rows']} as in {MANIFEST}"
            )
    formats = [
        format_ for format_ in FORMATS if format_ is not PARQUET and format_.path(Path(), "profiles").name in listed
    ]
    neutralised = {name: entry["neutralised_cells"] for name, entry in entries.items()}
    for violation in violations(release.path, formats, read, neutralised):
        yield Fault(str(release.path / violation.table), f"{violation.check}: {violation.count} {violation.problem}")
    package = release.path / "datapackage.json"
    for resource in json.loads(package.read_text(encoding="utf-8"))["resources"]:
        if resource["hash"].removeprefix("sha256:") != listed[resource["path"]][1]:
            yield Fault(str(package), f"the hash of {resource['path']} differs from {MANIFEST}")


def _history(release: Release) -> Iterator[Fault]:
    """Yield a fault if the open versions differ from the table, or if versions of one row overlap."""
    if "history" not in release.manifest:
        return
    for name in HISTORY_TABLES:
        place = str(release.path / HISTORY / f"{name}.parquet")
        try:
            for problem, count in problems(release.path, name):
                yield Fault(place, f"{count} {problem}")
        except OSError as error:
            yield Fault(place, str(error))
