"""FAQs: questions and answers, in whatever form an editor wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from steckbrief.extract.markdown.inline import runs_text
from steckbrief.extract.model import Block, BlockKind, Run
from steckbrief.extract.text import lines
from steckbrief.schema.listings import Listing
from steckbrief.schema.rows import FaqRow
from steckbrief.transform.headings.vocabulary import vocabularies
from steckbrief.transform.reading import Reading
from steckbrief.transform.sections import QUESTION_MARKS, KindedSection, Placed
from steckbrief.transform.tables.details import (
    Closed,
    Fragment,
    Summary,
    closes_details,
    cut_details,
    has_details,
    without_end,
)
from steckbrief.transform.text import split_bold_lead

_NUMBERED = re.compile(r"^\s*\(?\d{1,3}[.):]\s")
_SEPARATORS = r"(?:[\s:–—]|-(?=\s|\Z))*"
_AFTER_QUESTION = re.compile(_SEPARATORS)
# Bold text in Markdown, and what separates it from the text after it.
_BOLD = re.compile(rf"(?:\*{{2,}}|_{{2,}}).*?(?:\*{{2,}}|_{{2,}}){_SEPARATORS}", re.DOTALL)
_CLOSING_QUOTES = "\"'“”»«*_ "


@dataclass(slots=True)
class _Open:
    """A question whose answer is still being read."""

    question: str
    line: int
    section_position: int
    answer: list[Block] = field(default_factory=list)
    first_text: str = ""
    first_line: int | None = None
    # Where the paragraph starts that holds the question, if its answer starts on the line on which it ends.
    shared_from: int | None = None
    # Stretches of bold text that make up the question: tags and line breaks may stand between them.
    bold_count: int = 0
    # Columns at which parts of an answer start and end that share their lines with HTML tags, by index in `answer`.
    columns: dict[int, tuple[int, int]] = field(default_factory=dict)
    # Whether the answer ends with a `</details>`, so that nothing in it trails it.
    enclosed: bool = False


def faq_rows(reading: Reading, listing: Listing) -> list[FaqRow]:
    """The questions of one profile, answered or not, in document order."""
    return [
        _row(question, position, reading, reading.row_id(listing.name, question.question))
        for position, question in enumerate(_questions(reading), 1)
    ]


def _questions(reading: Reading) -> Iterator[_Open]:
    current: _Open | None = None
    for event in _events(reading):
        if isinstance(event, _Open):
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


def _events(reading: Reading) -> Iterator[_Open | Block | Fragment | None]:
    """Questions, the parts of their answers, and None where an answer ends because a section or a `<details>` does."""
    inside = False
    for each in reading.sections:
        if each.kind == "question" and each.heading:
            yield _Open(_clean(each.heading), each.section.line_start, each.section.position)
        elif each.kind == "faq":
            yield None
        else:
            if inside:
                yield None
            inside = False
            continue
        inside = True
        yield from _section_events(each, reading, asked=each.kind == "question")


def _section_events(each: KindedSection, reading: Reading, *, asked: bool) -> Iterator[_Open | Block | Fragment | None]:
    """The events of one section; `asked` says whether its heading is a question.

    Below a question of another form, a summary is a question only if it asks: "Show answer" hides part of an answer.
    """
    blocks, position = each.section.blocks, each.section.position
    enclosed = False
    for index, block in enumerate(blocks):
        if has_details(block) and (enclosed or not asked or _asks(block)):
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
                asked = asked or isinstance(event, _Open)
                yield event


def _detail_event(part: Summary | Fragment | Closed, position: int) -> _Open | Fragment | None:
    if isinstance(part, Summary):
        # A summary without text asks nothing; it ends an answer all the same.
        text = part.text.strip("*_ ")
        return _Open(_clean(text), part.line, position, enclosed=True) if text else None
    return part if isinstance(part, Fragment) else None


def _asks(block: Block) -> bool:
    texts = (part.text for part in cut_details(block) if isinstance(part, Summary))
    return any(text.rstrip(_CLOSING_QUOTES).endswith(QUESTION_MARKS) for text in texts)


def _is_closed(blocks: Sequence[Block], start: int) -> bool:
    """Whether details left open are closed from `start` on, before the next ones begin; else nothing is inside them."""
    following = (blocks[index] for index in range(start, len(blocks)))
    for block in following:
        if has_details(block):
            marks = (isinstance(part, Closed) for part in cut_details(block) if not isinstance(part, Fragment))
            return next(marks, False)
        if closes_details(block):
            return True
    return False


def _block_events(placed: Placed, reading: Reading) -> Iterator[_Open | Block]:
    block = placed.block
    if block.kind is BlockKind.PARAGRAPH:
        found = _question_paragraph(block, placed.section_position, reading)
        yield found or block
    elif block.kind is BlockKind.LIST:
        yield from _list_events(placed, reading)
    else:
        yield block


def _list_events(placed: Placed, reading: Reading) -> Iterator[_Open | Block]:
    """A list is either questions (with bold, one an item) or part of an answer."""
    items = []
    for item in placed.block.children:
        first = item.children[0] if item.children else None
        is_text = first is not None and first.kind is BlockKind.PARAGRAPH
        found = _question_paragraph(first, placed.section_position, reading) if first and is_text else None
        items.append((item, found))
    if not any(found for _, found in items):
        yield placed.block
        return
    for item, found in items:
        if found:
            found.line = item.line_start
            yield found
            yield from item.children[1:]
        else:
            yield item


def _question_paragraph(block: Block, position: int, reading: Reading) -> _Open | None:
    """The question a paragraph starts with: bold that asks or is numbered; or a bold that was never closed."""
    if not block.text.startswith(("**", "__")):
        return None
    runs = reading.runs(block)
    split = split_bold_lead(runs)
    if split is None:
        return _unclosed(block, position, reading)
    bold, rest = split
    if not (bold.rstrip(_CLOSING_QUOTES).endswith(QUESTION_MARKS) or (_NUMBERED.match(bold) and _starts_line(rest))):
        return None
    found = _Open(_clean(bold), block.line_start, position)
    found.first_text = _AFTER_QUESTION.sub("", runs_text(rest), count=1)
    if found.first_text:
        lead = runs[: len(runs) - len(rest)]
        within, after = _breaks(lead), _breaks_before_text(rest)
        found.first_line = block.line_start + within + after
        found.shared_from = None if after else block.line_start
        found.bold_count = sum(is_strong for is_strong, _ in groupby(lead, key=lambda run: run.strong))
        found.answer.append(block)
    return found


def _starts_line(rest: Sequence[Run]) -> bool:
    text = "".join(run.text for run in rest)
    return not text.strip() or text.startswith("\n")


def _unclosed(block: Block, position: int, reading: Reading) -> _Open | None:
    """A question whose bold was opened and never closed ("**3. Is it free?"), on a line of its own."""
    text = reading.text(block).lstrip("*_")
    if "\n" in block.text or not text.endswith(QUESTION_MARKS):
        return None
    return _Open(_clean(text), block.line_start, position)


def _breaks(runs: Sequence[Run]) -> int:
    return sum(run.text.count("\n") for run in runs)


def _breaks_before_text(runs: Sequence[Run]) -> int:
    """Line breaks before the first visible text of `runs`."""
    breaks = 0
    for run in runs:
        stripped = run.text.lstrip()
        breaks += run.text[: len(run.text) - len(stripped)].count("\n")
        if stripped:
            break
    return breaks


@cache
def _number() -> re.Pattern[str]:
    labels = "|".join(sorted({re.escape(word) for each in vocabularies() for word in each.question_labels}))
    return re.compile(rf"^\s*(?:\(?\d{{1,3}}[.):]|(?:{labels})\s*\d*\s*[.:)])\s*", re.IGNORECASE)


def _clean(question: str) -> str:
    """A question without its number."""
    return _number().sub("", question).strip() or question.strip()


def _row(asked: _Open, position: int, reading: Reading, row_id: str) -> FaqRow:
    answer = _trimmed(asked.answer, reading, enclosed=asked.enclosed)
    texts = [reading.text(block) for block in answer]
    if answer and asked.first_line is not None:
        texts[0] = asked.first_text
    text = "\n\n".join(filter(None, texts))
    markdown = start = end = None
    if text:
        start = asked.first_line if asked.first_line is not None else answer[0].line_start
        end = max(block.line_end for block in answer)
        markdown = _within(reading.source(asked.shared_from or start, end), asked.columns, len(answer) - 1)
        if asked.shared_from:
            # An odd asterisk behind the bold is all there is to some answers, and goes with the bold's own.
            markdown = _after_bold(markdown, asked.bold_count) or asked.first_text
    return FaqRow(
        profile_id=reading.profile_id,
        position=position,
        row_id=row_id,
        section_position=asked.section_position,
        question=asked.question,
        answer=text or None,
        answer_markdown=markdown,
        is_answered=bool(text),
        shared_by=0,
        shared_key=reading.shared_key(asked.question),
        line_start=asked.line,
        line_end=end or asked.line,
        answer_line_start=start,
        answer_line_end=end,
        suggested_answer=None,
        suggested_answer_line_start=None,
        suggested_answer_line_end=None,
    )


def _after_bold(markdown: str, count: int) -> str:
    """What follows the first `count` stretches of bold text in Markdown."""
    end = 0
    for _ in range(count):
        if bold := _BOLD.search(markdown, end):
            end = bold.end()
    return markdown[end:]


def _within(markdown: str, columns: Mapping[int, tuple[int, int]], last: int) -> str:
    """The source lines of an answer without the tags around it that share its first and last line."""
    if last in columns:
        *before, line = lines(markdown)
        markdown = "".join((*before, line[: columns[last][1]]))
    if 0 in columns:
        markdown = markdown[columns[0][0] :]
    return without_end(markdown.rstrip("\r\n"))


def _trimmed(blocks: Sequence[Block], reading: Reading, *, enclosed: bool) -> list[Block]:
    """An answer without what trails it: blocks without text, and, where no tag ends it, figures and provider links."""
    answer = list(blocks)
    while answer:
        is_furnished = not enclosed and _ends_answer(answer[-1], reading)
        if not is_furnished and reading.text(answer[-1]):
            break
        answer.pop()
    return answer


def _ends_answer(block: Block, reading: Reading) -> bool:
    if block.kind in (BlockKind.RULE, BlockKind.HTML):
        return True
    return reading.is_furniture(block) and all(run.kind == "image" for run in reading.runs(block) if run.text)
