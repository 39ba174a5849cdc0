"""A git repository as a source: which commit was current when, and which Markdown files a commit has.

What comes back from git is checked before it becomes a path.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from steckbrief.extract.discovery import SUFFIXES
from steckbrief.extract.git import command
from steckbrief.extract.git.command import RepositoryError

_LINK: Final = "120000"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a commit: its path below what was asked for, its content's id, its bytes, whether it is a link."""

    path: str
    content: str
    size: int
    link: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """The commits of a line of first parents that were ever the current one, oldest first, and since when (Unix time).

    A commit is current from its committer date on, until the next one. Where dates are out of order, the newer commit
    of the line wins: one that bears a later date than a commit after it never was the current one.
    """

    commits: tuple[str, ...]
    since: tuple[int, ...]

    def at(self, time: dt.datetime) -> str | None:
        """The commit that was current at `time` (aware); None before the first."""
        number = bisect_right(self.since, int(time.timestamp()))
        return self.commits[number - 1] if number else None


def is_bare(folder: Path) -> bool:
    """Whether `folder` is a bare repository, which has no files of its own to read."""
    if not ((folder / "HEAD").is_file() and (folder / "objects").is_dir()):
        return False
    try:
        return command.ask(folder, "rev-parse", "--is-bare-repository").strip() == b"true"
    except RepositoryError as error:
        if "not a git repository" in error.words:
            return False
        raise


def commit_of(repository: Path, ref: str) -> str:
    """The id of the commit that `ref` names. RepositoryError where it names none."""
    try:
        named = command.ask(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    except RepositoryError as error:
        why = f" ({error})" if error.words else ""
        raise RepositoryError(
            f"{repository}: {ref!r} names no commit{why}. Name a branch, a tag or a commit of it"
        ) from error
    return named.decode("ascii").strip()


def line_of(repository: Path, ref: str) -> Line:
    """The line of first parents that ends in `ref`, with one question to git however long it is."""
    listed = command.ask(repository, "rev-list", "--first-parent", "--timestamp", commit_of(repository, ref))
    found: list[tuple[str, int]] = []
    for each in listed.decode("ascii").splitlines():  # newest first
        date, commit = each.split()
        if not found or int(date) < found[-1][1]:
            found.append((commit, int(date)))
    found.reverse()
    return Line(tuple(commit for commit, _ in found), tuple(date for _, date in found))


def was_there(repository: Path, commit: str, path: str) -> bool:
    """Whether the line of first parents that ends in `commit` ever had a file in the folder `path`.

    RepositoryError where `path` leads out of the repository.
    """
    # Unlike ls-tree, rev-list takes a path from where it is asked, which may be a folder of a working tree.
    up = os.fsdecode(command.ask(repository, "rev-parse", "--show-cdup").removesuffix(b"\n"))
    return bool(command.ask(repository, "rev-list", "--first-parent", "-1", commit, "--", f"{up}{_asked_for(path)}/"))


def files_of(repository: Path, commit: str, paths: Sequence[str] = (), below: str = "") -> dict[str, Entry]:
    """The Markdown files of a commit by path.

    Args:
        repository: the repository.
        commit: id of the commit.
        paths: folders of the repository; all where there are none.
        below: a folder of the repository that counts as the root of all paths, with "/" at its end; "" for none.

    Raises:
        RepositoryError: a path leads out of the repository, the commit has one that would lead out of the folder it is
            written to, or a file's content is not there.
    """
    asked = [below + _asked_for(path) for path in paths] or ([below] if below else [])
    listed = command.ask(repository, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *asked)
    found = list(_markdown(repository, commit, listed))
    names = {path for path, _, _ in found}
    for path in names:
        if any(parent in names for parent in _parents(path)):
            raise RepositoryError(f"{repository}: commit {commit} has {path!r} both as a file and as a folder")
    sizes = _sizes(repository, [(path, content) for path, content, _ in found])
    return {
        path[len(below) :]: Entry(path[len(below) :], content, size, link)
        for (path, content, link), size in zip(found, sizes, strict=True)
    }


def digest_of_files(files: Mapping[str, Entry]) -> str:
    """SHA-256 over paths, contents and kinds: while it stays, exporting `files` gives the same folder."""
    lines = sorted(f"{each.path}\0{each.content}\0{each.link}\n" for each in files.values())
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def missing(repository: Path, content: str, path: str) -> RepositoryError:
    """What to say where the content of a file is not in the repository."""
    return RepositoryError(
        f"{repository}: the content of {path!r} ({content}) is not there. The repository is damaged: look with git"
        " fsck, or clone it anew"
    )


def _markdown(repository: Path, commit: str, listed: bytes) -> Iterator[tuple[str, str, bool]]:
    """Path, id of the content, and whether it is a link, of every Markdown file that ls-tree lists."""
    for record in listed.split(b"\0")[:-1]:
        about, _, name = record.partition(b"\t")
        mode, kind, content = about.decode("ascii").split()
        path = os.fsdecode(name)
        if kind != "blob" or not path.lower().endswith(SUFFIXES):
            continue
        if any(part in ("", ".", "..") or part.casefold() == ".git" for part in path.split("/")):
            raise RepositoryError(
                f"{repository}: commit {commit} has {path!r}, which is no path inside a repository. No git makes such a"
                " commit: do not trust where it comes from"
            )
        yield path, content, mode == _LINK


def _sizes(repository: Path, contents: Sequence[tuple[str, str]]) -> Iterator[int]:
    """The bytes of every (path, content). Only those are looked at: others may be left out of a partial clone."""
    asked = "".join(f"{content}\n" for _, content in contents).encode("ascii")
    told = (
        command.ask(repository, "cat-file", "--batch-check", given=asked).decode("ascii").splitlines() if asked else []
    )
    for (path, content), answer in zip(contents, told, strict=True):
        about = answer.split()
        if about[:2] != [content, "blob"]:
            raise missing(repository, content, path)
        yield int(about[2])


def _asked_for(path: str) -> str:
    """A folder as somebody named it, where it is one inside the repository."""
    path = path.strip("/")
    if "\\" in path or "\0" in path or any(part in ("", ".", "..", ".git") for part in path.split("/")):
        raise RepositoryError(f"{path!r} is no path inside a repository. Name folders such as content/tools")
    return path


def _parents(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
