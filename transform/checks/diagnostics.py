"""Problems as rows of `diagnostics`."""

from __future__ import annotations

from steckbrief.extract.model import Problem
from steckbrief.extract.printable import printable
from steckbrief.schema.rows import DiagnosticRow
from steckbrief.transform.checks.rules import rules

# Messages quote the profile. The limit keeps them readable; their line numbers lead to the rest.
_LONGEST_VALUE = 120
_LONGEST_READ = 10 * _LONGEST_VALUE


def diagnostic_row(problem: Problem, source_path: str | None, profile_id: str | None) -> DiagnosticRow:
    """Return the row for one problem. Its position stays 0 until all rows are known."""
    rule = rules()[problem.rule]
    values = {key: _shortened(value) for key, value in problem.values.items()}
    return DiagnosticRow(
        position=0,
        rule=rule.code,
        severity=rule.severity,
        message=rule.message.format_map(values),
        hint=rule.remedy.format_map(values),
        source_path=source_path,
        profile_id=profile_id,
        line_start=problem.line_start,
        line_end=problem.line_end,
    )


def _shortened(value: str) -> str:
    r"""Return `value` on one line of limited length, without characters that could control a terminal.

    >>> _shortened("two\n\tlines")
    'two lines'
    """
    text = printable(" ".join(value[:_LONGEST_READ].split()))
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
