"""Which findings to report: rules by code or by the start of their codes."""

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
class RuleFilter:
    """Prefixes of rule codes: `select` chooses the rules to report (all if empty), `ignore` removes some of them."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def matches(self, rule: str) -> bool:
        """Whether findings of this rule are reported.

        >>> RuleFilter(select=("faq",), ignore=("faq-empty",)).matches("faq-unanswered")
        True
        """
        return (not self.select or rule.startswith(self.select)) and not rule.startswith(self.ignore)

    def apply(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings to report, in their order."""
        return [finding for finding in findings if self.matches(finding.rule)]


def read_rule_filter(select: Sequence[str], ignore: Sequence[str], codes: Collection[str]) -> RuleFilter:
    """Read the values of --select and --ignore: codes or prefixes, separated by commas or in several options.

    Raises UsageError if a value is not a prefix of any of `codes`.

    >>> read_rule_filter(["faq,link"], [], ["faq-empty", "link-dangling"])
    RuleFilter(select=('faq', 'link'), ignore=())
    """
    return RuleFilter(_read("--select", select, codes), _read("--ignore", ignore, codes))


def _read(option: str, values: Sequence[str], codes: Collection[str]) -> tuple[str, ...]:
    starts = [part.strip() for value in values for part in value.split(",")]
    for start in starts:
        if not start or not any(code.startswith(start) for code in codes):
            raise UsageError(printable(f"{option}: no rule starts with {start!r}. {suggestion(start, codes)}"))
    return tuple(starts)


def suggestion(code: str, codes: Collection[str]) -> str:
    """Return a sentence that suggests which of `codes` the unknown `code` may mean.

    >>> suggestion("link-dangeling", ["faq-empty", "link-dangling"])
    'Did you mean link-dangling?'
    """
    near = get_close_matches(code, codes, n=_SUGGESTED, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}?" if near else "docs/rules.md lists all rules."
