"""Text for a run page, which is Markdown: tables of figures, and words of strangers that stay words.

File names and messages come from profiles. A page renders HTML, links and images, so none of them may be made of those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from steckbrief.extract.printable import printable
from steckbrief.pipeline.summary import RuleCount

_ENTITIES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_MARKS: Final = {ord(mark): f"\\{mark}" for mark in "\\`*_[]!|~:@.$^="}
"""Signs that mark up inside a line, in CommonMark or in what pages add; ":", "@" and "." make links of addresses."""


def escaped(text: str) -> str:
    """Text as one line of Markdown that shows exactly it, also in a cell of a table."""
    return printable(text).translate(_ENTITIES | _MARKS)


def code(text: str) -> str:
    """Text set as code, which can be copied as it is; not for a cell of a table, which a "|" would end."""
    shown = printable(text)
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    # A space on both sides is taken off again; without it a sign at the edge would belong to the fence.
    return f"{fence} {shown} {fence}"


def rules_as_markdown(diagnostics: tuple[RuleCount, ...]) -> str:
    """The diagnostics by rule as a table."""
    if not diagnostics:
        return "No diagnostics."
    rows = [
        f"| {each.count:,} | {each.severity} | {escaped(each.rule)} | {'<br>'.join(map(escaped, each.examples))} |"
        for each in diagnostics
    ]
    return "\n".join(["| count | severity | rule | first places |", "| ---: | --- | --- | --- |", *rows])


def gates_as_markdown(gates: Iterable[Mapping[str, Any]]) -> str:
    """The gates, as release.json has them, as a table: those that failed first."""
    rows = [
        f"| {'passed' if each['passed'] else 'failed'} | {escaped(each['gate'])} | {escaped(each['message'])} |"
        for each in sorted(gates, key=lambda each: bool(each["passed"]))
    ]
    return "\n".join(["| result | gate | figures |", "| --- | --- | --- |", *rows])
