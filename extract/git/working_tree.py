"""A folder in a git working tree: where it is in its repository, and whether its profiles are those of a commit.

Files are compared with the commit byte by byte, as they are read. `git status` would ask something else (it counts
files of every kind, and takes a file for unchanged where a filter or the end of its lines alone differs), would start
the filters and monitors that the repository names, and might write its index.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from steckbrief.extract.discovery import SKIPPED_PREFIXES, SUFFIXES
from steckbrief.extract.git import command
from steckbrief.extract.git.command import RepositoryError
from steckbrief.extract.git.repository import Entry, files_of

_SHA1_DIGITS = 40  # ids of a repository with SHA-256 are longer


def place_in_repository(folder: Path) -> str:
    """The path of `folder` in its repository, with "/" at its end; "" for the root of the working tree.

    RepositoryError where it is in none.
    """
    try:
        return os.fsdecode(command.ask(folder, "rev-parse", "--show-prefix").removesuffix(b"\n"))
    except RepositoryError as error:
        raise RepositoryError(
            f"{error}. Name a folder of a git working tree or a bare repository, or set git.update = false to read the"
            " files as they are"
        ) from error


def commit_of_folder(folder: Path, not_source: Path | None = None) -> str | None:
    """The commit that is checked out, with "-dirty" where Markdown files of `folder` are not those of the commit.

    `not_source` is a folder whose files do not count, because they are none of the source: that of the releases.
    None where there is none: no git, no repository (or one of another owner, to a git older than 2.38), no commit.
    """
    try:
        commit = command.ask(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").decode("ascii").strip()
        below = place_in_repository(folder)
    except RepositoryError:
        return None
    try:
        committed = {path: entry for path, entry in files_of(folder, commit, below=below).items() if _counts(path)}
    except RepositoryError:
        return f"{commit}-dirty"  # what the commit has cannot be told, so neither that this is the same
    apart = not_source.resolve() if not_source else None
    return commit if _same(folder.resolve(), committed, apart) else f"{commit}-dirty"


def _same(folder: Path, committed: Mapping[str, Entry], apart: Path | None) -> bool:
    found = 0
    for path in _markdown(folder, apart):
        entry = committed.get(path)
        if entry is None or not _is(folder / path, entry):
            return False
        found += 1
    return found == len(committed)


def _is(file: Path, entry: Entry) -> bool:
    """Whether `file` is this entry of a commit: git names a content by the hash of it."""
    try:
        if file.is_symlink() != entry.link or file.lstat().st_size != entry.size:
            return False
        data = os.fsencode(file.readlink()) if entry.link else file.read_bytes()
    except OSError:
        return False
    algorithm = "sha1" if len(entry.content) == _SHA1_DIGITS else "sha256"
    digest = hashlib.new(algorithm, b"blob %d\0" % len(data), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest() == entry.content


def _markdown(folder: Path, apart: Path | None) -> Iterator[str]:
    """Paths of everything below `folder` that is named like a profile and is no folder, as discovery would look."""
    waiting = [""]
    while waiting:
        place = waiting.pop()
        try:
            entries = list(os.scandir(folder / place))
        except OSError:
            continue  # discovery reports it
        for entry in entries:
            path = f"{place}/{entry.name}" if place else entry.name
            if not _counts(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                if folder / path != apart:
                    waiting.append(path)
            elif entry.name.lower().endswith(SUFFIXES):
                yield path


def _counts(path: str) -> bool:
    return not any(part.startswith(SKIPPED_PREFIXES) for part in path.split("/"))
