"""Writing the Markdown files of a commit into a folder, exactly as they are in the commit.

Whoever writes a commit chooses its names. A name must never lead out of the folder, and one that is of no use costs
that file only: it is written so that discovery finds and reports it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from steckbrief.extract.git import command
from steckbrief.extract.git.command import RepositoryError
from steckbrief.extract.git.repository import Entry, missing

_BATCH: Final = 16_000_000
"""Bytes that are held in memory at once: a thousand profiles, so that git is started a few times and not a thousand."""

_LONGEST_NAME: Final = 255
"""Bytes of one name on the file systems of Linux."""

_LONGEST_PATH: Final = 3000
"""Bytes of a path: Linux takes 4095, of which the folder itself needs some."""

_DEEPEST: Final = 100
"""Folders inside each other: Python removes a folder by recursion, and gives up at a thousand."""

_LONGEST_TARGET: Final = 4000
"""Bytes of a link's target that are kept; it is reported, not followed."""

_UNUSABLE: Final = "\x7f"
"""A control character: discovery reports every name with one."""


def export(
    repository: Path, before: Mapping[str, Entry], after: Mapping[str, Entry], folder: Path, largest: int
) -> None:
    """Bring `folder`, which holds the files `before`, to the files `after`, touching only what differs.

    A file of more than `largest` bytes is written as that many zeros and one more: it would be refused anyway. Links
    are written as links, which are reported and not followed. Raises RepositoryError where a content is not there, or
    where the file system takes two names for one; OSError, with a file of the folder, where the disk does not take it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _remove(folder, [path for path, entry in before.items() if after.get(path) != entry])
    changed = [entry for path, entry in after.items() if before.get(path) != entry]
    folders = {folder}
    for entry, data in _contents(repository, changed, largest):
        target = folder / _place(entry.path)
        try:
            _make_folder(folder, target.parent, folders)
            _write(target, entry, data, largest)
        except FileExistsError as error:
            raise RepositoryError(
                f"{repository}: {entry.path!r} has a twin, whose name differs in case or in its Unicode form only, and"
                f" {folder} cannot hold both. Rename one of them, or build on a file system that tells them apart"
            ) from error
        except OSError as error:
            error.filename = error.filename or str(target)  # a disk that is full does not say which one it is
            raise


def _remove(folder: Path, paths: Iterable[str]) -> None:
    """Remove files, and the folders that are empty then: a file may be about to take the place of one."""
    touched = set()
    for path in paths:
        target = folder / _place(path)
        target.unlink()
        touched.add(target.parent)
    for each in touched:
        place = each
        with suppress(OSError):  # not empty, or gone with a folder below it: then all above is in order too
            while place != folder:
                place.rmdir()
                place = place.parent


def _make_folder(root: Path, wanted: Path, known: set[Path]) -> None:
    """Make `wanted` below `root`. FileExistsError where a file or a link is in its way: it may lead anywhere."""
    if wanted in known:
        return
    below = wanted.relative_to(root)
    for each in [*reversed(below.parents), below]:
        made = root / each
        if made not in known:
            if made.is_symlink() or not made.is_dir():
                made.mkdir()
            known.add(made)


def _write(target: Path, entry: Entry, data: bytes | None, largest: int) -> None:
    if data is None:
        with target.open("xb") as file:
            file.truncate(largest + 1)
    elif entry.link:
        target.symlink_to(os.fsdecode(data[:_LONGEST_TARGET].replace(b"\0", b"?") or b"?"))
    else:
        with target.open("xb") as file:
            file.write(data)


def _place(path: str) -> str:
    """Where the file `path` is written: there, or, where no file system could, under a name that will be reported."""
    name = os.fsencode(path)
    parts = name.split(b"/")
    if len(name) <= _LONGEST_PATH and len(parts) <= _DEEPEST and max(map(len, parts)) <= _LONGEST_NAME:
        return path
    shown = path[:40].replace("/", "-")
    return f"{shown}{_UNUSABLE}{hashlib.sha256(name).hexdigest()[:16]}.md"


def _contents(repository: Path, entries: Sequence[Entry], largest: int) -> Iterator[tuple[Entry, bytes | None]]:
    """Every entry with its bytes; with None where it has more than `largest`, which are never read."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        if entry.size > largest:
            yield entry, None
            continue
        if size + entry.size > _BATCH:
            yield from _read(repository, batch)
            batch, size = [], 0
        batch.append(entry)
        size += entry.size
    yield from _read(repository, batch)


def _read(repository: Path, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes]]:
    if not entries:
        return
    told = command.ask(
        repository, "cat-file", "--batch", given="".join(f"{each.content}\n" for each in entries).encode()
    )
    at = 0
    for entry in entries:
        header = f"{entry.content} blob {entry.size}\n".encode()
        begin, end = at + len(header), at + len(header) + entry.size
        if told[at:begin] != header or end >= len(told):
            raise missing(repository, entry.content, entry.path)
        yield entry, told[begin:end]
        at = end + 1
