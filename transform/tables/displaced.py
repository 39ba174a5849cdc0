"""Displaced answers: an unanswered question whose answer seems to stand below template questions inserted after it.

The evidence, all of it needed. The unanswered question is directly followed by template questions (the same question,
masked, in at least LEAST_SHARED profiles). The answer of exactly one of them starts with that template's own answer
(paragraphs with which, masked, the answers to the same masked question start in at least LEAST_SHARED profiles) and
goes on after it: those further paragraphs are the suggestion. With two such answers nobody could tell which. A
paragraph that follows the first in at least half of those profiles is part of the template.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from steckbrief.extract.markdown.inline import plain_text

LEAST_SHARED = 5
"""Profiles that must share a text before it counts as a template; two or three can agree by chance."""

# No template answer seen has more than two paragraphs.
_LONGEST_TEMPLATE = 4
_BLANK = re.compile(r"(?:\r\n|\n|\r)(?:[ \t]*(?:\r\n|\n|\r))+")
_LINE_END = re.compile(r"\r\n|\n|\r")


class Question(NamedTuple):
    """What this module needs of a row of `faqs`: answer and markdown are None where it is unanswered.

    Questions with one `shared_key` are the same once their profiles' names are masked.
    """

    profile_id: str
    question: str
    answer: str | None
    answer_markdown: str | None
    answer_line_start: int | None
    shared_by: int
    shared_key: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An answer that seems to belong to an unanswered question, with its lines in the file."""

    answer: str
    line_start: int
    line_end: int


def suggest_answers(questions: Sequence[Question], masks: Mapping[str, Callable[[str], str]]) -> dict[int, Suggestion]:
    """Suggestions by index in `questions`, which are in order of profile and position; `masks` are those by profile."""
    asked_after = {
        each.shared_key
        for index, asked in enumerate(questions)
        if asked.answer is None
        for each in _following(questions, index)
        if _goes_on(each)
    }
    own_answers = _template_answers([each for each in questions if each.shared_key in asked_after], masks)
    suggestions = {}
    for index, asked in enumerate(questions):
        if asked.answer is None:
            mask = masks[asked.profile_id]
            left_over = (_left_over(each, mask, own_answers) for each in _following(questions, index))
            found = [each for each in left_over if each is not None]
            if len(found) == 1:
                suggestions[index] = found[0]
    return suggestions


def _following(questions: Sequence[Question], index: int) -> Iterator[Question]:
    """The answered template questions directly after the question at `index`, of the same profile."""
    for at in range(index + 1, len(questions)):
        following = questions[at]
        template = following.shared_by >= LEAST_SHARED and following.answer is not None
        if following.profile_id != questions[index].profile_id or not template:
            return
        yield following


def _goes_on(question: Question) -> bool:
    """Whether an answer has a paragraph after its first: no other can hold more than its template's own text."""
    return question.answer is not None and "\n\n" in question.answer


def _template_answers(
    questions: Sequence[Question], masks: Mapping[str, Callable[[str], str]]
) -> Mapping[tuple[str, str], int]:
    """(question's key, masked first paragraph of its answers) -> number of paragraphs of the template's own answer."""
    profiles: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for each in questions:
        if each.answer is not None and each.shared_by >= LEAST_SHARED:
            mask = masks[each.profile_id]
            paragraphs = tuple(map(mask, each.answer.split("\n\n")[:_LONGEST_TEMPLATE]))
            for count in range(1, len(paragraphs) + 1):
                profiles[each.shared_key, paragraphs[:count]].add(each.profile_id)
    own: dict[tuple[str, str], int] = {}
    for (question, paragraphs), ids in profiles.items():
        first = question, paragraphs[0]
        if len(ids) >= LEAST_SHARED and len(ids) * 2 >= len(profiles[question, paragraphs[:1]]):
            own[first] = max(own.get(first, 0), len(paragraphs))
    return own


def _left_over(
    last: Question, mask: Callable[[str], str], own_answers: Mapping[tuple[str, str], int]
) -> Suggestion | None:
    """What stands in an answer after the template's own text; None where it does not start with it or ends there."""
    if last.answer is None or last.answer_markdown is None or last.answer_line_start is None or not _goes_on(last):
        return None
    paragraphs = last.answer.split("\n\n")
    own = own_answers.get((last.shared_key, mask(paragraphs[0])), 0)
    gaps = list(_BLANK.finditer(last.answer_markdown))
    if not 0 < own <= len(gaps) or own >= len(paragraphs):
        return None
    gap = gaps[own - 1]
    template = _BLANK.split(last.answer_markdown[: gap.start()])
    if [plain_text(part, {}) for part in template] != paragraphs[:own]:
        return None  # the answer is not cut where its source is: no evidence for these lines
    before, rest = last.answer_markdown[: gap.end()], last.answer_markdown[gap.end() :]
    start = last.answer_line_start + len(_LINE_END.findall(before))
    return Suggestion("\n\n".join(paragraphs[own:]), start, start + len(_LINE_END.findall(rest)))
