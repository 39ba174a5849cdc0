"""Running git: the one place that starts it, and sees to it that it ends.

`ask` reads content, and starts no program, whatever the repository's own configuration and attributes say. The commands
in use (cat-file, config, for-each-ref, ls-tree, rev-list, rev-parse, symbolic-ref) touch neither index nor working
tree, so that no filter, text conversion, hook or file system monitor has its turn. Nothing is fetched that a partial
clone lacks, and replaced objects and grafts do not count: a commit is what its id says. That is why a repository of
another owner may be read.

`transfer` speaks to a remote. How, is for whoever set the repository up to say: credential.helper, core.sshCommand,
core.askPass, core.gitProxy, url.*.insteadOf and remote.* of its configuration are used, and may start programs. Hooks,
submodules, housekeeping and the transport `ext` are not. Git itself refuses a repository of another owner here.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

_ALWAYS: Final = (
    "core.fsmonitor=false",  # no command here reads the index; a git that does must not start a program for it
    f"core.hooksPath={os.devnull}",
    "safe.bareRepository=all",  # a bare repository is named by its user here, never come across
)
_READING: Final = ("safe.directory=*",)
_TRANSFERRING: Final = (
    "protocol.ext.allow=never",  # an address that is a command
    "gc.auto=0",  # housekeeping in the background would outlive the time limit
    "maintenance.auto=false",
    "fetch.writeCommitGraph=false",
)

_SURROUNDINGS: Final = {
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS": "true",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": f"{os.devnull}/none",  # it must not exist: git warns of every graft file that does
    "LC_ALL": "C",
}
"""Nobody is there to be asked for a password, a path is no pattern, and messages are in the words known below."""

_OFFLINE: Final = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": ""}
"""What a partial clone lacks is not fetched: by the first since git 2.39.4, by the second in every git."""

_FOREIGN: Final = frozenset(
    {
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_COMMON_DIR",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_QUARANTINE_PATH",
        "GIT_NAMESPACE",
        "GIT_PREFIX",
        "GIT_SHALLOW_FILE",
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
    }
)
"""Variables that would lead git to another repository than the one asked about, as they stand inside a hook."""

PATIENCE: Final = 30
"""Seconds for an answer that needs no network."""

GRACE: Final = 5
"""Seconds that git gets to remove its lock files once it is asked to end; it needs a few milliseconds."""

_SHOWN: Final = 300  # characters of git's own words in a message

_FOREIGN_OWNER: Final = (
    "The repository belongs to another user: run as its owner, or, if you trust its configuration, let git take it (git"
    " config --global --add safe.directory FOLDER)"
)
_ADVICE: Final = {
    "dubious ownership": _FOREIGN_OWNER,
    "unsafe repository": _FOREIGN_OWNER,
    "promisor remote": "It is a partial clone that lacks profiles: clone it in full, without --filter",
    ".lock': File exists": "If no git is at work there, one was killed: remove that file",
}
"""What to do next, by what git says."""


class RepositoryError(Exception):
    """Git could not do what was asked; the message has no full stop at its end, since more may follow.

    `passing` says whether it may work a little later (a network that is away), `words` are git's own.
    """

    def __init__(self, message: str, *, passing: bool = False, words: str = "") -> None:
        super().__init__(message)
        self.passing = passing
        self.words = words


def ask(folder: Path, *arguments: str, given: bytes = b"", patience: float = PATIENCE) -> bytes:
    """What git answers about the repository at `folder` when it reads `given`; it starts no program for that.

    Raises RepositoryError with git's own words where it fails or does not answer in time.
    """
    return _run(folder, (*_ALWAYS, *_READING), arguments, _OFFLINE, given, patience)


def transfer(folder: Path, *arguments: str, patience: float) -> None:
    """Let git speak to a remote of the repository at `folder`.

    Raises RepositoryError with git's own words where it fails or does not end within `patience` seconds.
    """
    _run(folder, (*_ALWAYS, *_TRANSFERRING), arguments, {}, b"", patience, leashed=True)


def _run(  # noqa: PLR0913 - the one runner under both ways of asking
    folder: Path,
    settings: tuple[str, ...],
    arguments: tuple[str, ...],
    surroundings: dict[str, str],
    given: bytes,
    patience: float,
    *,
    leashed: bool = False,
) -> bytes:
    command = ["git", *(word for each in settings for word in ("-c", each)), *arguments]
    # Files, not pipes: a connection that ssh keeps open in the background would hold a pipe open after git has ended.
    with TemporaryFile() as asked, TemporaryFile() as answer, TemporaryFile() as said:
        asked.write(given)
        asked.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 - arguments are fixed or checked; the folder is a working directory
                command,
                cwd=folder,
                env=_environment() | surroundings,
                stdin=asked,
                stdout=answer,
                stderr=said,
                start_new_session=True,  # a group to end as one, and no terminal to ask on
            )
        except OSError as error:
            raise RepositoryError(f"{folder}: git could not be started ({error}). Install git") from error
        code = _ended(process, patience, leashed=leashed)
        if code is None:
            message = f"{folder}: git {arguments[0]} did not end within {patience:g} seconds"
            raise RepositoryError(message, passing=True)
        if code:
            said.seek(0)
            lines = said.read().decode("utf-8", "replace").splitlines()
            words = " ".join(" ".join(each for each in lines if not each.startswith("hint:")).split())
            message = _failure(folder, arguments[0], code, words)
            raise RepositoryError(message, passing=may_pass(words), words=words)
        answer.seek(0)
        return answer.read()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _FOREIGN} | _SURROUNDINGS


def _ended(process: subprocess.Popen[bytes], patience: float, *, leashed: bool) -> int | None:
    """The exit code; None where git did not end in time. However this is left, git and its children have ended.

    Asked to end, git removes its lock files and half-written packs; killed at once, it would leave them, and every
    later fetch would stumble over them.
    """
    try:
        with _leash(process) if leashed else nullcontext():
            return process.wait(patience)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            try:
                os.killpg(process.pid, signal.SIGTERM)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(GRACE)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def _leash(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let git end with this process, however that ends: one that is killed cannot end anything itself.

    A small process waits on a pipe that the kernel closes when this one is gone.
    """
    watched, hand = os.pipe()
    command = ["/bin/sh", "-c", f"read -r _; kill -s TERM -- -{process.pid}"]
    leash = subprocess.Popen(command, stdin=watched, start_new_session=True)  # noqa: S603 - a fixed command, a number
    os.close(watched)
    try:
        yield
    finally:
        leash.kill()
        leash.wait()
        os.close(hand)


def _failure(folder: Path, command: str, code: int, words: str) -> str:
    told = words[:_SHOWN] or (f"killed by signal {-code}" if code < 0 else f"exit code {code}")
    advice = next((f". {advice}" for sign, advice in _ADVICE.items() if sign in words), "")
    return f"{folder}: git {command} failed: {told.removesuffix('.')}{advice}"


_STATUS: Final = re.compile(r"returned error: (\d{3})")

_PASSING_STATUS: Final = frozenset({"408", "425", "429", "500", "502", "503", "504"})
"""Answers of a web server that is late, busy or broken; any other, such as 403 and 404, will be the same tomorrow."""

_PASSING: Final = re.compile(
    r"resolve host|name resolution|timed? ?out|Connection (refused|reset|closed)|Failed to connect|Couldn't connect"
    r"|(Network is|Host is) (unreachable|down)|No route to host|early EOF|hung up|unexpected disconnect"
    r"|Empty reply from server|RPC failed|SSL_ERROR_SYSCALL|TLS connection was non-properly terminated",
    re.IGNORECASE,
)


def may_pass(words: str) -> bool:
    """Whether a failure that git tells in these words may be gone a little later: the way is blocked, not the door."""
    status = _STATUS.search(words)
    return status[1] in _PASSING_STATUS if status else _PASSING.search(words) is not None
