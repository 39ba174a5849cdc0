"""Bringing a repository up to date: fetching what is new at its remote, and saying which commit is the newest.

Nothing is checked out and nothing is merged. A working tree keeps its files, its index and its branches: only the
remote-tracking branch that its branch follows moves, wherever the remote's branch is by now, and that is what is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from steckbrief.extract.git import command
from steckbrief.extract.git.command import RepositoryError
from steckbrief.extract.git.repository import commit_of, is_bare

_FETCH: Final = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules")
_BRANCHES: Final = "refs/heads/"


def fetch(folder: Path, ref: str, patience: int) -> str:
    """Fetch what is new, and give the commit to read.

    For a bare repository everything is fetched that its configuration asks for, and the commit is that of `ref`. For a
    working tree it is the newest of the branch that the checked out one follows.

    Raises RepositoryError where the remote does not answer within `patience` seconds, wants a password or has no such
    branch, and where fetching could never bring another commit.
    """
    return _into_bare(folder, ref, patience) if is_bare(folder) else _into_working_tree(folder, patience)


def _into_working_tree(folder: Path, patience: int) -> str:
    branch = _full_name(folder, "HEAD")
    if not branch.startswith(_BRANCHES):
        raise RepositoryError(
            f"{folder}: no branch is checked out there, so none is followed. Check one out (git switch BRANCH), or set"
            " git.update = false to read the files as they are"
        )
    told = command.ask(
        folder, "for-each-ref", "--format=%(upstream:remotename) %(upstream:remoteref) %(upstream)", branch
    )
    remote, _, rest = told.decode("utf-8", "surrogateescape").strip("\n").partition(" ")
    theirs, _, ours = rest.partition(" ")
    if remote in ("", ".") or not (theirs and ours):
        name = branch.removeprefix(_BRANCHES)
        raise RepositoryError(
            f"{folder}: its branch {name} follows no branch of a remote. Let it (git branch --set-upstream-to="
            f"origin/{name} {name}), or set git.update = false to read the files as they are"
        )
    command.transfer(folder, *_FETCH, "--", remote, f"+{theirs}:{ours}", patience=patience)
    return commit_of(folder, ours)


def _into_bare(folder: Path, ref: str, patience: int) -> str:
    settings = _settings(folder)
    name = _full_name(folder, ref)
    remote = _remote(folder, settings, name)
    specs = settings.get(f"remote.{remote}.fetch", ())
    # A tag stays where it is, and a name that is not there yet may come with the fetch.
    if name.startswith((_BRANCHES, "refs/remotes/")) and not any(_moves(each, name) for each in specs):
        raise RepositoryError(
            f"{folder}: fetching does not move {name}, so every night would read the same commit. Let it (git -C"
            f" {folder} config --add remote.{remote}.fetch '+refs/heads/*:refs/heads/*'), or clone with --mirror"
        )
    command.transfer(folder, *_FETCH, "--prune", "--", remote, patience=patience)
    return commit_of(folder, ref)


def _full_name(folder: Path, ref: str) -> str:
    """The ref that `ref` is short for, such as refs/heads/main; "" where it is a commit or nothing yet."""
    if ref == "HEAD":
        # Also where its branch has no commit yet.
        try:
            return command.ask(folder, "symbolic-ref", "--quiet", "HEAD").decode("utf-8", "surrogateescape").strip()
        except RepositoryError:
            commit_of(folder, ref)  # it is a commit, or there is no repository and this says so
            return ""
    try:
        named = command.ask(folder, "rev-parse", "--verify", "--quiet", "--symbolic-full-name", "--end-of-options", ref)
    except RepositoryError:
        return ""
    return named.decode("utf-8", "surrogateescape").strip()


def _settings(folder: Path) -> Mapping[str, Sequence[str]]:
    """The configuration that counts in `folder`: key -> values, in order."""
    found: dict[str, list[str]] = {}
    for each in command.ask(folder, "config", "-z", "--list").decode("utf-8", "surrogateescape").split("\0")[:-1]:
        key, _, value = each.partition("\n")
        found.setdefault(key, []).append(value)
    return found


def _remote(folder: Path, settings: Mapping[str, Sequence[str]], name: str) -> str:
    """The remote of the branch `name`: as configured, else origin, else the only one."""
    known = [key[len("remote.") : -len(".url")] for key in settings if key[:7] == "remote." and key[-4:] == ".url"]
    configured = settings.get(f"branch.{name.removeprefix(_BRANCHES)}.remote", ("origin",))[-1]
    if configured in known:
        return configured
    if len(known) != 1:
        raise RepositoryError(
            f"{folder}: there is no remote {configured!r} to fetch from, but {', '.join(sorted(known)) or 'none'}. Add"
            f" it (git remote add {configured} ADDRESS), or set git.update = false to read what is there"
        )
    return known[0]


def _moves(spec: str, name: str) -> bool:
    """Whether a refspec such as +refs/heads/*:refs/heads/* writes the ref `name`."""
    start, star, end = spec.removeprefix("+").partition(":")[2].partition("*")
    if not star:
        return start == name
    return name.startswith(start) and name.endswith(end) and len(name) >= len(start) + len(end)
