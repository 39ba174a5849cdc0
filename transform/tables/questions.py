"""Questions and their answers, in any form that editors write: headings, bold text, list items and `<details>`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from steckbrief.extract.model import Block, BlockKind
from steckbrief.transform.reading import Reading
from steckbrief.transform.sections import KindedSection, Placed
from steckbrief.transform.tables.details import (
    Closed,
    Fragment,
    Summary,
    closes_details,
    cut_details,
    has_details,
)
from steckbrief.transform.tables.question_forms import OpenQuestion, asks, clean_question, read_question

_Event: TypeAlias = OpenQuestion | Block | Fragment | None
"""A question, a part of its answer, or None if a section or a `<details>` ends the answer."""


def questions(reading: Reading) -> Iterator[OpenQuestion]:
    """Yield the questions of one profile, answered or not, in document order."""
    current: OpenQuestion | None = None
    for event in _events(reading):
        if isinstance(event, OpenQuestion):
            if current:
                yield current
            current = event
        elif event is None:
            if current:
                yield current
            current = None
        elif current is not None and isinstance(event, Fragment):
            current.columns[len(current.answer)] = event.start, event.end
            current.answer.append(event.block)
        elif current is not None and isinstance(event, Block):
            current.answer.append(event)
    if current:
        yield current


def _events(reading: Reading) -> Iterator[_Event]:
    inside = False
    for section in reading.sections:
        if section.kind == "question" and section.heading:
            yield OpenQuestion(clean_question(section.heading), section.section.line_start, section.section.position)
        elif section.kind == "faq":
            yield None
        else:
            if inside:
                yield None
            inside = False
            continue
        inside = True
        yield from _section_events(section, reading, asked=section.kind == "question")


def _section_events(section: KindedSection, reading: Reading, *, asked: bool) -> Iterator[_Event]:
    """Yield the events of one section; `asked` says whether its heading is a question.

    Below a question of another form, a summary is a question only if it asks: "Show answer" hides part of an answer.
    """
    blocks, position = section.section.blocks, section.section.position
    enclosed = False
    for index, block in enumerate(blocks):
        if has_details(block) and (enclosed or not asked or _summary_asks(block)):
            asked = False
            for part in cut_details(block):
                yield _detail_event(part, position)
                enclosed = enclosed if isinstance(part, Fragment) else isinstance(part, Summary)
            enclosed = enclosed and _is_closed(blocks, index + 1)
        elif enclosed:
            yield block
            if closes_details(block):
                enclosed = False
                yield None
        else:
            for event in _block_events(Placed(block, position), reading):
                asked = asked or isinstance(event, OpenQuestion)
                yield event


def _detail_event(part: Summary | Fragment | Closed, position: int) -> OpenQuestion | Fragment | None:
    if isinstance(part, Summary):
        # A summary without text asks nothing, but it ends an answer.
        text = part.text.strip("*_ ")
        return OpenQuestion(clean_question(text), part.line, position, enclosed=True) if text else None
    return part if isinstance(part, Fragment) else None


def _summary_asks(block: Block) -> bool:
    return any(asks(part.text) for part in cut_details(block) if isinstance(part, Summary))


def _is_closed(blocks: Sequence[Block], start: int) -> bool:
    """Return whether open details are closed in the blocks from `start` on, before the next details begin."""
    following = (blocks[index] for index in range(start, len(blocks)))
    for block in following:
        if has_details(block):
            marks = (isinstance(part, Closed) for part in cut_details(block) if not isinstance(part, Fragment))
            return next(marks, False)
        if closes_details(block):
            return True
    return False


def _block_events(placed: Placed, reading: Reading) -> Iterator[OpenQuestion | Block]:
    block = placed.block
    if block.kind is BlockKind.PARAGRAPH:
        yield read_question(block, placed.section_position, reading) or block
    elif block.kind is BlockKind.LIST:
        yield from _list_events(placed, reading)
    else:
        yield block


def _list_events(placed: Placed, reading: Reading) -> Iterator[OpenQuestion | Block]:
    """Yield the events of a list, whose items are either questions in bold or part of an answer."""
    items = [(item, _item_question(item, placed.section_position, reading)) for item in placed.block.children]
    if not any(question for _, question in items):
        yield placed.block
        return
    for item, question in items:
        if question:
            question.line = item.line_start
            yield question
            yield from item.children[1:]
        else:
            yield item


def _item_question(item: Block, position: int, reading: Reading) -> OpenQuestion | None:
    first = item.children[0] if item.children else None
    if first is None or first.kind is not BlockKind.PARAGRAPH:
        return None
    return read_question(first, position, reading)
