"""Errors between rows and a published release. Every message ends with what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

SHOWN_VIOLATIONS: Final = 5
"""Violations spelled out in a message, so that it stays readable; the exception has the full list."""


class LoadError(Exception):
    """Nothing was published and `latest` is unchanged, unless the error is an UnconfirmedError."""


class OutputError(LoadError):
    """The output folder cannot be used: it is not writable, not a folder, or full."""


class OutputBusyError(LoadError):
    """Another process has locked the output folder."""


class ReleaseError(LoadError):
    """A published release is missing, damaged or otherwise unreadable."""


class UnconfirmedError(LoadError):
    """A release was published and `latest` points at it, but the disk did not confirm that it is stored durably."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A check that failed: where, how often, and up to three examples as text."""

    check: str
    table: str
    columns: tuple[str, ...]
    count: int
    problem: str
    examples: tuple[str, ...]
    remedy: str

    def __str__(self) -> str:
        examples = f", for example {'; '.join(self.examples)}" if self.examples else ""
        return f"{self.check}: {self.count} {self.problem}{examples}. {self.remedy}"


class GateError(LoadError):
    """A gate stopped the release.

    `failed` has a sentence per failed gate, `candidate` is the folder of the candidate, and `command` publishes it
    despite the failure.
    """

    def __init__(self, failed: tuple[str, ...], candidate: Path, command: str = "steckbrief build --force") -> None:
        self.failed = failed
        self.candidate = candidate
        self.command = command
        super().__init__(
            "Nothing was published, because a gate failed.\n"
            + "".join(f"{sentence}.\n" for sentence in failed)
            + f"The candidate is in {candidate}. Fix the source and build again. If the change is intended, publish it"
            f" with {command}; release.json records that a gate failed. The limits are in the table [gates] of"
            " steckbrief.toml."
        )

    def __reduce__(self) -> tuple[type[GateError], tuple[tuple[str, ...], Path, str]]:
        return (GateError, (self.failed, self.candidate, self.command))


class CheckError(LoadError):
    """A candidate failed its checks; `violations` has every failure, and `candidate` is its folder."""

    def __init__(self, violations: tuple[Violation, ...], candidate: Path) -> None:
        self.violations = violations
        self.candidate = candidate
        lines = [str(violation) for violation in violations[:SHOWN_VIOLATIONS]]
        if len(violations) > SHOWN_VIOLATIONS:
            lines.append(f"and {len(violations) - SHOWN_VIOLATIONS} more violations")
        lines.append(
            f"The candidate is in {candidate}; its violations.txt lists every violation. Fix the problems above and"
            " build again, or report them with that file. --force does not help here: a candidate that fails a check is"
            " never published."
        )
        super().__init__("Nothing was published, because a check failed.\n" + "\n".join(lines))

    def __reduce__(self) -> tuple[type[CheckError], tuple[tuple[Violation, ...], Path]]:
        # By default, pickle would pass the message to __init__ instead of the list.
        return (CheckError, (self.violations, self.candidate))
