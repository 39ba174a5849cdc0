"""Checks of one profile: its fields, structure and rows, and placeholders left from a template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from steckbrief.extract.model import BlockKind, Document, Problem
from steckbrief.extract.text import line_at
from steckbrief.schema.rows import AlternativeRow, FaqRow, ItemRow, ProfileRow
from steckbrief.transform.checks.fields import field_problems
from steckbrief.transform.checks.structure import structure_problems
from steckbrief.transform.headings.classify import AMBIGUOUS
from steckbrief.transform.reading import Reading
from steckbrief.transform.records import Rows, of_type
from steckbrief.transform.sections import KindedSection
from steckbrief.transform.tables.markdown_tables import SIDES

_PLACEHOLDER = re.compile(r"\{\{\s*[A-Za-z_][\w .-]{0,60}\}\}")


def profile_problems(reading: Reading, profile: ProfileRow, tables: Rows) -> Iterator[Problem]:
    """Yield the problems of one profile that reading the file has not reported already."""
    questions = of_type(tables["faqs"], FaqRow)
    yield from field_problems(reading, profile)
    yield from structure_problems(reading, tables)
    yield from _ambiguous_headings(reading)
    yield from _undivided_containers(reading, tables)
    yield from _faqs_without_questions(reading, questions)
    for question in questions:
        if not question.is_answered:
            yield Problem("faq-unanswered", question.line_start, question.line_end, {"question": question.question})
    for alternative in of_type(tables["alternatives"], AlternativeRow):
        if alternative.name is None:
            values = {"text": str(alternative.description)}
            yield Problem("alternative-unnamed", alternative.line_start, alternative.line_end, values)
    yield from _placeholders(reading.document)


def _ambiguous_headings(reading: Reading) -> Iterator[Problem]:
    return (_problem_at(section, "heading-ambiguous") for section in reading.sections if section.kind == AMBIGUOUS)


def _undivided_containers(reading: Reading, tables: Rows) -> Iterator[Problem]:
    """Report sections on pros and cons that contain a list but give no rows."""
    with_rows = {row.section_position for side in SIDES for row in of_type(tables[side], ItemRow)}
    for section, blocks in reading.extents("pros_cons"):
        has_list = any(placed.block.kind is BlockKind.LIST for placed in blocks)
        if has_list and not any(placed.section_position in with_rows for placed in blocks):
            yield _problem_at(section, "container-without-parts")


def _faqs_without_questions(reading: Reading, questions: Sequence[FaqRow]) -> Iterator[Problem]:
    with_questions: set[int | None] = {question.section_position for question in questions}
    for kinded in reversed(reading.sections):
        if kinded.section.position in with_questions:
            with_questions.add(kinded.section.parent)
    for kinded in reading.sections:
        section = kinded.section
        if kinded.kind == "faq" and section.blocks and section.position not in with_questions:
            yield _problem_at(kinded, "faq-without-questions")


def _problem_at(kinded: KindedSection, rule: str) -> Problem:
    line = kinded.section.line_start
    return Problem(rule, line, line, {"heading": kinded.heading or ""})


def _placeholders(document: Document) -> Iterator[Problem]:
    """Report placeholders such as {{NAME}}, at most one in the front matter and one per section."""
    texts = [(document.front_matter.raw, 1)]
    texts += [(section.markdown, section.line_start) for section in document.sections]
    for text, first_line in texts:
        if "{{" in text and (match := _PLACEHOLDER.search(text)):
            line = first_line + line_at(text, match.start()) - 1
            yield Problem("placeholder", line, line, {"value": match.group()})
