"""Whether a published release is still what was published: files, hashes, keys, history.

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
    """One thing that is not as it was published: where, what was found and expected, what to do."""

    place: str
    found: str
    remedy: str = _RESTORE

    def __str__(self) -> str:
        return f"{self.place}: {self.found}. {self.remedy}"


def verify(release: Release) -> tuple[Fault, ...]:
    """Everything that is wrong with `release`; () where it is as published.

    Tables and history are held against today's schema only where the release has the same schema version; an older
    release is held against its own hashes.
    """
    faults = tuple(_files(release))
    if faults or release.manifest.get("schema_version") != SCHEMA_VERSION:
        return faults
    try:
        return (*_tables(release), *_history(release))
    except OSError as error:
        return (Fault(str(release.path), f"cannot be read ({error})"),)


def verify_latest(output: Path) -> tuple[Fault, ...]:
    """Whether `latest` is a link to a release and `history` leads into it."""
    link, history = output / LATEST, output / HISTORY
    remedy = f"Point it at a release: ln -sfn {RELEASES}/ID {LATEST} in {output}."
    if not link.is_symlink():
        return (Fault(str(link), "no symbolic link", remedy),)
    if not (link / MANIFEST).is_file():
        return (Fault(str(link), f"leads to {link.readlink()}, where no release is", remedy),)
    if (link / HISTORY).is_dir() and not (history.is_symlink() and history.is_dir()):
        return (Fault(str(history), "does not lead to the history of latest", "The next build makes it again."),)
    return ()


def _files(release: Release) -> Iterator[Fault]:
    """Every file that is missing, different or not in release.json."""
    named = dict(_entries(release.manifest))
    for path, (size, sha256) in named.items():
        file = release.path / path
        try:
            found = file.stat().st_size, sha256_of(file)
        except OSError as error:
            yield Fault(str(file), f"cannot be read ({error.strerror})")
            continue
        if found != (size, sha256):
            yield Fault(str(file), f"{found[0]} bytes with SHA-256 {found[1]}, expected {size} with {sha256}")
    there = {
        str(path.relative_to(release.path)) for path in release.path.rglob("*") if path.is_symlink() or path.is_file()
    }
    for path in sorted(there - set(named) - {MANIFEST}):
        yield Fault(str(release.path / path), f"is not in {MANIFEST}", "Move it out of the release.")


def _entries(manifest: Any) -> Iterator[tuple[str, tuple[int, str]]]:
    """Path, size and hash of every file that release.json lists, in formats of any version of this software."""
    of_tables = [value for entry in manifest["tables"].values() for value in entry.values() if isinstance(value, dict)]
    for entry in (*of_tables, *manifest.get("history", {}).values(), *manifest["files"]):
        yield entry["path"], (entry["bytes"], entry["sha256"])


def _tables(release: Release) -> Iterator[Fault]:
    """Every format that differs from the Parquet files, and every broken promise of the schema."""
    entries, listed = release.manifest["tables"], dict(_entries(release.manifest))
    unlike = [
        parquet_path(release.path, name)
        for name, table in TABLES.items()
        if not parquet_schema(release.path, name).equals(table.arrow_schema)
    ]
    if unlike:
        yield from (Fault(str(path), "columns or types are not the declared ones") for path in unlike)
        return
    read = partial(read_parquet, release.path)
    for name, entry in entries.items():
        rows = read(name, ()).num_rows
        if rows != entry["rows"]:
            yield Fault(str(parquet_path(release.path, name)), f"{rows} rows, {entry['rows']} in {MANIFEST}")
    formats = [
        format_ for format_ in FORMATS if format_ is not PARQUET and format_.path(Path(), "profiles").name in listed
    ]
    neutralised = {name: entry["neutralised_cells"] for name, entry in entries.items()}
    for violation in violations(release.path, formats, read, neutralised):
        yield Fault(str(release.path / violation.table), f"{violation.check}: {violation.count} {violation.problem}")
    package = release.path / "datapackage.json"
    for resource in json.loads(package.read_text(encoding="utf-8"))["resources"]:
        if resource["hash"].removeprefix("sha256:") != listed[resource["path"]][1]:
            yield Fault(str(package), f"another hash of {resource['path']} than {MANIFEST}")


def _history(release: Release) -> Iterator[Fault]:
    """Where the open versions are not the table, or versions of one row overlap."""
    if "history" not in release.manifest:
        return
    for name in HISTORY_TABLES:
        place = str(release.path / HISTORY / f"{name}.parquet")
        try:
            for problem, count in problems(release.path, name):
                yield Fault(place, f"{count} {problem}")
        except OSError as error:
            yield Fault(place, str(error))
