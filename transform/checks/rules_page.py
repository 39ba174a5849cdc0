"""Writes docs/rules.md from rules.toml: `python -m steckbrief.transform.checks.rules_page`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from steckbrief.schema.values import SEVERITIES
from steckbrief.transform.checks.rules import Rule, rules

DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs" / "rules.md"

_INTRODUCTION: Final = """\
# Rules

Generated from `transform/checks/rules.toml` by `python -m steckbrief.transform.checks.rules_page`. Do not edit it here.

A rule describes one thing that can be wrong with a profile. Every finding is a row of the table `diagnostics` and a
line of `steckbrief check`, with its file and line number. The code of a rule never changes. Words in braces stand for
values from the profile.

Front matter is the block of `key: value` lines between two lines `---` at the top of a file. If a whole file cannot be
read, its profile is missing from the tables, and the build counts the file as quarantined; all other files are built as
usual.

Each example breaks its rule. An example that starts with `---` is a whole file; otherwise it follows correct front
matter. A line such as `==> tools/krita.md <==` starts a file, `$` a command, and three dots stand for lines left out.
"""


def render() -> str:
    """Return the page: the severities, a table of all rules, and a section for each."""
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
    r"""Escape `text` so that Markdown shows every character.

    >>> print(_plain("profile_id <b>"))
    profile\_id \<b>
    """
    for mark in "\\`*_|[]<&":
        text = text.replace(mark, f"\\{mark}")
    return text


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(render(), encoding="utf-8")
