"""Diagnostics as text, JSON, SARIF and GitHub annotations are complete, and no profile can break them."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.lint import Format, Rule, github_line, text_line, write
from steckbrief.pipeline.findings import Finding, finding

RULE = Rule("faq-unanswered", "warning", "A question has no answer.", "Write the answer.", "### Why?")
FINDING = Finding("faq-unanswered", "warning", "Nothing follows: Why?", "Write the answer.", "raw/tools/x y.md", 7, 9)

texts = st.text(st.characters(exclude_categories=()), max_size=60)
findings = st.builds(
    Finding,
    rule=st.just("faq-unanswered"),
    severity=st.sampled_from(["error", "warning", "info"]),
    message=texts,
    hint=texts,
    path=st.none() | texts,
    line_start=st.none() | st.integers(1, 10**6),
    line_end=st.none() | st.integers(1, 10**6),
)


def test_text_names_file_line_severity_rule_and_remedy() -> None:
    assert text_line(FINDING) == (
        "raw/tools/x y.md:7: warning faq-unanswered: Nothing follows: Why?\n    Write the answer."
    )


@given(findings)
def test_text_is_two_lines_without_control_characters(diagnostic: Finding) -> None:
    first, second = text_line(diagnostic).split("\n")
    allowed = "\u00ad\u200c\u200d"  # soft hyphen and joiners are ordinary text
    unsafe = [
        c for c in first + second if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and c not in allowed
    ]
    assert unsafe == []


@given(findings)
def test_no_text_can_end_a_github_annotation(diagnostic: Finding) -> None:
    line = github_line(diagnostic)
    assert "\n" not in line
    assert "\r" not in line
    head, properties, message = line.split("::", 2)[1].partition(" ")[0], *line.split("::", 2)[1:]
    assert head in {"error", "warning", "notice"}
    assert _decoded(message) == f"{diagnostic.message} {diagnostic.hint}"
    named = dict(pair.split("=", 1) for pair in properties.partition(" ")[2].split(","))
    assert named.get("file") is None or _decoded(named["file"]) == diagnostic.path
    assert set(named) <= {"file", "line", "endLine", "title"}


def _decoded(text: str) -> str:
    """Return the text that GitHub's runner decodes, by its documented table."""
    table = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}
    for escape, character in table.items():
        text = text.replace(escape, character)
    return text.replace("%25", "%")


def _sarif(diagnostics: list[Finding]) -> dict[str, Any]:
    (text,) = write(diagnostics, [RULE], "1.2.3", Format.SARIF)
    log: dict[str, Any] = json.loads(text)
    return log


def test_sarif_contains_what_its_schema_requires() -> None:
    log = _sarif([FINDING])
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "steckbrief"
    assert driver["rules"] == [
        {
            "id": "faq-unanswered",
            "shortDescription": {"text": "A question has no answer."},
            "help": {
                "text": "Write the answer.\n\nExample:\n### Why?",
                "markdown": "Write the answer.\n\n```markdown\n### Why?\n```",
            },
            "defaultConfiguration": {"level": "warning"},
        }
    ]
    (result,) = run["results"]
    assert result["message"]["text"] == "Nothing follows: Why? Write the answer."
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("faq-unanswered", 0, "warning")
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "raw/tools/x%20y.md"}, "region": {"startLine": 7, "endLine": 9}}


@pytest.mark.parametrize(("severity", "level"), [("error", "error"), ("warning", "warning"), ("info", "note")])
def test_sarif_levels_are_those_of_the_standard(severity: str, level: str) -> None:
    diagnostic = Finding("faq-unanswered", severity, "m", "h", None, None, None)
    (result,) = _sarif([diagnostic])["runs"][0]["results"]
    assert result["level"] == level
    assert "locations" not in result


@pytest.mark.parametrize(
    ("path", "uri"),
    [("/srv/a b.md", "file:///srv/a%20b.md"), ("raw/ü.md", "raw/%C3%BC.md"), ("a#b?.md", "a%23b%3F.md")],
)
def test_sarif_locations_are_uris(path: str, uri: str) -> None:
    diagnostic = Finding("faq-unanswered", "info", "m", "h", path, 1, None)
    (result,) = _sarif([diagnostic])["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": uri}, "region": {"startLine": 1, "endLine": 1}}


def test_json_contains_every_field() -> None:
    (text,) = write([FINDING], [RULE], "1", Format.JSON)
    assert json.loads(text) == [
        {
            "path": "raw/tools/x y.md",
            "line_start": 7,
            "line_end": 9,
            "severity": "warning",
            "rule": "faq-unanswered",
            "message": "Nothing follows: Why?",
            "hint": "Write the answer.",
        }
    ]


def test_a_finding_about_the_whole_source_has_no_place() -> None:
    row = {"rule": "r", "severity": "info", "message": "m", "hint": "h", "source_path": None}
    diagnostic = finding({**row, "line_start": None, "line_end": None}, "raw")
    assert diagnostic.path is None
    assert text_line(diagnostic) == "info r: m\n    h"
