"""What stops a command, and with which exit code. Every message says what was found and what to do next."""

from __future__ import annotations

from enum import IntEnum

from steckbrief.load.errors import CheckError, GateError, LoadError


class ExitCode(IntEnum):
    """What the command line ends with; 128 + n after signal n, as shells expect."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    GATE = 3
    INTERRUPTED = 130
    TERMINATED = 143


class CommandError(Exception):
    """A command ends here: its message is for a person, `exit_code` for the shell."""

    exit_code = ExitCode.FAILED


class UsageError(CommandError):
    """The command, its flags or its settings are wrong; nothing was begun."""

    exit_code = ExitCode.USAGE


class NothingToBuildError(CommandError):
    """The source has no profile that could be published; nothing was."""


class SourceError(CommandError):
    """A source in git cannot be brought up to date; `passing` says whether another try may help."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class WorkFolderError(CommandError):
    """The disk does not take what a stage leaves for the next one; nothing was published."""


class WorkerError(CommandError):
    """A process that read profiles was killed; nothing was published."""


class ServerError(CommandError):
    """Prefect's server did not start or did not answer; `reason` says how that showed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"{reason}. Start the server or correct PREFECT_API_URL; or build without Prefect (steckbrief build"
            " --direct). Nothing was published."
        )


def exit_code(error: CommandError | LoadError | OSError) -> ExitCode:
    """The exit code of a command that ends with `error`."""
    if isinstance(error, CommandError):
        return error.exit_code
    return ExitCode.GATE if isinstance(error, (GateError, CheckError)) else ExitCode.FAILED


def message(error: CommandError | LoadError | OSError) -> str:
    """What a person is told of `error`."""
    return f"{error}. Nothing was published." if isinstance(error, OSError) else str(error)
