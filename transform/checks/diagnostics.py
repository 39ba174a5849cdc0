"""Diagnostics: problems with a profile as rows, and those that can be seen in one profile alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from steckbrief.extract.model import BlockKind, Document, Problem
from steckbrief.extract.printable import printable
from steckbrief.extract.text import line_at
from steckbrief.schema.rows import AlternativeRow, DiagnosticRow, FaqRow, ItemRow, ProfileRow
from steckbrief.transform.checks.fields import field_problems
from steckbrief.transform.checks.rules import rules
from steckbrief.transform.checks.structure import structure_problems
from steckbrief.transform.headings.classify import AMBIGUOUS
from steckbrief.transform.reading import Reading
from steckbrief.transform.records import Rows, of_type
from steckbrief.transform.sections import KindedSection
from steckbrief.transform.tables.markdown_tables import SIDES

_PLACEHOLDER = re.compile(r"\{\{\s*[A-Za-z_][\w .-]{0,60}\}\}")
# Messages quote the profile; a bound keeps them readable, the lines say where the rest is.
_LONGEST_VALUE = 120
_LONGEST_QUOTED = 10 * _LONGEST_VALUE


def diagnostic_row(problem: Problem, source_path: str | None, profile_id: str | None) -> DiagnosticRow:
    """One problem as a row of `diagnostics`; its position is set once all are known."""
    rule = rules()[problem.rule]
    values = {key: _short(value) for key, value in problem.values.items()}
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


def _short(value: str) -> str:
    """A value for a message: one line of bounded length, and nothing that could steer a terminal."""
    folded = printable(" ".join(value[:_LONGEST_QUOTED].split()))
    return folded if len(folded) <= _LONGEST_VALUE else f"{folded[: _LONGEST_VALUE - 1]}…"


def profile_problems(reading: Reading, profile: ProfileRow, tables: Rows) -> Iterator[Problem]:
    """What is wrong with one profile, beyond what reading it already reported."""
    questions = of_type(tables["faqs"], FaqRow)
    yield from field_problems(reading, profile)
    yield from structure_problems(reading, tables)
    yield from _ambiguous_headings(reading)
    yield from _empty_containers(reading, tables)
    yield from _sections_without_questions(reading, questions)
    for row in questions:
        if not row.is_answered:
            yield Problem("faq-unanswered", row.line_start, row.line_end, {"question": row.question})
    for alternative in of_type(tables["alternatives"], AlternativeRow):
        if alternative.name is None:
            values = {"text": str(alternative.description)}
            yield Problem("alternative-unnamed", alternative.line_start, alternative.line_end, values)
    yield from _placeholders(reading.document)


def _ambiguous_headings(reading: Reading) -> Iterator[Problem]:
    return (_at(section, "heading-ambiguous") for section in reading.sections if section.kind == AMBIGUOUS)


def _empty_containers(reading: Reading, tables: Rows) -> Iterator[Problem]:
    """Containers of pros and cons that have a list and give no rows."""
    with_rows = {row.section_position for side in SIDES for row in of_type(tables[side], ItemRow)}
    for section, blocks in reading.extents("pros_cons"):
        has_list = any(placed.block.kind is BlockKind.LIST for placed in blocks)
        if has_list and not any(placed.section_position in with_rows for placed in blocks):
            yield _at(section, "container-without-parts")


def _sections_without_questions(reading: Reading, questions: Sequence[FaqRow]) -> Iterator[Problem]:
    asking: set[int | None] = {row.section_position for row in questions}
    for section, *_ in reversed(reading.sections):
        if section.position in asking:
            asking.add(section.parent)
    for kinded in reading.sections:
        section = kinded.section
        if kinded.kind == "faq" and section.blocks and section.position not in asking:
            yield _at(kinded, "faq-without-questions")


def _at(kinded: KindedSection, rule: str) -> Problem:
    line = kinded.section.line_start
    return Problem(rule, line, line, {"heading": kinded.heading or ""})


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
