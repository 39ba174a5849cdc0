"""The rules as prose: docs/rules.md.

`python -m steckbrief.transform.checks.rules_page` writes the page; a test fails when it is stale.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from steckbrief.schema.values import SEVERITIES
from steckbrief.transform.checks.rules import Rule, rules

DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs" / "rules.md"

_INTRODUCTION: Final = """\
# Rules

Written from `transform/checks/rules.toml` by `python -m steckbrief.transform.checks.rules_page`; do not edit it here.

A rule says what can be wrong with a profile. Each finding is a row of the table `diagnostics`, with file and line, and
a line of `steckbrief check`. The code of a rule does not change; words in braces stand for what was found.

An example breaks its rule. One that starts with `---` is a whole file, another one stands below sound front matter;
several files have a line with their path above each; three dots leave something out.
"""


def render() -> str:
    """The whole page: what the severities mean, all rules at a glance, then each of them."""
    declared = rules().values()
    severities = "\n".join(f"- **{name}**: {meaning}" for name, meaning in SEVERITIES.items())
    return "\n".join([_INTRODUCTION, severities, "", _overview(declared), *map(_section, declared)])


def _overview(declared: Iterable[Rule]) -> str:
    lines = ["| rule | severity | meaning |", "| --- | --- | --- |"]
    lines += [f"| [{rule.code}](#{rule.code}) | {rule.severity} | {_plain(rule.meaning)} |" for rule in declared]
    return "\n".join(lines) + "\n"


def _section(rule: Rule) -> str:
    return (
        f"## {rule.code}\n\n"
        f"{_plain(rule.meaning)} ({rule.severity})\n\n"
        f"- Message: {_plain(rule.message)}\n"
        f"- What to do: {_plain(rule.remedy)}\n\n"
        f"```{'text' if rule.example.startswith('$ ') else 'markdown'}\n{rule.example.rstrip()}\n```\n"
    )


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    for mark in "\\`*_|[]<&":
        text = text.replace(mark, f"\\{mark}")
    return text


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(render(), encoding="utf-8")
