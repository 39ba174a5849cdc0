"""Question forms: the ways in which bold text asks a question, and where its answer starts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Final

from steckbrief.extract.markdown.inline import runs_text
from steckbrief.extract.model import Block, Run
from steckbrief.transform.headings.vocabulary import vocabularies
from steckbrief.transform.reading import Reading
from steckbrief.transform.sections import QUESTION_MARKS
from steckbrief.transform.text import split_bold_lead

SEPARATORS: Final = r"(?:[\s:–—]|-(?=\s|\Z))*"
"""A pattern for what separates a question from an answer on the same line."""

_NUMBERED = re.compile(r"^\s*\(?\d{1,3}[.):]\s")
_AFTER_QUESTION = re.compile(SEPARATORS)
_CLOSING_QUOTES = "\"'“”»«*_ "


@dataclass(slots=True)
class OpenQuestion:
    """A question whose answer is still being read.

    Attributes:
        question: the plain text of the question, without its number.
        line: its first line.
        section_position: the position of its section.
        answer: the blocks of the answer. The first one may also contain the question.
        first_text, first_line: the text and the line of the answer in that first block.
        shared_from: the first line of the question's paragraph, if the answer starts on the question's last line.
        bold_count: the number of bold stretches in the question; tags and line breaks may separate them.
        columns: by index in `answer`, the first and last column of parts that share their lines with HTML tags.
        enclosed: whether the answer ends with a `</details>`, so that nothing in it is trailing furniture.
    """

    question: str
    line: int
    section_position: int
    answer: list[Block] = field(default_factory=list)
    first_text: str = ""
    first_line: int | None = None
    shared_from: int | None = None
    bold_count: int = 0
    columns: dict[int, tuple[int, int]] = field(default_factory=dict)
    enclosed: bool = False


def asks(text: str) -> bool:
    """Return whether a text ends with a question mark, inside or outside closing quotes.

    >>> asks("Is it “free?”"), asks("Show answer")
    (True, False)
    """
    return text.rstrip(_CLOSING_QUOTES).endswith(QUESTION_MARKS)


def clean_question(question: str) -> str:
    """Return a question without its number or label.

    >>> clean_question("Frage 3: Ist es frei?"), clean_question("2) Why?"), clean_question("Why?")
    ('Ist es frei?', 'Why?', 'Why?')
    """
    return _number().sub("", question).strip() or question.strip()


def read_question(block: Block, position: int, reading: Reading) -> OpenQuestion | None:
    """Return the question at the start of a paragraph: bold text that asks, is numbered, or is never closed."""
    if not block.text.startswith(("**", "__")):
        return None
    runs = reading.runs(block)
    split = split_bold_lead(runs)
    if split is None:
        return _unclosed(block, position, reading)
    bold, rest = split
    if not (asks(bold) or (_NUMBERED.match(bold) and _starts_line(rest))):
        return None
    question = OpenQuestion(clean_question(bold), block.line_start, position)
    question.first_text = _AFTER_QUESTION.sub("", runs_text(rest), count=1)
    if question.first_text:
        lead = runs[: len(runs) - len(rest)]
        within, after = _breaks(lead), _breaks_before_text(rest)
        question.first_line = block.line_start + within + after
        question.shared_from = None if after else block.line_start
        question.bold_count = sum(is_strong for is_strong, _ in groupby(lead, key=lambda run: run.strong))
        question.answer.append(block)
    return question


def _unclosed(block: Block, position: int, reading: Reading) -> OpenQuestion | None:
    """Return a question whose bold text is never closed ("**3. Is it free?"), alone on its line."""
    text = reading.text(block).lstrip("*_")
    if "\n" in block.text or not text.endswith(QUESTION_MARKS):
        return None
    return OpenQuestion(clean_question(text), block.line_start, position)


def _starts_line(rest: Sequence[Run]) -> bool:
    text = "".join(run.text for run in rest)
    return not text.strip() or text.startswith("\n")


def _breaks(runs: Sequence[Run]) -> int:
    return sum(run.text.count("\n") for run in runs)


def _breaks_before_text(runs: Sequence[Run]) -> int:
    """Count the line breaks before the first visible text of `runs`."""
    breaks = 0
    for run in runs:
        stripped = run.text.lstrip()
        breaks += run.text[: len(run.text) - len(stripped)].count("\n")
        if stripped:
            break
    return breaks


@cache
def _number() -> re.Pattern[str]:
    words = {re.escape(word) for vocabulary in vocabularies() for word in vocabulary.question_labels}
    return re.compile(rf"^\s*(?:\(?\d{{1,3}}[.):]|(?:{'|'.join(sorted(words))})\s*\d*\s*[.:)])\s*", re.IGNORECASE)
