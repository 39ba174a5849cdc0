"""Diagnostics as text, JSON, SARIF 2.1.0 and GitHub annotations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from steckbrief.extract.printable import printable
from steckbrief.pipeline.findings import Finding, place

SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}
_GITHUB_LEVELS: Final = {"error": "error", "warning": "warning", "info": "notice"}


class Format(StrEnum):
    """Formats for diagnostics."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its meaning, its remedy, and an example that breaks it."""

    code: str
    severity: str
    meaning: str
    remedy: str
    example: str


def write(findings: Iterable[Finding], rules: Iterable[Rule], version: str, form: Format) -> Iterator[str]:
    """Yield the lines of the report on `findings` in the format `form`; SARIF includes `rules` and `version` too."""
    if form is Format.SARIF:
        yield json.dumps(_sarif(findings, rules, version), indent=2, ensure_ascii=False)
    elif form is Format.JSON:
        yield json.dumps([_plain(finding) for finding in findings], indent=2, ensure_ascii=False)
    else:
        line: Callable[[Finding], str] = text_line if form is Format.TEXT else github_line
        yield from map(line, findings)


def text_line(finding: Finding) -> str:
    """Return `path:line: severity rule: message`, as compilers write it, with the remedy on a second line."""
    head = f"{place(finding.path, finding.line_start)}{printable(finding.severity)} {printable(finding.rule)}"
    return f"{head}: {printable(finding.message)}\n    {printable(finding.hint)}"


def github_line(finding: Finding) -> str:
    """Return a workflow command that GitHub shows as an annotation on the file.

    Text is escaped as in GitHub's own toolkit (actions/toolkit, core/src/command.ts), so that no profile can end the
    command or start another one.
    """
    properties = {
        "file": finding.path,
        "line": finding.line_start,
        "endLine": finding.line_end,
        "title": finding.rule,
    }
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value is not None)
    return f"::{_GITHUB_LEVELS[finding.severity]} {written}::{_data(f'{finding.message} {finding.hint}')}"


def _data(text: str) -> str:
    r"""Escape the message of a workflow command.

    >>> _data("100 % of\nthem")
    '100 %25 of%0Athem'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(finding: Finding) -> dict[str, object]:
    return {
        "path": finding.path,
        "line_start": finding.line_start,
        "line_end": finding.line_end,
        "severity": finding.severity,
        "rule": finding.rule,
        "message": finding.message,
        "hint": finding.hint,
    }


def _sarif(findings: Iterable[Finding], rules: Iterable[Rule], version: str) -> dict[str, object]:
    declared = list(rules)
    index = {rule.code: number for number, rule in enumerate(declared)}
    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "steckbrief",
                        "semanticVersion": version,
                        "rules": [_sarif_rule(rule) for rule in declared],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_sarif_result(finding, index) for finding in findings],
            }
        ],
    }


def _sarif_rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.meaning},
        "help": {
            "text": f"{rule.remedy}\n\nExample:\n{rule.example}",
            "markdown": f"{rule.remedy}\n\n```markdown\n{rule.example}\n```",
        },
        "defaultConfiguration": {"level": _SARIF_LEVELS[rule.severity]},
    }


def _sarif_result(finding: Finding, index: Mapping[str, int]) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": f"{finding.message} {finding.hint}"},
    }
    if finding.path is not None:
        location: dict[str, object] = {"artifactLocation": {"uri": _uri(finding.path)}}
        if finding.line_start is not None:
            location["region"] = {"startLine": finding.line_start, "endLine": finding.line_end or finding.line_start}
        result["locations"] = [{"physicalLocation": location}]
    return result


def _uri(path: str) -> str:
    """Return a file URI for an absolute path, and a relative reference for a relative one.

    >>> _uri("/srv/raw/a b.md"), _uri("raw/a b.md")
    ('file:///srv/raw/a%20b.md', 'raw/a%20b.md')
    """
    return f"file://{quote(path)}" if path.startswith("/") else quote(path)
