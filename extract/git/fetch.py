"""Fetch new commits with the git command, which supports credential helpers, ssh and proxies.

The repository's configuration and the environment define how to reach the remote: credential.helper, core.sshCommand,
core.askPass, core.gitProxy, url.*.insteadOf and remote.* may start programs. Hooks, submodules, housekeeping and the
transport `ext` are disabled. Git refuses to fetch into a repository that belongs to another user.

Nothing is checked out or merged. A working tree keeps its files, index and branches; only the remote-tracking branch
moves.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

import pygit2
from pygit2.refspec import Refspec

from steckbrief.extract.git.read import RepositoryError, commit_of, open_repository

_SETTINGS: Final = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "safe.bareRepository=all",  # the user named the bare repository
    "protocol.ext.allow=never",  # ext:: addresses are commands
    "gc.auto=0",  # housekeeping in the background would outlive the time limit
    "maintenance.auto=false",
    "fetch.writeCommitGraph=false",
)

_ENVIRONMENT: Final = {"GIT_TERMINAL_PROMPT": "0", "SSH_ASKPASS": "true", "LC_ALL": "C"}
"""Git must not ask for a password, and its messages must be in English for the patterns below."""

_OF_ANOTHER_REPOSITORY: Final = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)
"""Variables that git sets inside a hook and that would select another repository."""

GRACE: Final = 5
"""Seconds for git to remove its lock files after SIGTERM; it needs a few milliseconds."""

_LONGEST_MESSAGE: Final = 300  # characters of git's message

_FOREIGN_OWNER: Final = (
    "The repository belongs to another user: run as its owner, or, if you trust its configuration, tell git so (git"
    " config --global --add safe.directory FOLDER)"
)
_ADVICE: Final = {
    "dubious ownership": _FOREIGN_OWNER,
    "unsafe repository": _FOREIGN_OWNER,
    ".lock': File exists": "If no git process is running there, one was killed: remove that file",
}
"""What to do next, by a part of git's message."""

_BRANCHES: Final = "refs/heads/"
_FETCHING: Final = 0  # the direction of a refspec for fetching, as libgit2 numbers it


def fetch(folder: Path, ref: str, timeout: float) -> str:
    """Fetch new commits and return the id of the commit to read.

    A bare repository fetches everything that its configuration names, and the commit is that of `ref`. A working tree
    fetches the upstream of the current branch, and the commit is the newest of the upstream.

    Raises:
        RepositoryError: the remote does not answer within `timeout` seconds, asks for a password or does not have the
            branch, or fetching can never change the commit.
    """
    repository = open_repository(folder)
    if repository.is_bare:
        remote = _remote_of_bare(repository, folder, ref)
        _run(folder, ("--prune", "--", remote), timeout)
        return commit_of(folder, ref)
    remote, theirs, ours = _upstream(repository, folder)
    _run(folder, ("--", remote, f"+{theirs}:{ours}"), timeout)
    return commit_of(folder, ours)


def _upstream(repository: pygit2.Repository, folder: Path) -> tuple[str, str, str]:
    """Return the upstream of the current branch: remote, branch of the remote, and remote-tracking branch."""
    head = repository.lookup_reference("HEAD").target
    if not (isinstance(head, str) and head.startswith(_BRANCHES)):
        raise RepositoryError(
            f"{folder}: no branch is checked out, so there is no upstream. Check out a branch (git switch BRANCH), or"
            " set git.update = false to read the files as they are"
        )
    branch = head.removeprefix(_BRANCHES)
    try:
        remote = str(repository.config[f"branch.{branch}.remote"])
        theirs = str(repository.config[f"branch.{branch}.merge"])
        ours = next(spec.transform(theirs) for spec in _fetch_refspecs(repository, remote) if spec.src_matches(theirs))
    except (KeyError, ValueError, StopIteration) as error:
        raise RepositoryError(
            f"{folder}: no branch of a remote is the upstream of {branch}. Set one (git branch --set-upstream-to="
            f"origin/{branch} {branch}), or set git.update = false to read the files as they are"
        ) from error
    return remote, theirs, ours


def _remote_of_bare(repository: pygit2.Repository, folder: Path, ref: str) -> str:
    """Return the remote to fetch from: the remote in the configuration of the branch `ref`, or origin, or the only one.

    Raises RepositoryError if there is no such remote, or if fetching from it does not move `ref`.
    """
    name = _full_name(repository, ref)
    known = [str(remote) for remote in repository.remotes.names()]
    key = f"branch.{name.removeprefix(_BRANCHES)}.remote"
    wanted = str(repository.config[key]) if key in repository.config else "origin"
    if wanted not in known and len(known) != 1:
        raise RepositoryError(
            f"{folder}: the repository has no remote {wanted!r} (its remotes: {', '.join(sorted(known)) or 'none'})."
            f" Add it (git remote add {wanted} ADDRESS), or set git.update = false to read the commits it has"
        )
    remote = wanted if wanted in known else known[0]
    moves = any(spec.dst_matches(name) for spec in _fetch_refspecs(repository, remote))
    if name.startswith((_BRANCHES, "refs/remotes/")) and not moves:  # a tag stays where it is
        raise RepositoryError(
            f"{folder}: fetching does not move {name}, so every night would read the same commit. Add a refspec (git -C"
            f" {folder} config --add remote.{remote}.fetch '+refs/heads/*:refs/heads/*'), or clone with --mirror"
        )
    return remote


def _full_name(repository: pygit2.Repository, ref: str) -> str:
    """Return the full name of `ref`, such as refs/heads/main; "" if it is a commit or does not exist yet."""
    if ref == "HEAD":  # also if its branch has no commit yet
        target = repository.lookup_reference(ref).target
        return target if isinstance(target, str) else ""
    try:
        return repository.lookup_reference_dwim(ref).name
    except (KeyError, ValueError):
        return ""


def _fetch_refspecs(repository: pygit2.Repository, remote: str) -> list[Refspec]:
    configured = repository.remotes[remote]
    specs = [configured.get_refspec(number) for number in range(configured.refspec_count)]
    return [spec for spec in specs if spec.direction == _FETCHING]


def _run(folder: Path, arguments: tuple[str, ...], timeout: float) -> None:
    """Run git fetch. If it is interrupted or takes too long, git and its children are ended."""
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    command = ["git", *settings, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", *arguments]
    environment = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_REPOSITORY}
    # Not a pipe: a background connection of ssh would keep a pipe open after git has ended.
    with TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # noqa: S603 - arguments are fixed or checked; the folder is a working directory
                command,
                cwd=folder,
                env=environment | _ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,  # one process group to end, and no terminal for questions
            )
        except OSError as error:
            raise RepositoryError(f"{folder}: git could not be started ({error}). Install git") from error
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            message = f"{folder}: git fetch did not end within {timeout:g} seconds"
            raise RepositoryError(message, passing=True) from error
        finally:
            _end(process)
        if code:
            errors.seek(0)
            lines = errors.read().decode("utf-8", "replace").splitlines()
            words = " ".join(" ".join(line for line in lines if not line.startswith("hint:")).split())
            message = words[:_LONGEST_MESSAGE].removesuffix(".") or f"exit code {code}"
            advice = next((f". {advice}" for sign, advice in _ADVICE.items() if sign in words), "")
            raise RepositoryError(f"{folder}: git fetch failed: {message}{advice}", passing=may_pass(words))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git: SIGTERM lets it remove its lock files, which would block every later fetch; then SIGKILL."""
    if process.poll() is not None:
        return
    try:
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


_STATUS: Final = re.compile(r"returned error: (\d{3})")

_PASSING_STATUS: Final = frozenset({"408", "425", "429", "500", "502", "503", "504"})
"""Status codes of a slow, busy or broken web server; other codes, such as 403 and 404, are permanent."""

_PASSING: Final = re.compile(
    r"resolve host|name resolution|timed? ?out|Connection (refused|reset|closed)|Failed to connect|Couldn't connect"
    r"|(Network is|Host is) (unreachable|down)|No route to host|early EOF|hung up|unexpected disconnect"
    r"|Empty reply from server|RPC failed|SSL_ERROR_SYSCALL|TLS connection was non-properly terminated",
    re.IGNORECASE,
)


def may_pass(words: str) -> bool:
    """Return whether a fetch that failed with this message of git may succeed a little later.

    >>> may_pass("ssh: connect to host x port 22: Connection timed out")
    True
    >>> may_pass("fatal: unable to access 'https://x/': The requested URL returned error: 404")
    False
    """
    status = _STATUS.search(words)
    return status[1] in _PASSING_STATUS if status else _PASSING.search(words) is not None
