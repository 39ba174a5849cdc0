"""Checks of one profile's structure: headings and their levels, empty sections, rows that say something twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from steckbrief.extract.model import Block, BlockKind, Problem
from steckbrief.schema.listings import ITEM_LISTINGS
from steckbrief.schema.rows import FaqRow, ItemRow
from steckbrief.transform.reading import Reading
from steckbrief.transform.records import Rows, of_type
from steckbrief.transform.sections import KindedSection

_CLOSING = " .!?;:,…"
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# An answer of two words ("Ja, sicher.") can be right for two questions; nobody writes a sentence twice on purpose.
_LEAST_ANSWER = 4


def structure_problems(reading: Reading, tables: Rows) -> Iterator[Problem]:
    """What is wrong with the headings, sections and rows of one profile."""
    yield from _level_problems(reading.sections)
    yield from _empty_sections(reading.sections)
    for listing in ITEM_LISTINGS:
        items = of_type(tables[listing.name], ItemRow)
        yield from _repeated(items, [item.text for item in items], "item-duplicate")
    questions = of_type(tables["faqs"], FaqRow)
    yield from _repeated(questions, [row.question for row in questions], "faq-question-duplicate")
    answered = [(row, row.answer) for row in questions if row.answer and len(row.answer.split()) >= _LEAST_ANSWER]
    yield from _repeated([row for row, _ in answered], [answer for _, answer in answered], "faq-answer-repeated")


def _level_problems(sections: tuple[KindedSection, ...]) -> Iterator[Problem]:
    """Headings that skip a level below the one before (H2, H4), or that stand above the first one (H3, H2)."""
    headings = [each for each in sections if each.section.level]
    top = headings[0].section.level if headings else 0
    before = top
    for each in headings[1:]:
        level = each.section.level
        found = {"heading": each.heading or "", "level": str(level)}
        if level == 1 or level < top:
            yield _at(each, "heading-out-of-order", **found, top=str(top))
        elif level > before + 1:
            yield _at(each, "heading-level-skipped", **found, before=str(before), expected=str(before + 1))
        before = level


def _empty_sections(sections: tuple[KindedSection, ...]) -> Iterator[Problem]:
    """Headings with nothing below them. A question without an answer has a rule of its own."""
    parents = {each.section.parent for each in sections}
    for each in sections:
        section = each.section
        is_heading = section.level > 0 and each.kind != "question"
        if is_heading and section.position not in parents and all(map(_says_nothing, section.blocks)):
            yield _at(each, "section-empty", heading=each.heading or "")


def _says_nothing(block: Block) -> bool:
    if block.kind is BlockKind.HTML:
        return not _COMMENT.sub("", block.text).strip()
    return block.kind is BlockKind.RULE


def _repeated(rows: Sequence[ItemRow | FaqRow], texts: Sequence[str], rule: str) -> Iterator[Problem]:
    """Rows whose text says, but for case and a closing sign, what an earlier one of the same table says."""
    first: dict[str, ItemRow | FaqRow] = {}
    for row, text in zip(rows, texts, strict=True):
        folded = text.casefold().rstrip(_CLOSING)
        earlier = first.setdefault(folded, row) if folded else row
        if earlier is not row:
            question = row.question if isinstance(row, FaqRow) else ""
            values = {"text": text, "first": str(earlier.line_start), "question": question}
            yield Problem(rule, row.line_start, row.line_end, values)


def _at(each: KindedSection, rule: str, **values: str) -> Problem:
    return Problem(rule, each.section.line_start, each.section.line_start, values)
