"""FAQs: one row per question, with its answer as text, as Markdown and as lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from steckbrief.extract.model import Block, BlockKind
from steckbrief.extract.text import lines
from steckbrief.schema.listings import Listing
from steckbrief.schema.rows import FaqRow
from steckbrief.transform.reading import Reading
from steckbrief.transform.tables.details import without_end
from steckbrief.transform.tables.question_forms import SEPARATORS, OpenQuestion
from steckbrief.transform.tables.questions import questions

# Bold text in Markdown, with the separator after it.
_BOLD = re.compile(rf"(?:\*{{2,}}|_{{2,}}).*?(?:\*{{2,}}|_{{2,}}){SEPARATORS}", re.DOTALL)


def faq_rows(reading: Reading, listing: Listing) -> list[FaqRow]:
    """Return the questions of one profile, answered or not, in document order."""
    return [
        _row(question, position, reading, reading.row_id(listing.name, question.question))
        for position, question in enumerate(questions(reading), 1)
    ]


def _row(question: OpenQuestion, position: int, reading: Reading, row_id: str) -> FaqRow:
    answer = _trimmed(question.answer, reading, enclosed=question.enclosed)
    texts = [reading.text(block) for block in answer]
    if answer and question.first_line is not None:
        texts[0] = question.first_text
    text = "\n\n".join(filter(None, texts))
    markdown = start = end = None
    if text:
        start = question.first_line if question.first_line is not None else answer[0].line_start
        end = max(block.line_end for block in answer)
        markdown = _within(reading.source(question.shared_from or start, end), question.columns, len(answer) - 1)
        if question.shared_from:
            # An answer that is only a stray asterisk after the bold text disappears with it.
            markdown = _after_bold(markdown, question.bold_count) or question.first_text
    return FaqRow(
        profile_id=reading.profile_id,
        position=position,
        row_id=row_id,
        section_position=question.section_position,
        question=question.question,
        answer=text or None,
        answer_markdown=markdown,
        is_answered=bool(text),
        shared_by=0,
        shared_key=reading.shared_key(question.question),
        line_start=question.line,
        line_end=end or question.line,
        answer_line_start=start,
        answer_line_end=end,
        suggested_answer=None,
        suggested_answer_line_start=None,
        suggested_answer_line_end=None,
    )


def _after_bold(markdown: str, count: int) -> str:
    """Return Markdown after its first `count` bold stretches.

    >>> _after_bold("**Is it** **free?** Yes, **quite**.", 2)
    'Yes, **quite**.'
    """
    end = 0
    for _ in range(count):
        if bold := _BOLD.search(markdown, end):
            end = bold.end()
    return markdown[end:]


def _within(markdown: str, columns: Mapping[int, tuple[int, int]], last: int) -> str:
    """Return the source lines of an answer without the tags that share its first and last line."""
    if last in columns:
        *before, line = lines(markdown)
        markdown = "".join((*before, line[: columns[last][1]]))
    if 0 in columns:
        markdown = markdown[columns[0][0] :]
    return without_end(markdown.rstrip("\r\n"))


def _trimmed(blocks: Sequence[Block], reading: Reading, *, enclosed: bool) -> list[Block]:
    """Return an answer without trailing blocks that are empty and, unless a tag ends it, without trailing figures."""
    answer = list(blocks)
    while answer:
        is_trailing = not enclosed and _is_trailing(answer[-1], reading)
        if not is_trailing and reading.text(answer[-1]):
            break
        answer.pop()
    return answer


def _is_trailing(block: Block, reading: Reading) -> bool:
    """Return whether a block at the end of an answer does not belong to it: a rule, raw HTML or an image."""
    if block.kind in (BlockKind.RULE, BlockKind.HTML):
        return True
    return reading.is_furniture(block) and all(run.kind == "image" for run in reading.runs(block) if run.text)
