"""A folder in which a release is made, out of everybody's sight, while nobody else makes one."""

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
"""Start of the name of a release that is being removed."""

BACKFILL: Final = ".backfill"
"""The folder of a process that builds one release after the other."""

PUBLISHING: Final = ".publishing"
"""A link to the release that is being published, as long as `latest` may not lead to it yet."""

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Staging:
    """Where a release is being made: `path` inside `output`, the `id` it will have, and the latest before it.

    `warnings` are sentences for whoever asked for the build; they do not stop it.
    """

    output: Path
    path: Path
    id: str
    previous: str | None
    warnings: tuple[str, ...] = ()

    @property
    def previous_folder(self) -> Path | None:
        """The folder of the latest release before it; None for the first."""
        return self.output / RELEASES / self.previous if self.previous else None


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
            time = now or dt.datetime.now(dt.UTC)
            release_id = next_id(output, time)
            staging = Staging(
                output,
                output / f"{PREFIX}{release_id}",
                release_id,
                before.id if before else None,
                tuple(_warnings(output, time)),
            )
            staging.path.mkdir()
        try:
            yield staging
        finally:
            remove(staging.path)


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


@contextmanager
def lasting_folder(output: Path) -> Iterator[Path]:
    """An empty folder inside `output` for the time of the block, however many builds there are in it.

    Builds clear what dead ones left, and must see that this folder is in use. So the process keeps a lock beside it,
    which the kernel drops when the process ends, however it ends.

    Raises OutputError where the folder cannot be made, OutputBusyError where another process has one or is building.
    """
    holder = output.absolute() / BACKFILL
    with locked(output), reporting(output, "make a folder for exported files"):
        if not _clear_lasting(output):
            raise OutputBusyError(
                f"{output}: another backfill is at work here; it holds {holder}. Wait until it has ended, or stop it,"
                " then give the command again; to go on at the same time, choose another folder with --output."
            )
        folder = holder / "files"
        folder.mkdir(parents=True)
        lock = (holder / LOCK).open("a", encoding="ascii")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with lock:
        try:
            yield folder
        finally:
            remove(folder)  # before the lock: as long as there are files, a build must see that they are in use
            remove(holder)


def _clear_lasting(output: Path) -> bool:
    """Remove the lasting folder of a dead process; False where its process lives."""
    holder = output / BACKFILL
    if not os.path.lexists(holder):
        return True
    if not holder.is_symlink() and _is_held(holder / LOCK):
        return False
    _log.warning("Removing %s, left by a backfill that did not end properly.", holder)
    remove(holder)
    return True


def _is_held(lock: Path) -> bool:
    """Whether a process holds `lock`. Not where it cannot be opened: it is gone, or no lock, or another user's.

    What a user leaves, another one cannot remove, dead or alive; that is told, and stops no build.
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
    """Undo a publication that broke off: remove its release, unless `latest` or a pin leads to it.

    A marker that names no release of this folder is removed, and nothing else.
    """
    marker = output / PUBLISHING
    folder = output / RELEASES / marker.readlink().name if marker.is_symlink() else marker
    named = marker.is_symlink() and marker.readlink() == Path(RELEASES, folder.name) and is_release_id(folder.name)
    if named and folder.is_dir() and not folder.is_symlink() and folder.name not in pinned(output):
        hidden = output / f"{REMOVING}{folder.name}"
        remove(hidden)
        folder.rename(hidden)
        remove(hidden)
    remove(marker)


def remove(path: Path) -> None:
    """Remove what is at `path`; as it must not hide the exception that may be on its way, a failure is only logged."""
    try:
        delete(path)
    except FileNotFoundError:
        return
    except OSError as error:
        _log.warning("Could not remove %s (%s); it does no harm, and the next build removes it.", path, error)


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
    for left in (*output.glob(f"{PREFIX}*"), *output.glob(f"{REMOVING}*")):
        _log.warning("Removing %s, left by a build that did not end properly.", left)
        remove(left)
    _clear_lasting(output)
    withdraw(output)


def _warnings(output: Path, now: dt.datetime) -> Iterator[str]:
    """What is odd about the folder, and does not stop a build; it is logged as well."""
    ahead = ahead_of(output, now)
    if ahead is not None:
        warning = (
            f"{ahead} is of a time to come, so it was made by a clock that was set forward, or the clock is set back"
            " now. Order and changes are right, but the history tells of the releases since under its date. Set the"
            " clock right, and see docs/operations.md"
        )
        _log.warning("%s.", warning)
        yield warning
