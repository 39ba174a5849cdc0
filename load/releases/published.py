"""Published releases: which an output folder has, which is the latest, what the next is called, and their tables."""

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
"""How far in the future the newest release may be before it is told: more than clocks of two machines differ."""

_SHOWN: Final = 5  # ids in a message

_SECOND: Final = r"\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])[0-5]\d[0-5]\dZ"
_ID: Final = re.compile(rf"({_SECOND})(?:-([1-9]\d{{0,8}}))?")


@dataclass(frozen=True, slots=True)
class Release:
    """A published release: its id, its folder, the id of the one before it, and release.json as a dict."""

    id: str
    path: Path
    previous: str | None
    manifest: Mapping[str, Any]


def releases(output: Path) -> tuple[Release, ...]:
    """All releases in `output`, oldest first; () where there is none. ReleaseError where one cannot be read."""
    return tuple(read(output / RELEASES / name) for name in release_ids(output))


def latest(output: Path) -> Release | None:
    """The release `latest` points at; None before the first. ReleaseError where it is gone, damaged or elsewhere."""
    link = output / LATEST
    if not link.is_symlink():
        return read(link) if link.exists() else None
    target = output / link.readlink()
    # The last part is not resolved: where a release really lies is its owner's business, which one it is is not.
    if not is_release_id(target.name) or realpath(target.parent) != realpath(output / RELEASES):
        raise ReleaseError(
            f"{link} leads to {link.readlink()}, which is no release of this folder. Point it at one: ln -sfn"
            f" {RELEASES}/ID {LATEST} in {output}."
        )
    return read(target)


def read(folder: Path) -> Release:
    """The release in `folder`; ReleaseError where its release.json is missing or is not one.

    What it names as releases becomes part of paths, so it must look like a release.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        for name in {manifest["release"], manifest["previous"]} - {None}:
            released_at(name)
        return Release(manifest["release"], folder, manifest["previous"], manifest)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(
            f"{path}: this release cannot be read ({type(error).__name__}: {error}). Restore the folder from a"
            f" backup, or remove it and point {LATEST} at another release (ln -sfn releases/ID {LATEST})."
        ) from error


def table(folder: Path, name: str, columns: Iterable[str] | None = None) -> pa.Table:
    """The table `name` of the release in `folder`, as published, or some of its columns.

    The file of a whole table must have the published hash, because what was changed after publication must not reach
    the next release under a hash of its own.

    Raises:
        ReleaseError: the table cannot be read, or is not what was published.
    """
    try:
        if columns is None:
            published = read(folder).manifest["tables"][name]["parquet"]["sha256"]
            found = sha256_of(parquet_path(folder, name))
            if found != published:
                raise ReleaseError(_damaged(folder, name, f"has the SHA-256 {found}, {published} was published"))
        return read_parquet(folder, name, columns)
    except OSError as error:
        raise ReleaseError(_damaged(folder, name, f"cannot be read ({error})")) from error


def _damaged(folder: Path, name: str, found: str) -> str:
    return (
        f"{folder}: the table {name} of this release {found}. Restore the folder from a backup, or point {LATEST} at"
        f" another release (ln -sfn releases/ID {LATEST}), then build again."
    )


def named(output: Path, name: str) -> Release:
    """The release that `name` means: an id, "latest", or "previous" for the one before the latest.

    A candidate that was not published has an id too.

    ReleaseError where there is none of that name, with those there are.
    """
    if name in (LATEST, PREVIOUS):
        found = latest(output)
        name = (found.previous or "none") if found and name == PREVIOUS else found.id if found else "none"
    ids = release_ids(output)
    if name in release_ids(output, REJECTED):
        return read(output / REJECTED / name)
    if name not in ids:
        known = f"{', '.join(ids[-_SHOWN:])} and {len(ids) - _SHOWN} older" if len(ids) > _SHOWN else ", ".join(ids)
        raise ReleaseError(
            f"{output}: no release {name!r}. Name one that is there ({known or 'none is yet: build one first'}), or"
            f" {LATEST}, or {PREVIOUS}."
        )
    return read(output / RELEASES / name)


def release_ids(output: Path, kind: str = RELEASES) -> list[str]:
    """Ids of the release folders in `output`, oldest first; other files in there are passed over.

    With the `kind` REJECTED those of candidates that were not published.
    """
    folder = output / kind
    if not folder.is_dir():
        return []
    return sorted((entry.name for entry in folder.iterdir() if _ID.fullmatch(entry.name)), key=_order)


def next_id(output: Path, now: dt.datetime) -> str:
    """A release id for `now` (aware): the second in UTC, always greater than that of every release in `output`.

    Within one second, or when the clock was set back, the newest release's second gets the next number that no release
    and no candidate has: 20261122T214100Z-2.
    """
    stamp = now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    published = [_order(each) for each in release_ids(output)]
    second = max([stamp, *(each for each, _ in published)])
    rejected = [_order(each) for each in release_ids(output, REJECTED)]
    taken = [number for each, number in (*published, *rejected) if each == second]
    return f"{second}-{max(taken) + 1}" if taken else second


def ahead_of(output: Path, now: dt.datetime) -> str | None:
    """The newest release, where it is of a time more than AHEAD after `now` (aware); else None."""
    newest = max(release_ids(output), key=_order, default=None)
    return newest if newest is not None and released_at(newest) > now + AHEAD else None


def is_release_id(name: str) -> bool:
    """Whether `name` looks like the id of a release."""
    return _ID.fullmatch(name) is not None


def released_at(release_id: str) -> dt.datetime:
    """The time of a release: the second of its id, and a microsecond for every earlier release of that second.

    So times are in the order of ids. ValueError where `release_id` is none.
    """
    match = _ID.fullmatch(release_id)
    if match is None:
        raise ValueError(f"{release_id!r} is no release id; one looks like 20261122T214100Z or 20261122T214100Z-2.")
    second = dt.datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    return second + dt.timedelta(microseconds=int(match[2] or "1") - 1)


def _order(release_id: str) -> tuple[str, int]:
    stamp, _, number = release_id.partition("-")
    return stamp, int(number or "1")
