"""Staging directories: the lock on the output folder, and a hidden folder in which one release is built."""

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

from steckbrief.load.disk import delete
from steckbrief.load.errors import OutputBusyError, OutputError
from steckbrief.load.releases.pins import pinned
from steckbrief.load.releases.published import LATEST, RELEASES, ahead_of, is_release_id, latest, next_id

LOCK: Final = ".lock"
PREFIX: Final = ".staging-"
REMOVING: Final = ".removing-"
"""Prefix of a release that is being removed."""

BACKFILL: Final = ".backfill"
"""The folder of a backfill, which builds one release after another."""

PUBLISHING: Final = ".publishing"
"""A link to the release that is being published. It exists until `latest` points at that release."""

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Staging:
    """The staging directory `path` in `output`, the `id` of the new release, and the id of the previous one.

    `warnings` are sentences for the user; they do not stop the build.
    """

    output: Path
    path: Path
    id: str
    previous: str | None
    warnings: tuple[str, ...] = ()

    @property
    def previous_folder(self) -> Path | None:
        """The folder of the previous release; None for the first release."""
        return self.output / RELEASES / self.previous if self.previous else None


@contextmanager
def open_staging(output: Path, *, now: dt.datetime | None = None) -> Iterator[Staging]:
    """Lock `output`, clean up after interrupted builds, and yield an empty staging directory in it.

    At the end, the directory is removed unless it was published (renamed). If the removal fails, this is logged, and
    the next build removes the directory.

    Args:
        output: the output folder; created if it does not exist.
        now: the time for the release id; the current time if None.

    Raises:
        OutputError: the folder cannot be created or written.
        OutputBusyError: another build has locked the folder.
        ReleaseError: `latest` does not point at a release.
    """
    with locked(output):
        output = output.absolute()
        previous = latest(output)
        with reporting(output, "create a staging directory"):
            _clear(output)
            time = now or dt.datetime.now(dt.UTC)
            release_id = next_id(output, time)
            staging = Staging(
                output,
                output / f"{PREFIX}{release_id}",
                release_id,
                previous.id if previous else None,
                tuple(_warnings(output, time)),
            )
            staging.path.mkdir()
        try:
            yield staging
        finally:
            remove(staging.path)


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Lock `output` during the block, and create it if it does not exist.

    Raises:
        OutputError: the folder cannot be created or locked.
        OutputBusyError: another process has locked the folder.
    """
    with reporting(output, "prepare the folder"):
        output = output.absolute()
        (output / RELEASES).mkdir(parents=True, exist_ok=True)
        lock = (output / LOCK).open("a+", encoding="ascii")
    with lock:
        _acquire(output, lock.fileno())
        yield


@contextmanager
def lasting_folder(output: Path) -> Iterator[Path]:
    """Yield an empty folder in `output` that survives the builds made during the block.

    Every build cleans up after interrupted processes, so it must see that this folder is in use. The process therefore
    holds a lock file next to it, which the kernel releases however the process ends.

    Raises:
        OutputError: the folder cannot be created.
        OutputBusyError: another process has such a folder or is building.
    """
    backfill = output.absolute() / BACKFILL
    with locked(output), reporting(output, "create a folder for exported files"):
        if not _clear_backfill(output):
            raise OutputBusyError(
                f"{output}: another backfill is running here; it uses {backfill}. Wait until it has ended, or stop it,"
                " then run the command again. To run at the same time, choose another folder with --output."
            )
        folder = backfill / "files"
        folder.mkdir(parents=True)
        lock = (backfill / LOCK).open("a", encoding="ascii")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with lock:
        try:
            yield folder
        finally:
            remove(folder)  # before the lock file, so that a build never sees files that seem unused
            remove(backfill)


def _clear_backfill(output: Path) -> bool:
    """Remove the folder of an interrupted backfill; return False if the backfill is still running."""
    backfill = output / BACKFILL
    if not os.path.lexists(backfill):
        return True
    if not backfill.is_symlink() and _is_locked(backfill / LOCK):
        return False
    _log.warning("Removing %s, left by an interrupted backfill.", backfill)
    remove(backfill)
    return True


def _is_locked(lock: Path) -> bool:
    """Return whether a process holds `lock`.

    False if the file cannot be opened, for example because it belongs to another user: removing the folder then fails,
    which is logged and does not stop the build.
    """
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def withdraw(output: Path) -> None:
    """Undo an interrupted publication: remove its release, unless `latest` or a pin points at the release.

    If the marker does not name a release in `output`, only the marker is removed.
    """
    marker = output / PUBLISHING
    if marker.is_symlink():
        target = marker.readlink()
        folder = output / target
        is_release = target == Path(RELEASES, target.name) and is_release_id(target.name)
        if is_release and folder.is_dir() and not folder.is_symlink() and target.name not in pinned(output):
            hidden = output / f"{REMOVING}{target.name}"
            remove(hidden)
            folder.rename(hidden)
            remove(hidden)
    remove(marker)


def remove(path: Path) -> None:
    """Remove a file or folder. A failure is only logged, so that it does not hide an exception that is being raised."""
    try:
        delete(path)
    except FileNotFoundError:
        return
    except OSError as error:
        _log.warning("Could not remove %s (%s). It does no harm, and the next build will try again.", path, error)


@contextmanager
def reporting(output: Path, task: str) -> Iterator[None]:
    """Turn an OSError in the block into an OutputError that says what to do."""
    try:
        yield
    except OSError as error:
        raise OutputError(unwritable(output, task, error)) from error


def unwritable(output: Path, task: str, error: Exception) -> str:
    """Return the message for an output folder in which `task` failed."""
    return (
        f"{output}: could not {task}: {error}. Nothing was published; {LATEST} is unchanged. Free space on the disk"
        f" ({_free(output)}), correct the permissions, or choose another folder with --output, then build again."
    )


def _free(output: Path) -> str:
    existing = next((path for path in (output, *output.parents) if path.is_dir()), Path("/"))
    return f"{shutil.disk_usage(existing).free // 2**20} MB are free"


def _acquire(output: Path, descriptor: int) -> None:
    """Acquire the lock, or report the process that has it. The kernel releases it however the process ends."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise OutputBusyError(
            f"{output}: another build is writing here (process {holder}). Wait until it has ended, or stop it, then"
            " build again. To build at the same time, choose another folder with --output."
        ) from error
    except OSError as error:
        raise OutputError(unwritable(output, "lock the folder (does the file system support locks?)", error)) from error
    with reporting(output, "write the lock file"):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)


def _clear(output: Path) -> None:
    """Remove the leftovers of interrupted builds and removals. The caller has the lock, so none of them is in use."""
    for leftover in (*output.glob(f"{PREFIX}*"), *output.glob(f"{REMOVING}*")):
        _log.warning("Removing %s, left by an interrupted build.", leftover)
        remove(leftover)
    _clear_backfill(output)
    withdraw(output)


def _warnings(output: Path, now: dt.datetime) -> Iterator[str]:
    """Log and yield the problems of `output` that do not stop a build."""
    ahead = ahead_of(output, now)
    if ahead is not None:
        warning = (
            f"The release {ahead} lies in the future, so the clock was ahead when it was built or is behind now. The"
            " order of releases and their changes are right, but the history dates later releases to the time of that"
            " release. Correct the clock, and see docs/operations.md"
        )
        _log.warning("%s.", warning)
        yield warning
