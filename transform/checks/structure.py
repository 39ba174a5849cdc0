"""Checks of a profile's structure: heading levels, empty sections, rows that repeat another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from steckbrief.extract.model import Block, BlockKind, Problem
from steckbrief.schema.listings import ITEM_LISTINGS
from steckbrief.schema.rows import FaqRow, ItemRow
from steckbrief.transform.reading import Reading
from steckbrief.transform.records import Rows, of_type
from steckbrief.transform.sections import KindedSection

_FINAL_PUNCTUATION = " .!?;:,…"
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# An answer of two words, such as "Yes, certainly", can fit two questions. A whole sentence rarely does.
_LEAST_ANSWER_WORDS = 4


def structure_problems(reading: Reading, tables: Rows) -> Iterator[Problem]:
    """Yield the problems with the headings, sections and rows of one profile."""
    yield from _level_problems(reading.sections)
    yield from _empty_sections(reading.sections)
    for listing in ITEM_LISTINGS:
        items = of_type(tables[listing.name], ItemRow)
        yield from _repetitions(items, [item.text for item in items], "item-duplicate")
    questions = of_type(tables["faqs"], FaqRow)
    yield from _repetitions(questions, [row.question for row in questions], "faq-question-duplicate")
    answered = [row for row in questions if len((row.answer or "").split()) >= _LEAST_ANSWER_WORDS]
    yield from _repetitions(answered, [str(row.answer) for row in answered], "faq-answer-repeated")


def _level_problems(sections: tuple[KindedSection, ...]) -> Iterator[Problem]:
    """Report headings that skip a level (H2, H4) or that are higher than the first heading (H3, H2)."""
    headings = [kinded for kinded in sections if kinded.section.level]
    top = previous = headings[0].section.level if headings else 0
    for heading in headings[1:]:
        level = heading.section.level
        values = {"heading": heading.heading or "", "level": str(level)}
        if level == 1 or level < top:
            yield _problem_at(heading, "heading-out-of-order", **values, top=str(top))
        elif level > previous + 1:
            values |= {"before": str(previous), "expected": str(previous + 1)}
            yield _problem_at(heading, "heading-level-skipped", **values)
        previous = level


def _empty_sections(sections: tuple[KindedSection, ...]) -> Iterator[Problem]:
    """Report headings with nothing below them, except questions, which are left to faq-unanswered."""
    parents = {kinded.section.parent for kinded in sections}
    for kinded in sections:
        section = kinded.section
        is_heading = section.level > 0 and kinded.kind != "question"
        if is_heading and section.position not in parents and all(map(_is_invisible, section.blocks)):
            yield _problem_at(kinded, "section-empty", heading=kinded.heading or "")


def _is_invisible(block: Block) -> bool:
    """Return whether a block shows no content: a horizontal rule, or HTML with nothing but comments."""
    if block.kind is BlockKind.HTML:
        return not _COMMENT.sub("", block.text).strip()
    return block.kind is BlockKind.RULE


def _repetitions(rows: Sequence[ItemRow | FaqRow], texts: Sequence[str], rule: str) -> Iterator[Problem]:
    """Report rows whose text equals that of an earlier row, apart from case and final punctuation."""
    first_rows: dict[str, ItemRow | FaqRow] = {}
    for row, text in zip(rows, texts, strict=True):
        folded = text.casefold().rstrip(_FINAL_PUNCTUATION)
        first_row = first_rows.setdefault(folded, row) if folded else row
        if first_row is not row:
            question = row.question if isinstance(row, FaqRow) else ""
            values = {"text": text, "first": str(first_row.line_start), "question": question}
            yield Problem(rule, row.line_start, row.line_end, values)


def _problem_at(kinded: KindedSection, rule: str, **values: str) -> Problem:
    return Problem(rule, kinded.section.line_start, kinded.section.line_start, values)
