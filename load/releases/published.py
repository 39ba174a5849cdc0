"""Published releases: their ids, their manifests and their tables."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os.path import realpath
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from steckbrief.load.disk import sha256_of
from steckbrief.load.errors import ReleaseError
from steckbrief.load.formats.parquet import parquet_path, read_parquet

RELEASES: Final = "releases"
REJECTED: Final = "rejected"
LATEST: Final = "latest"
MANIFEST: Final = "release.json"
PREVIOUS: Final = "previous"
HISTORY: Final = "history"
AHEAD: Final = dt.timedelta(days=1)
"""Warn if the newest release is this far in the future. The clocks of two machines differ by less."""

_IDS_IN_MESSAGE: Final = 5

_SECOND: Final = r"\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])[0-5]\d[0-5]\dZ"
_ID: Final = re.compile(rf"({_SECOND})(?:-([1-9]\d{{0,8}}))?")


@dataclass(frozen=True, slots=True)
class Release:
    """A published release: its id, its folder, the id of the previous release, and release.json as a dict."""

    id: str
    path: Path
    previous: str | None
    manifest: Mapping[str, Any]


def releases(output: Path) -> tuple[Release, ...]:
    """Return all releases in `output`, oldest first. ReleaseError if one cannot be read."""
    return tuple(read(output / RELEASES / name) for name in release_ids(output))


def latest(output: Path) -> Release | None:
    """Return the release that `latest` points at; None before the first release.

    Raises:
        ReleaseError: the release is missing, damaged or not in `output`.
    """
    link = output / LATEST
    if not link.is_symlink():
        return read(link) if link.exists() else None
    target = output / link.readlink()
    # The last part is not resolved, because a release may itself be a link to another disk.
    if not is_release_id(target.name) or realpath(target.parent) != realpath(output / RELEASES):
        raise ReleaseError(
            f"{link} points at {link.readlink()}, which is not a release in this folder. Point it at a release: ln -sfn"
            f" {RELEASES}/ID {LATEST} in {output}."
        )
    return read(target)


def read(folder: Path) -> Release:
    """Return the release in `folder`; ReleaseError if its release.json is missing or invalid.

    Ids in release.json become parts of paths, so they must be well-formed.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        for release_id in {manifest["release"], manifest["previous"]} - {None}:
            released_at(release_id)
        return Release(manifest["release"], folder, manifest["previous"], manifest)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(
            f"{path}: this release cannot be read ({type(error).__name__}: {error}). Restore the folder from a"
            f" backup, or remove it and point {LATEST} at another release (ln -sfn releases/ID {LATEST})."
        ) from error


def table(folder: Path, name: str, columns: Iterable[str] | None = None) -> pa.Table:
    """Return the table `name` of the release in `folder`, or some of its columns.

    A whole table must have the published hash, so that a file that was changed after publication never becomes part of
    the next release.

    Raises:
        ReleaseError: the table cannot be read, or its file has changed since publication.
    """
    try:
        if columns is None:
            published = read(folder).manifest["tables"][name]["parquet"]["sha256"]
            actual = sha256_of(parquet_path(folder, name))
            if actual != published:
                # Another hash and an unreadable file need the same remedy.
                raise OSError(f"it has the SHA-256 {actual}, expected {published}")  # noqa: TRY301
        return read_parquet(folder, name, columns)
    except (OSError, KeyError, TypeError) as error:  # release.json may lack the entry
        raise ReleaseError(
            f"{folder}: the table {name} of this release cannot be used: {error}. Restore the folder from a backup, or"
            f" point {LATEST} at another release (ln -sfn releases/ID {LATEST}), then build again."
        ) from error


def named(output: Path, name: str) -> Release:
    """Return the release called `name`: an id, "latest", or "previous" for the one before the latest.

    The id may also be that of a rejected candidate.

    Raises:
        ReleaseError: there is no such release; the message lists the newest ids.
    """
    if name in (LATEST, PREVIOUS):
        newest = latest(output)
        if newest is None:
            raise ReleaseError(f"{output}: there is no release yet. Build one first, or name the folder with --output.")
        if name == PREVIOUS and newest.previous is None:
            raise ReleaseError(f"{output}: there is no previous release; {newest.id} is the first one.")
        name = newest.previous if name == PREVIOUS and newest.previous else newest.id
    if name in release_ids(output, REJECTED):
        return read(output / REJECTED / name)
    ids = release_ids(output)
    if name not in ids:
        known = ", ".join(ids[-_IDS_IN_MESSAGE:]) or "there are none yet: build one first"
        older = f" and {len(ids) - _IDS_IN_MESSAGE} older" if len(ids) > _IDS_IN_MESSAGE else ""
        raise ReleaseError(
            f"{output}: there is no release {name!r}. Use an existing id ({known}{older}), {LATEST} or {PREVIOUS}."
        )
    return read(output / RELEASES / name)


def release_ids(output: Path, kind: str = RELEASES) -> list[str]:
    """Return the ids of the release folders in `output`, oldest first. Other files are ignored.

    With `kind` REJECTED, return the ids of the rejected candidates.
    """
    folder = output / kind
    if not folder.is_dir():
        return []
    return sorted((entry.name for entry in folder.iterdir() if _ID.fullmatch(entry.name)), key=_order)


def next_id(output: Path, now: dt.datetime) -> str:
    """Return the id for a release at `now` (aware): the second in UTC, always greater than every id in `output`.

    If the newest release has the same or a later second, because the clock was set back, the id is that second with the
    next free number: 20261122T214100Z-2.
    """
    current_second = now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    published = [_order(release_id) for release_id in release_ids(output)]
    rejected = [_order(release_id) for release_id in release_ids(output, REJECTED)]
    second = max([current_second, *(used_second for used_second, _ in published)])
    numbers = [number for used_second, number in (*published, *rejected) if used_second == second]
    return f"{second}-{max(numbers) + 1}" if numbers else second


def ahead_of(output: Path, now: dt.datetime) -> str | None:
    """Return the newest release if it is more than AHEAD after `now` (aware); otherwise None."""
    newest = max(release_ids(output), key=_order, default=None)
    return newest if newest is not None and released_at(newest) > now + AHEAD else None


def is_release_id(name: str) -> bool:
    """Return whether `name` has the form of a release id.

    >>> is_release_id("20261122T214100Z-2"), is_release_id("20261122T214100Z-0"), is_release_id("../latest")
    (True, False, False)
    """
    return _ID.fullmatch(name) is not None


def released_at(release_id: str) -> dt.datetime:
    """Return the time of a release: the second of its id, plus a microsecond for every earlier number.

    Times are therefore in the same order as ids.

    >>> released_at("20261122T214100Z-2").isoformat()
    '2026-11-22T21:41:00.000001+00:00'

    Raises:
        ValueError: `release_id` is not a release id.
    """
    match = _ID.fullmatch(release_id)
    if match is None:
        raise ValueError(
            f"{release_id!r} is not a release id. Expected the form 20261122T214100Z or 20261122T214100Z-2."
        )
    second = dt.datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    return second + dt.timedelta(microseconds=int(match[2] or "1") - 1)


def _order(release_id: str) -> tuple[str, int]:
    second, _, number = release_id.partition("-")
    return second, int(number or "1")
