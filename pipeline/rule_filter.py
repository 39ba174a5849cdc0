"""Which findings a person asked for: rules by code or by the start of their codes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from steckbrief.extract.printable import printable
from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.findings import Finding

_SUGGESTED: Final = 3


@dataclass(frozen=True, slots=True)
class Selection:
    """Starts of rules' codes: findings of `select` (of every rule where it is empty) without those of `ignore`."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def of(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that were asked for, in their order."""
        return [
            each
            for each in findings
            if (not self.select or each.rule.startswith(self.select)) and not each.rule.startswith(self.ignore)
        ]


def read_selection(select: Sequence[str], ignore: Sequence[str], codes: Collection[str]) -> Selection:
    """Read the values of --select and --ignore: codes or their starts, between commas or in several options.

    Raises UsageError where a value is the start of none of `codes`.
    """
    return Selection(_read("--select", select, codes), _read("--ignore", ignore, codes))


def _read(option: str, values: Sequence[str], codes: Collection[str]) -> tuple[str, ...]:
    starts = [part.strip() for value in values for part in value.split(",")]
    for start in starts:
        if not start or not any(code.startswith(start) for code in codes):
            raise UsageError(
                printable(f"{option}: {start!r} is no rule and no start of one. {suggestion(start, codes)}")
            )
    return tuple(starts)


def suggestion(code: str, codes: Collection[str]) -> str:
    """What was probably meant by `code`, which is none of `codes`, as a sentence."""
    near = get_close_matches(code, codes, n=_SUGGESTED, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}?" if near else "docs/rules.md lists all rules."
