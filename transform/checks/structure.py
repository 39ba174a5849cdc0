"""Checks of one profile's structure: headings and their levels, empty sections, rows that say something twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from steckbrief.extract.model import Block, BlockKind, Problem
from steckbrief.transform.kinds import KindedSection
from steckbrief.transform.rows import Row
from steckbrief.transform.tables.items import ITEM_TABLES

_CLOSING = " .!?;:,…"
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# An answer of two words ("Ja, sicher.") can be right for two questions; nobody writes a sentence twice on purpose.
_LEAST_ANSWER = 4


def structure_problems(sections: tuple[KindedSection, ...], tables: Mapping[str, Sequence[Row]]) -> Iterator[Problem]:
    """What is wrong with the headings, sections and rows of one profile."""
    yield from _level_problems(sections)
    yield from _empty_sections(sections)
    for table in ITEM_TABLES:
        yield from _repeated(tables[table], "text", "item-duplicate")
    yield from _repeated(tables["faqs"], "question", "faq-question-duplicate")
    answered = [row for row in tables["faqs"] if row["answer"] and len(str(row["answer"]).split()) >= _LEAST_ANSWER]
    yield from _repeated(answered, "answer", "faq-answer-repeated")


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


def _repeated(rows: Sequence[Row], column: str, rule: str) -> Iterator[Problem]:
    """Rows that say, but for case and a closing sign, what an earlier one of the same table says."""
    first: dict[str, Row] = {}
    for row in rows:
        text = str(row[column])
        folded = text.casefold().rstrip(_CLOSING)
        earlier = first.setdefault(folded, row) if folded else row
        if earlier is not row:
            start, end = int(str(row["line_start"])), int(str(row["line_end"]))
            found = {"text": text, "first": str(earlier["line_start"]), "question": str(row.get("question", ""))}
            yield Problem(rule, start, end, found)


def _at(each: KindedSection, rule: str, **values: str) -> Problem:
    return Problem(rule, each.section.line_start, each.section.line_start, values)
