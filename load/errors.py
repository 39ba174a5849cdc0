"""What can go wrong between rows and a published release. Every message ends with what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

SHOWN_VIOLATIONS: Final = 5
"""Violations spelled out in one message: a log line stays readable, the full list is on the exception."""


class LoadError(Exception):
    """Nothing was published, and `latest` still points where it did; UnconfirmedError alone tells otherwise."""


class OutputError(LoadError):
    """The output folder cannot be used: not writable, not a folder, or full."""


class OutputBusyError(LoadError):
    """Another build holds the output folder."""


class ReleaseError(LoadError):
    """A published release cannot be read: removed or damaged."""


class UnconfirmedError(LoadError):
    """A release was published and `latest` leads to it, but the disk did not confirm that this lasts."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise of a release: which, where, how often, and up to three examples as text."""

    check: str
    table: str
    columns: tuple[str, ...]
    count: int
    problem: str
    examples: tuple[str, ...]
    remedy: str

    def __str__(self) -> str:
        shown = f", for example {'; '.join(self.examples)}" if self.examples else ""
        return f"{self.check}: {self.count} {self.problem}{shown}. {self.remedy}"


class GateError(LoadError):
    """A gate stopped the release; `failed` says which and why, one sentence each, `candidate` is where it is kept.

    `command` is what publishes it all the same.
    """

    def __init__(self, failed: tuple[str, ...], candidate: Path, command: str = "steckbrief build --force") -> None:
        self.failed = failed
        self.candidate = candidate
        self.command = command
        super().__init__(
            "Nothing was published, because a gate failed.\n"
            + "".join(f"{each}.\n" for each in failed)
            + f"The candidate is kept in {candidate}. Mend the source, then build again; or, where this is as it should"
            f" be, publish it with {command}, which release.json will tell. Limits: table [gates] of"
            " steckbrief.toml."
        )

    def __reduce__(self) -> tuple[type[GateError], tuple[tuple[str, ...], Path, str]]:
        return (GateError, (self.failed, self.candidate, self.command))


class CheckError(LoadError):
    """The release as written does not hold what the schema promises; `violations` has every broken promise.

    `candidate` is the folder in which it is kept to be looked into.
    """

    def __init__(self, violations: tuple[Violation, ...], candidate: Path) -> None:
        self.violations = violations
        self.candidate = candidate
        lines = [str(violation) for violation in violations[:SHOWN_VIOLATIONS]]
        if len(violations) > SHOWN_VIOLATIONS:
            lines.append(f"and {len(violations) - SHOWN_VIOLATIONS} more broken promises")
        lines.append(
            f"The candidate is kept in {candidate}; its violations.txt has every broken promise. There are two ways on:"
            " mend what is named above and build again, or report it with that file. --force does not help here: tables"
            " that break a promise are never published."
        )
        super().__init__("Nothing was published, because a check failed.\n" + "\n".join(lines))

    def __reduce__(self) -> tuple[type[CheckError], tuple[tuple[Violation, ...], Path]]:
        # The message is not the argument, so the default way of copying between processes would lose the list.
        return (CheckError, (self.violations, self.candidate))
