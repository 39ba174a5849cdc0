"""A git repository as a source: which commit was current when, and the exact files of a commit, without a checkout.

Belongs here: everything that is asked of git about content. Does not belong here: when it is asked (flows), or what the
files mean. Git runs without hooks, filters, prompts or programs that a repository's own configuration could name; what
comes back is checked before it becomes a path.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from extract.discovery import SUFFIXES

_OFF: Final = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}", "protocol.ext.allow=never", "gc.auto=0")
_GIT: Final = ("git", *(word for setting in _OFF for word in ("-c", setting)))

_SURROUNDINGS: Final = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
"""Nobody is there to be asked for a password, and a path is no pattern."""

_FOREIGN: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")
"""Variables that would lead git to another repository than the one asked about, as they stand inside a hook."""

PATIENCE: Final = 30
"""Seconds for an answer that needs no network."""

_LINK: Final = "120000"
_SHOWN: Final = 300  # characters of git's own words in a message


class RepositoryError(Exception):
    """Git could not do what was asked. `passing` says whether it may work a little later (a network that is away)."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a commit: its path in the repository, the id of its content, its bytes, whether it is a link."""

    path: str
    content: str
    size: int
    link: bool = False


def is_bare(folder: Path) -> bool:
    """Whether `folder` is a bare repository, which has no files of its own to read."""
    if not ((folder / "HEAD").is_file() and (folder / "objects").is_dir()):
        return False
    return _run(folder, "rev-parse", "--is-bare-repository").strip() == b"true"


def commit_of(repository: Path, ref: str) -> str:
    """The id of the commit that `ref` names. RepositoryError where it names none."""
    try:
        return (
            _run(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
            .decode()
            .strip()
        )
    except RepositoryError as error:
        raise RepositoryError(
            f"{repository}: {ref!r} names no commit. Name a branch, a tag or a commit of it."
        ) from error


def commit_at(repository: Path, ref: str, time: dt.datetime) -> str | None:
    """The commit that was current on the first-parent line of `ref` at `time` (aware); None before the first.

    Git goes by committer dates from the newest commit back, and takes the first that is old enough: where dates are
    out of order, a commit counts from the date it bears.
    """
    head = commit_of(repository, ref)
    found = _run(repository, "rev-list", "-1", "--first-parent", f"--before={int(time.timestamp())}", head)
    return found.decode().strip() or None


def files_of(repository: Path, commit: str, paths: Sequence[str] = ()) -> dict[str, Entry]:
    """The Markdown files of a commit by path, below `paths` (folders of the repository; all where there are none).

    Raises RepositoryError where a name in it could lead out of a folder it is written to.
    """
    asked = [_checked(path.strip("/")) for path in paths]
    listed = _run(repository, "ls-tree", "-r", "-z", "--long", "--full-tree", commit, "--", *asked)
    found = {each.path: each for each in _entries(listed)}
    leaves = set(found)
    for path in found:
        if any(parent in leaves for parent in _parents(path)):
            raise RepositoryError(f"{repository}: commit {commit} has {path!r} both as a file and as a folder.")
    return found


def export(
    repository: Path, before: Mapping[str, Entry], after: Mapping[str, Entry], folder: Path, largest: int
) -> None:
    """Bring `folder`, which holds the files `before`, to the files `after`, touching only what differs.

    A file of more than `largest` bytes is written as that many zeros and one more: it would be refused anyway. Links
    are written as links, which are reported and not followed.
    """
    for path, entry in before.items():
        if after.get(path) != entry:
            (folder / path).unlink()
    changed = [entry for path, entry in after.items() if before.get(path) != entry]
    for entry, data in zip(changed, _contents(repository, [each.content for each in changed], largest), strict=True):
        target = folder / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if data is None:
            with target.open("xb") as file:
                file.truncate(largest + 1)
        elif entry.link:
            target.symlink_to(os.fsdecode(data))
        else:
            with target.open("xb") as file:
                file.write(data)


def update(folder: Path, patience: int) -> None:
    """Fetch what is new: into the working tree that holds `folder`, fast-forward only; into a bare repository, all.

    Raises RepositoryError where the remote does not answer within `patience` seconds, wants a password, or has another
    history.
    """
    if is_bare(folder):
        _run(folder, "fetch", "--prune", "--no-tags", "--quiet", patience=patience)
    else:
        _run(folder, "pull", "--ff-only", "--no-rebase", "--quiet", patience=patience)


def _entries(listed: bytes) -> Iterator[Entry]:
    for record in listed.split(b"\0")[:-1]:
        about, _, name = record.partition(b"\t")
        mode, kind, content, size = about.decode("ascii").split()
        path = os.fsdecode(name)
        if kind == "blob" and path.endswith(SUFFIXES):
            yield Entry(_checked(path), content, int(size), mode == _LINK)


def _checked(path: str) -> str:
    """`path` where it stays inside the folder it is joined to."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or part.casefold() == ".git" or "\0" in part or "\\" in part for part in parts):
        raise RepositoryError(f"{path!r} is no path inside a repository. Name folders such as content/tools.")
    return path


def _parents(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _contents(repository: Path, ids: Sequence[str], largest: int) -> Iterator[bytes | None]:
    """The bytes of every content id, in order; None for one that is larger than `largest`."""
    if not ids:
        return
    with subprocess.Popen(  # noqa: S603 - fixed arguments; ids come from git and go to its standard input
        [*_GIT, "cat-file", "--batch"],
        cwd=repository,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RepositoryError(f"{repository}: git cat-file has no pipes.")
        for each in ids:
            process.stdin.write(f"{each}\n".encode("ascii"))
            process.stdin.flush()
            size = int(process.stdout.readline().split()[2])
            data = process.stdout.read(size)
            process.stdout.read(1)
            yield data if size <= largest else None
        process.stdin.close()


def _run(folder: Path, *arguments: str, patience: int = PATIENCE) -> bytes:
    """What git answers. RepositoryError with git's own words where it fails or does not answer in time."""
    try:
        done = subprocess.run(  # noqa: S603 - arguments are fixed or checked; the folder is a working directory
            [*_GIT, *arguments],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RepositoryError(
            f"{folder}: git {arguments[0]} did not end within {patience} seconds.", passing=True
        ) from error
    except OSError as error:
        raise RepositoryError(f"{folder}: git could not be started ({error}). Install git.") from error
    if done.returncode:
        words = " ".join(done.stderr.decode("utf-8", "replace").split())[:_SHOWN]
        raise RepositoryError(f"{folder}: git {arguments[0]} failed: {words}", passing=_may_pass(words))
    return done.stdout


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes"} | kept | _SURROUNDINGS


_PASSING: Final = ("resolve host", "timed out", "Connection", "unable to access", "early EOF", "hung up", "Network")


def _may_pass(words: str) -> bool:
    return any(each in words for each in _PASSING)
