"""Diagnostics for editors and machines: text, JSON, SARIF 2.1.0 and GitHub annotations."""

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
    """How diagnostics are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule's code means, what to do about it, and an example of what breaks it."""

    code: str
    severity: str
    meaning: str
    remedy: str
    example: str


def write(findings: Iterable[Finding], rules: Iterable[Rule], version: str, form: Format) -> Iterator[str]:
    """The lines of the report on `findings` in `form`; `rules` and the program's `version` go into SARIF."""
    if form is Format.SARIF:
        yield json.dumps(_sarif(findings, rules, version), indent=2, ensure_ascii=False)
    elif form is Format.JSON:
        yield json.dumps([_plain(each) for each in findings], indent=2, ensure_ascii=False)
    else:
        line: Callable[[Finding], str] = text_line if form is Format.TEXT else github_line
        for each in findings:
            yield line(each)


def text_line(each: Finding) -> str:
    """`path:line: severity rule: message` as compilers write it, and the remedy on a second line."""
    head = f"{place(each.path, each.line_start)}{printable(each.severity)} {printable(each.rule)}"
    return f"{head}: {printable(each.message)}\n    {printable(each.hint)}"


def github_line(each: Finding) -> str:
    """A workflow command that GitHub shows as an annotation on the file.

    Escapes as GitHub's own toolkit does (actions/toolkit, core/src/command.ts), so that no text of a profile can end
    the command or begin another one.
    """
    properties = {"file": each.path, "line": each.line_start, "endLine": each.line_end, "title": each.rule}
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value is not None)
    return f"::{_GITHUB_LEVELS[each.severity]} {written}::{_data(f'{each.message} {each.hint}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(each: Finding) -> dict[str, object]:
    return {
        "path": each.path,
        "line_start": each.line_start,
        "line_end": each.line_end,
        "severity": each.severity,
        "rule": each.rule,
        "message": each.message,
        "hint": each.hint,
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
                "results": [_sarif_result(each, index) for each in findings],
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


def _sarif_result(each: Finding, index: Mapping[str, int]) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": each.rule,
        "ruleIndex": index[each.rule],
        "level": _SARIF_LEVELS[each.severity],
        "message": {"text": f"{each.message} {each.hint}"},
    }
    if each.path is not None:
        location: dict[str, object] = {"artifactLocation": {"uri": _uri(each.path)}}
        if each.line_start is not None:
            location["region"] = {"startLine": each.line_start, "endLine": each.line_end or each.line_start}
        result["locations"] = [{"physicalLocation": location}]
    return result


def _uri(path: str) -> str:
    """A file URI for an absolute path, a relative reference for a relative one."""
    return f"file://{quote(path)}" if path.startswith("/") else quote(path)
