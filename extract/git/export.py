"""Write the Markdown files of a commit into a folder, byte for byte.

The author of a commit chooses the names in it. No name leads out of the folder. A file with an unusable name is written
under a name that discovery reports.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import pygit2

from steckbrief.extract.git.read import GitFile, RepositoryError, missing, open_repository

_LONGEST_NAME: Final = 255
"""Bytes of one name on the file systems of Linux."""

_LONGEST_PATH: Final = 3000
"""Bytes of a path: Linux takes 4095, and the folder itself needs some of them."""

_DEEPEST: Final = 100
"""Nested folders: Python removes folders recursively and fails at a thousand levels."""

_LONGEST_TARGET: Final = 4000
"""Bytes of the target of a link; links are reported, not followed."""

_UNUSABLE: Final = "\x7f"
"""A control character: discovery reports every name that contains one."""


def export(
    repository: Path, before: Mapping[str, GitFile], after: Mapping[str, GitFile], folder: Path, largest: int
) -> None:
    """Update `folder` from the files `before` to the files `after`; files that do not differ are not touched.

    A file of more than `largest` bytes is not read but written as `largest` + 1 zeros, because it would be refused
    anyway. Links are written as links, which discovery reports and does not follow.

    Raises:
        RepositoryError: the repository lacks a blob, or two paths are the same on the file system of `folder`.
        OSError: a file cannot be written; the error names the file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _remove(folder, [path for path, file in before.items() if after.get(path) != file])
    objects = open_repository(repository)
    folders = {folder}
    for path, file in after.items():
        if before.get(path) == file:
            continue
        target = folder / _place(path)
        try:
            _make_folder(target.parent, folders)
            _write(target, file, objects, largest)
        except (KeyError, pygit2.GitError) as error:
            raise missing(repository, repr(path)) from error
        except FileExistsError as error:
            raise RepositoryError(
                f"{repository}: {folder} cannot hold {path!r} beside another file of the commit, because their names"
                " are the same or differ only in case or Unicode form. Rename one of them, or build on a file system"
                " that distinguishes them"
            ) from error
        except OSError as error:
            error.filename = error.filename or str(target)  # a full disk does not name the file
            raise


def _remove(folder: Path, paths: Iterable[str]) -> None:
    """Remove files and the folders that become empty, because a new file may have the path of such a folder."""
    parents = set()
    for path in paths:
        target = folder / _place(path)
        target.unlink()
        parents.add(target.parent)
    for parent in parents:
        with suppress(OSError):  # not empty, or already removed together with a folder below it
            for place in [parent, *parent.parents]:
                if place == folder:
                    break
                place.rmdir()


def _make_folder(wanted: Path, known: set[Path]) -> None:
    """Create a folder below a known one. FileExistsError if a file or link has its path: a link may lead anywhere."""
    if wanted in known:
        return
    _make_folder(wanted.parent, known)
    if wanted.is_symlink() or not wanted.is_dir():
        wanted.mkdir()
    known.add(wanted)


def _write(target: Path, file: GitFile, objects: pygit2.Repository, largest: int) -> None:
    if file.size > largest:
        with target.open("xb") as stream:
            stream.truncate(largest + 1)
        return
    _, content = objects.read(file.content)
    if file.link:
        target.symlink_to(os.fsdecode(content[:_LONGEST_TARGET].replace(b"\0", b"?") or b"?"))
    else:
        with target.open("xb") as stream:
            stream.write(content)


def _place(path: str) -> str:
    """Return the path for a file: `path`, or a name that discovery reports if no file system accepts `path`."""
    name = os.fsencode(path)
    parts = name.split(b"/")
    if len(name) <= _LONGEST_PATH and len(parts) <= _DEEPEST and max(map(len, parts)) <= _LONGEST_NAME:
        return path
    start = path[:40].replace("/", "-")
    return f"{start}{_UNUSABLE}{hashlib.sha256(name).hexdigest()[:16]}.md"
