"""Displaced answers: template questions were inserted between a question and its answer.

An answer is suggested only if all of this holds:

- The unanswered question is directly followed by template questions. A template question is one that, once masked, at
  least LEAST_SHARED profiles share.
- The answer of exactly one of them starts with the template's own answer and goes on. The paragraphs after the template
  answer are the suggestion. If two answers go on, neither is suggested.

The template's own answer is the masked paragraphs with which the answers start in at least LEAST_SHARED profiles. A
paragraph after the first belongs to it only if at least half of the profiles with the first paragraph have it too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from steckbrief.extract.markdown.inline import plain_text

LEAST_SHARED = 5
"""The number of profiles that make a text a template. Two or three profiles can agree by chance."""

# Template answers in real profiles have at most two paragraphs.
_LONGEST_TEMPLATE = 4
_BLANK = re.compile(r"(?:\r\n|\n|\r)(?:[ \t]*(?:\r\n|\n|\r))+")
_LINE_END = re.compile(r"\r\n|\n|\r")


class Question(NamedTuple):
    """Some columns of `faqs`; answer and answer_markdown are None if the question is unanswered.

    Questions with the same `shared_key` are equal once their profiles' names are masked.
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
    """An answer that probably belongs to an unanswered question, with its lines in the file."""

    answer: str
    line_start: int
    line_end: int


def suggest_answers(questions: Sequence[Question], masks: Mapping[str, Callable[[str], str]]) -> dict[int, Suggestion]:
    """Return the suggested answers by index in `questions`.

    Args:
        questions: all questions, in order of profile and position.
        masks: the mask of every profile by profile_id.
    """
    candidates = {
        following.shared_key
        for index, question in enumerate(questions)
        if question.answer is None
        for following in _following(questions, index)
        if _goes_on(following)
    }
    own_answers = _template_answers([question for question in questions if question.shared_key in candidates], masks)
    suggestions = {}
    for index, question in enumerate(questions):
        if question.answer is None:
            mask = masks[question.profile_id]
            remainders = (_remainder(following, mask, own_answers) for following in _following(questions, index))
            suggested = [remainder for remainder in remainders if remainder is not None]
            if len(suggested) == 1:
                suggestions[index] = suggested[0]
    return suggestions


def _following(questions: Sequence[Question], index: int) -> Iterator[Question]:
    """Yield the answered template questions directly after the question at `index`, in the same profile."""
    for next_index in range(index + 1, len(questions)):
        following = questions[next_index]
        template = following.shared_by >= LEAST_SHARED and following.answer is not None
        if following.profile_id != questions[index].profile_id or not template:
            return
        yield following


def _goes_on(question: Question) -> bool:
    """Return whether an answer has several paragraphs, so that it can contain more than the template's own text."""
    return question.answer is not None and "\n\n" in question.answer


def _template_answers(
    questions: Sequence[Question], masks: Mapping[str, Callable[[str], str]]
) -> Mapping[tuple[str, str], int]:
    """Count the paragraphs of the templates' own answers, by shared_key and masked first paragraph."""
    profiles: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for question in questions:
        if question.answer is not None and question.shared_by >= LEAST_SHARED:
            mask = masks[question.profile_id]
            paragraphs = tuple(map(mask, question.answer.split("\n\n")[:_LONGEST_TEMPLATE]))
            for count in range(1, len(paragraphs) + 1):
                profiles[question.shared_key, paragraphs[:count]].add(question.profile_id)
    counts: dict[tuple[str, str], int] = {}
    for (key, paragraphs), ids in profiles.items():
        first = key, paragraphs[0]
        if len(ids) >= LEAST_SHARED and len(ids) * 2 >= len(profiles[key, paragraphs[:1]]):
            counts[first] = max(counts.get(first, 0), len(paragraphs))
    return counts


def _remainder(
    question: Question, mask: Callable[[str], str], own_answers: Mapping[tuple[str, str], int]
) -> Suggestion | None:
    """Return the paragraphs of an answer after the template's own; None if it starts otherwise or ends there."""
    if question.answer is None or question.answer_markdown is None or question.answer_line_start is None:
        return None
    paragraphs = question.answer.split("\n\n")
    own = own_answers.get((question.shared_key, mask(paragraphs[0])), 0)
    gaps = list(_BLANK.finditer(question.answer_markdown))
    if not 0 < own <= len(gaps) or own >= len(paragraphs):
        return None
    gap = gaps[own - 1]
    template = _BLANK.split(question.answer_markdown[: gap.start()])
    if [plain_text(part, {}) for part in template] != paragraphs[:own]:
        return None  # Text and source break at different places, so these lines are uncertain.
    before, rest = question.answer_markdown[: gap.end()], question.answer_markdown[gap.end() :]
    start = question.answer_line_start + len(_LINE_END.findall(before))
    return Suggestion("\n\n".join(paragraphs[own:]), start, start + len(_LINE_END.findall(rest)))
