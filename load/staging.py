"""A folder in which a release is made, out of everybody's sight, while nobody else makes one.

Belongs here: the lock, the staging folder's life, the wording of what an output folder can do wrong. Does not
belong here: what is written into it.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from load.errors import OutputBusyError, OutputError
from load.published import LATEST, RELEASES, latest, next_id
from load.signals import signals_later

LOCK: Final = ".lock"
PREFIX: Final = ".staging-"
REMOVING: Final = ".removing-"
"""Start of the name of a release that is being removed."""

PUBLISHING: Final = ".publishing"
"""A link to the release that is being published, as long as `latest` may not lead to it yet."""

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Staging:
    """Where a release is being made: `path` inside `output`, the `id` it will have, and the latest before it."""

    output: Path
    path: Path
    id: str
    previous: str | None


@contextmanager
def open_staging(output: Path, *, now: dt.datetime | None = None) -> Iterator[Staging]:
    """Lock `output`, clear what dead builds left in it, and give an empty staging folder on its file system.

    The folder is removed at the end unless it was published (renamed) by then; where even that fails it stays
    under a name that starts with a dot, is logged, and is cleared by the next build.

    Args:
        output: the output folder; made where it does not exist.
        now: the time the release id is made from; the present where None.

    Raises:
        OutputError: the folder cannot be made or written.
        OutputBusyError: another build holds it.
        ReleaseError: `latest` points at something that is not a release.
    """
    with locked(output):
        output = output.absolute()
        before = latest(output)
        with reporting(output, "make a staging folder"):
            _clear(output)
            release_id = next_id(output, now or dt.datetime.now(dt.UTC))
            staging = Staging(output, output / f"{PREFIX}{release_id}", release_id, before.id if before else None)
            staging.path.mkdir()
        try:
            yield staging
        finally:
            _remove(staging.path)


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Hold `output` alone for the time of the block; the folder is made where it does not exist.

    Raises OutputError where the folder cannot be made or locked, OutputBusyError where another process holds it.
    """
    with reporting(output, "prepare the folder"):
        output = output.absolute()
        (output / RELEASES).mkdir(parents=True, exist_ok=True)
        lock = (output / LOCK).open("a+", encoding="ascii")
    with lock:
        _hold(output, lock.fileno())
        yield


def withdraw(output: Path) -> None:
    """Undo a publication that broke off: remove its release, unless `latest` already leads to it."""
    marker, link = output / PUBLISHING, output / LATEST
    if not marker.is_symlink():
        return
    folder = output / marker.readlink()
    if not (link.is_symlink() and link.readlink() == marker.readlink()) and folder.is_dir():
        hidden = output / f"{REMOVING}{folder.name}"
        folder.rename(hidden)
        _remove(hidden)
    marker.unlink()


@contextmanager
def reporting(output: Path, task: str) -> Iterator[None]:
    """Turn an OSError inside the block into an OutputError that says what to do."""
    try:
        yield
    except OSError as error:
        raise OutputError(unwritable(output, task, error)) from error


def unwritable(output: Path, task: str, error: Exception) -> str:
    """The message for an output folder that failed while doing `task`."""
    return (
        f"{output}: could not {task}: {error}. Nothing was published; {LATEST} is as it was. Free space on its disk"
        f" ({_free(output)}) or correct its permissions, or choose another folder with --output; then build again."
    )


def _free(output: Path) -> str:
    existing = next((path for path in (output, *output.parents) if path.is_dir()), Path("/"))
    return f"{shutil.disk_usage(existing).free // 2**20} MB are free"


def _hold(output: Path, descriptor: int) -> None:
    """Take the lock or say who has it. The kernel drops it when the process ends, however it ends."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise OutputBusyError(
            f"{output}: another build is writing here (process {holder}). Wait until it has ended, or stop it, then"
            " build again; to build at the same time, choose another folder with --output."
        ) from error
    except OSError as error:
        raise OutputError(unwritable(output, "lock the folder (does its file system support locks?)", error)) from error
    with reporting(output, "write the lock file"):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)


def _clear(output: Path) -> None:
    """Remove what builds and removals that died have left; holding the lock, all of it is dead."""
    withdraw(output)
    for left in (*output.glob(f"{PREFIX}*"), *output.glob(f"{REMOVING}*")):
        _log.warning("Removing %s, left by a build that did not end properly.", left)
        _remove(left)


def _remove(folder: Path) -> None:
    """Remove a staging folder if it is still there; must not hide the exception that may be on its way."""
    try:
        with signals_later():
            shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        _log.warning("Could not remove %s (%s); it does no harm, and the next build removes it.", folder, error)
