"""Read a git repository: its commits, the Markdown files of a commit, and the state of a working tree.

libgit2 reads the committed bytes. It does not start programs that the configuration or the attributes name, so reading
a repository of another user is safe.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import ConfigLevel, FileMode, ObjectType

from steckbrief.extract.discovery import SKIPPED_PREFIXES, SUFFIXES, walk

pygit2.settings.owner_validation = False
pygit2.settings.set_extensions(["partialclone"])  # a partial clone can be read if it has the profiles
for level in (ConfigLevel.PROGRAMDATA, ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
    pygit2.settings.search_path[level] = ""  # a service may not have access to ~/.gitconfig


class RepositoryError(Exception):
    """A repository cannot be read or fetched into; the message has no final full stop, because more text may follow.

    `passing` says whether a retry may help, for example because the network is down.
    """

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


@dataclass(frozen=True, slots=True)
class GitFile:
    """A file of a commit: its path, the id and the size in bytes of its content, and whether it is a symbolic link."""

    path: str
    content: str
    size: int
    link: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """The commits on a line of first parents that were ever current, oldest first, and their start times (Unix time).

    A commit is current from its committer date until the date of the next one. If dates are out of order, the newer
    commit wins: a commit with a later date than one of its successors was never current.
    """

    commits: tuple[str, ...]
    since: tuple[int, ...]

    def at(self, time: dt.datetime) -> str | None:
        """Return the commit that was current at `time` (with a time zone); None before the first.

        >>> line = Line(("a", "b"), (0, 60))
        >>> line.at(dt.datetime(1970, 1, 1, 0, 0, 59, tzinfo=dt.UTC))
        'a'
        """
        number = bisect_right(self.since, int(time.timestamp()))
        return self.commits[number - 1] if number else None


def open_repository(folder: Path) -> pygit2.Repository:
    """Open the repository that contains `folder`, and ignore variables such as GIT_DIR, which git sets inside a hook.

    Raises RepositoryError if there is no repository, or if libgit2 does not support its format.
    """
    try:
        return pygit2.Repository(str(folder))
    except pygit2.GitError as error:
        if pygit2.discover_repository(str(folder)) is None:
            message = f"{folder}: not a git repository. Name a folder of a git working tree or a bare repository"
        else:
            message = (
                f"{folder}: the git repository cannot be opened ({error}). Correct its configuration; if its format is"
                " not supported, such as SHA-256 ids or reftable, clone it into a repository with SHA-1 ids and files"
                " for refs, or name a folder with a checkout and set git.update = false"
            )
        raise RepositoryError(message) from error


def is_bare(folder: Path) -> bool:
    """Return whether `folder` is a bare repository, which has no checked-out files."""
    if not ((folder / "HEAD").is_file() and (folder / "objects").is_dir()):
        return False
    return pygit2.discover_repository(str(folder)) is not None and open_repository(folder).is_bare


def commit_of(folder: Path, ref: str) -> str:
    """Return the id of the commit that `ref` names. Raises RepositoryError if it does not name a commit."""
    return str(_commit(open_repository(folder), folder, ref).id)


def line_of(folder: Path, ref: str) -> Line:
    """Return the line of first parents that ends in `ref`."""
    current: list[tuple[str, int]] = []
    for commit in _first_parents(folder, ref):
        if not current or commit.commit_time < current[-1][1]:
            current.append((str(commit.id), commit.commit_time))
    current.reverse()
    return Line(tuple(commit for commit, _ in current), tuple(date for _, date in current))


def was_there(folder: Path, ref: str, path: str) -> bool:
    """Return whether `path` is a folder, not a submodule, in a commit on the line of first parents that ends in `ref`.

    Raises RepositoryError if `path` leads out of the repository.
    """
    path = _inside(path)
    return any(_folder_in(commit.tree, path) is not None for commit in _first_parents(folder, ref))


def files_of(folder: Path, commit: str, paths: Sequence[str] = (), below: str = "") -> dict[str, GitFile]:
    """Return the Markdown files of a commit by path.

    Args:
        folder: the repository.
        commit: the id of the commit.
        paths: folders of the repository; () for all.
        below: the folder of the repository to which all paths are relative, with "/" at its end; "" for the root.

    Raises:
        RepositoryError: one of `paths` leads out of the repository, a path of the commit would lead out of the folder
            it is written to, or the repository lacks a blob.
    """
    repository = open_repository(folder)
    roots = [below + _inside(path) for path in paths] or [below.removesuffix("/")]
    files = {}
    try:
        tree = _commit(repository, folder, commit).tree
        listed = [entry for root in roots for entry in _markdown_files(tree, root)]
    except pygit2.GitError as error:
        raise missing(folder, f"a folder of commit {commit}") from error
    odb = repository.odb
    for path, entry in listed:
        if any(part in {"", ".", ".."} or part.casefold() == ".git" for part in path.split("/")):
            raise RepositoryError(
                f"{folder}: commit {commit} has {path!r}, which is not a path inside a repository. Git never creates"
                " such a commit: do not trust its origin"
            )
        try:
            kind, size = odb.read_header(entry.id)
        except (KeyError, pygit2.GitError) as error:
            raise missing(folder, repr(path)) from error
        if kind != ObjectType.BLOB:
            raise missing(folder, repr(path))
        name = path[len(below) :]
        files[name] = GitFile(name, str(entry.id), size, entry.filemode == FileMode.LINK)
    return files


def digest_of_files(files: Mapping[str, GitFile]) -> str:
    """Return a SHA-256 of paths, contents and kinds: the same digest means the same exported folder."""
    lines = sorted(f"{file.path}\0{file.content}\0{file.link}\n" for file in files.values())
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def missing(folder: Path, what: str) -> RepositoryError:
    """Return the error for content that the repository at `folder` lacks."""
    return RepositoryError(
        f"{folder}: the content of {what} is missing or damaged. If the repository is a partial clone, clone it in"
        " full, without --filter; otherwise inspect it with git fsck, or clone it again"
    )


def place_in_repository(folder: Path) -> str:
    """Return the path of `folder` in its working tree, with "/" at its end; "" for the root.

    Raises RepositoryError if `folder` is not in a working tree.
    """
    try:
        repository = open_repository(folder)
    except RepositoryError as error:
        raise RepositoryError(f"{error}, or set git.update = false to read the files as they are") from error
    if repository.is_bare or not folder.resolve().is_relative_to(Path(repository.workdir).resolve()):
        raise RepositoryError(
            f"{folder}: not in the working tree of its git repository. Name a folder of the working tree or a bare"
            " repository, or set git.update = false to read the files as they are"
        )
    place = folder.resolve().relative_to(Path(repository.workdir).resolve()).as_posix()
    return "" if place == "." else f"{place}/"


def commit_of_folder(folder: Path, not_source: Path | None = None) -> str | None:
    """Return the current commit, with "-dirty" if the Markdown files of `folder` differ from the commit.

    The stored bytes are compared. `git status` would also report other files, and would ignore differences that come
    from filters or line ends. `not_source` is the folder of releases, whose files are ignored. Returns None if there is
    no commit or no readable repository.
    """
    try:
        commit = commit_of(folder, "HEAD")
        below = place_in_repository(folder)
    except RepositoryError:
        return None
    try:
        committed = {path: file for path, file in files_of(folder, commit, below=below).items() if _counts(path)}
    except RepositoryError:
        return f"{commit}-dirty"  # the files cannot be compared
    root = folder.resolve()
    present = set(_profiles(root, not_source.resolve() if not_source else None))
    same = present == committed.keys() and all(_is_unchanged(root / path, file) for path, file in committed.items())
    return commit if same else f"{commit}-dirty"


def _commit(repository: pygit2.Repository, folder: Path, ref: str) -> pygit2.Commit:
    try:
        return repository.revparse_single(ref).peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise RepositoryError(f"{folder}: {ref!r} names no commit. Name a branch, a tag or a commit of it") from error


def _first_parents(folder: Path, ref: str) -> Iterator[pygit2.Commit]:
    """Yield the commit that `ref` names, its first parent, and so on. RepositoryError if a commit is missing."""
    repository = open_repository(folder)
    shallow = repository.is_shallow
    commit = _commit(repository, folder, ref)
    while True:
        yield commit
        # In libgit2, a graft file can replace the parents, so the parents are read from the raw commit, except in a
        # shallow clone, which lacks the parents of its oldest commit.
        recorded = commit.read_raw().split(b"\n", 2)[1].partition(b"parent ")[2].decode("ascii")
        parent = recorded if commit.parent_ids or not shallow else ""
        if not parent:
            return
        try:
            commit = repository[parent].peel(pygit2.Commit)
        except (KeyError, pygit2.GitError) as error:
            raise missing(folder, f"commit {parent}") from error


def _folder_in(tree: pygit2.Tree, path: str) -> pygit2.Tree | None:
    if not path:
        return tree
    try:
        entry = tree[path]
    except KeyError:
        return None
    return entry if isinstance(entry, pygit2.Tree) else None


def _markdown_files(tree: pygit2.Tree, path: str) -> Iterator[tuple[str, pygit2.Object]]:
    """Yield path and tree entry of every Markdown file in the folder `path`, without submodules."""
    root = _folder_in(tree, path)
    waiting = [(f"{path}/" if path else "", root)] if root is not None else []
    while waiting:
        place, folder = waiting.pop()
        for entry in folder:
            name = place + os.fsdecode(entry.raw_name or b"")
            if isinstance(entry, pygit2.Tree):
                waiting.append((f"{name}/", entry))
            elif isinstance(entry, pygit2.Blob) and name.lower().endswith(SUFFIXES):
                yield name, entry


def _inside(path: str) -> str:
    """Return the path of a folder without outer slashes. RepositoryError if it is not inside the repository."""
    path = path.strip("/")
    if "\\" in path or "\0" in path or any(part in {"", ".", "..", ".git"} for part in path.split("/")):
        raise RepositoryError(f"{path!r} is not a path inside a repository. Name folders such as content/tools")
    return path


def _profiles(folder: Path, not_source: Path | None) -> Iterator[str]:
    """Yield the paths below `folder` that are named like a profile and are not folders."""
    for path, entry in walk(folder, lambda path: _counts(path) and folder / path != not_source):
        is_file = not isinstance(entry, OSError) and not entry.is_dir(follow_symlinks=False)
        if is_file and path.lower().endswith(SUFFIXES) and _counts(path):
            yield path


def _is_unchanged(path: Path, file: GitFile) -> bool:
    try:
        if path.is_symlink() != file.link or path.lstat().st_size != file.size:
            return False
        content = os.fsencode(path.readlink()) if file.link else path.read_bytes()
    except OSError:
        return False
    return str(pygit2.hash(content)) == file.content


def _counts(path: str) -> bool:
    return not any(part.startswith(SKIPPED_PREFIXES) for part in path.split("/"))
