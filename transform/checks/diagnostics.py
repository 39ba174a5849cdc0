"""Diagnostics: problems with a profile as rows, and those that can be seen in one profile alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from steckbrief.extract.model import BlockKind, Document, Problem
from steckbrief.extract.printable import printable
from steckbrief.extract.text import line_at
from steckbrief.transform.checks.fields import field_problems
from steckbrief.transform.checks.rules import rules
from steckbrief.transform.checks.structure import structure_problems
from steckbrief.transform.kinds import KindedSection, extents
from steckbrief.transform.options import Options
from steckbrief.transform.rows import PENDING_POSITION, Row

_PLACEHOLDER = re.compile(r"\{\{\s*[A-Za-z_][\w .-]{0,60}\}\}")
# Messages quote the profile; a bound keeps them readable, the lines say where the rest is.
_LONGEST_VALUE = 120
_LONGEST_QUOTED = 10 * _LONGEST_VALUE


def diagnostic_row(problem: Problem, source_path: str | None, profile_id: str | None) -> Row:
    """One problem as a row of `diagnostics`; its position is given once all are known."""
    rule = rules()[problem.rule]
    values = {key: _short(value) for key, value in problem.values.items()}
    return {
        "position": PENDING_POSITION,
        "rule": rule.code,
        "severity": rule.severity,
        "message": rule.message.format_map(values),
        "hint": rule.remedy.format_map(values),
        "source_path": source_path,
        "profile_id": profile_id,
        "line_start": problem.line_start,
        "line_end": problem.line_end,
    }


def _short(value: str) -> str:
    """A value for a message: one line of bounded length, and nothing that could steer a terminal."""
    folded = printable(" ".join(value[:_LONGEST_QUOTED].split()))
    return folded if len(folded) <= _LONGEST_VALUE else f"{folded[: _LONGEST_VALUE - 1]}…"


def profile_problems(
    profile: Row,
    document: Document,
    sections: tuple[KindedSection, ...],
    tables: Mapping[str, Sequence[Row]],
    options: Options,
) -> Iterator[Problem]:
    """What is wrong with one profile, beyond what reading it already reported."""
    yield from field_problems(profile, document, options)
    yield from structure_problems(sections, tables)
    yield from _section_problems(sections, tables)
    for row in tables["faqs"]:
        if not row["is_answered"]:
            yield _at(row, "faq-unanswered", question=str(row["question"]))
    for row in tables["alternatives"]:
        if row["name"] is None:
            yield _at(row, "alternative-unnamed", text=str(row["description"]))
    yield from _placeholders(document)


def _at(row: Row, rule: str, **values: str) -> Problem:
    return Problem(rule, int(str(row["line_start"])), int(str(row["line_end"])), values)


def _section_problems(sections: tuple[KindedSection, ...], tables: Mapping[str, Sequence[Row]]) -> Iterator[Problem]:
    with_rows = {row["section_position"] for table in ("pros", "cons") for row in tables[table]}
    for each in sections:
        start = each.section.line_start
        if each.kind == "ambiguous":
            yield Problem("heading-ambiguous", start, start, {"heading": each.heading or ""})
    for each, placed in extents(sections, "pros_cons"):
        start = each.section.line_start
        has_list = any(found.block.kind is BlockKind.LIST for found in placed)
        if has_list and not any(found.section_position in with_rows for found in placed):
            yield Problem("container-without-parts", start, start, {"heading": each.heading or ""})
    asking: set[object] = {row["section_position"] for row in tables["faqs"]}
    for each in reversed(sections):
        if each.section.position in asking:
            asking.add(each.section.parent)
    for each in sections:
        if each.kind == "faq" and each.section.blocks and each.section.position not in asking:
            start = each.section.line_start
            yield Problem("faq-without-questions", start, start, {"heading": each.heading or ""})


def _placeholders(document: Document) -> Iterator[Problem]:
    """Placeholders of a template ({{NAME}}), one problem per section that holds any."""
    raw = document.front_matter.raw
    if match := _PLACEHOLDER.search(raw):
        line = line_at(raw, match.start())
        yield Problem("placeholder", line, line, {"value": match.group()})
    for section in document.sections:
        if "{{" in section.markdown and (match := _PLACEHOLDER.search(section.markdown)):
            line = section.line_start + line_at(section.markdown, match.start()) - 1
            yield Problem("placeholder", line, line, {"value": match.group()})
