"""Errors that stop a command, and their exit codes. Every message says what was found and what to do next."""

from __future__ import annotations

from enum import IntEnum

from steckbrief.load.errors import CheckError, GateError, LoadError


class ExitCode(IntEnum):
    """Exit codes of the command line; 128 + n after signal n, as shells expect."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    GATE = 3
    INTERRUPTED = 130
    TERMINATED = 143


class CommandError(Exception):
    """Ends the command. The message is for a person, `exit_code` for the shell."""

    exit_code = ExitCode.FAILED


class UsageError(CommandError):
    """The command, a flag or a setting is wrong; nothing was started."""

    exit_code = ExitCode.USAGE


class NothingToBuildError(CommandError):
    """The source has no profile; nothing was published."""


class SourceError(CommandError):
    """A source in git cannot be read or updated; `passing` says whether a retry may help."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class WorkFolderError(CommandError):
    """A working file could not be written; nothing was published."""


class WorkerError(CommandError):
    """A worker process was killed; nothing was published."""


class ServerError(CommandError):
    """Prefect's server did not start or did not answer; `reason` is the symptom."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"{reason}. Start the server or correct PREFECT_API_URL, or build without Prefect (steckbrief build"
            " --direct). Nothing was published."
        )


def exit_code(error: CommandError | LoadError | OSError) -> ExitCode:
    """Return the exit code of a command that ends with `error`.

    >>> exit_code(UsageError("--workers: expected a number")), exit_code(OSError("disk full"))
    (<ExitCode.USAGE: 2>, <ExitCode.FAILED: 1>)
    """
    if isinstance(error, CommandError):
        return error.exit_code
    return ExitCode.GATE if isinstance(error, (GateError, CheckError)) else ExitCode.FAILED


def message(error: CommandError | LoadError | OSError) -> str:
    """Return the message about `error` for a person.

    >>> message(OSError("disk full"))
    'disk full. Nothing was published.'
    """
    return f"{error}. Nothing was published." if isinstance(error, OSError) else str(error)
