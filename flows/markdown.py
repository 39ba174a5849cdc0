"""Markdown for run pages: tables of figures, and foreign text that stays text.

File names and messages come from profiles, and a run page renders HTML, links and images.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from steckbrief.extract.printable import printable
from steckbrief.pipeline.summary import RuleCount

_ENTITIES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_BACKSLASHED: Final = {ord(sign): f"\\{sign}" for sign in "\\`*_[]!|~:@.$^="}
"""Signs that CommonMark or a page's extensions interpret inside a line; ":", "@" and "." turn words into links."""


def escaped(text: str) -> str:
    r"""Return one line of Markdown that shows exactly this text, even in a cell of a table.

    >>> escaped("<b>.md")
    '&lt;b&gt;\\.md'
    """
    return printable(text).translate(_ENTITIES | _BACKSLASHED)


def code(text: str) -> str:
    """Return the text as inline code, from which it can be copied. Not for table cells, which end at a "|".

    >>> code("/srv/output")
    '` /srv/output `'
    """
    line = printable(text)
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    # Markdown removes one space on each side. Without it, a backtick at the edge would become part of the fence.
    return f"{fence} {line} {fence}"


def rules_as_markdown(diagnostics: tuple[RuleCount, ...]) -> str:
    """Return the number of diagnostics per rule as a table."""
    if not diagnostics:
        return "No diagnostics."
    rows = [
        f"| {rule.count:,} | {rule.severity} | {escaped(rule.rule)} | {'<br>'.join(map(escaped, rule.examples))} |"
        for rule in diagnostics
    ]
    return "\n".join(["| count | severity | rule | first places |", "| ---: | --- | --- | --- |", *rows])


def gates_as_markdown(gates: Iterable[Mapping[str, Any]]) -> str:
    """Return the gates of a release.json as a table, with those that failed first."""
    rows = [
        f"| {'passed' if gate['passed'] else 'failed'} | {escaped(gate['gate'])} | {escaped(gate['message'])} |"
        for gate in sorted(gates, key=lambda gate: bool(gate["passed"]))
    ]
    return "\n".join(["| result | gate | figures |", "| --- | --- | --- |", *rows])
