"""The interface of a front-matter format: a handler of python-frontmatter that keeps the line of every key."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from frontmatter.default_handlers import BaseHandler

from steckbrief.extract.limits import DEFAULT_LIMITS, FileLimits
from steckbrief.extract.model import Problem


class RefusedError(Exception):
    """Front matter cannot be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.rule)
        self.problem = problem


class KeyedMapping(dict[str, Any]):
    """The values of front matter in file order, with their source texts, lines and problems.

    Values are None, bool, int, float, str, date, datetime, time, lists, and dictionaries with text keys. `texts` has
    the same structure, but every scalar is its source text: 1.10 is "1.10" and not 1.1. Quotes and escapes are
    resolved, and an empty value is None. `lines` has the line of every key.
    """

    def __init__(
        self,
        values: Mapping[str, object],
        texts: Mapping[str, object],
        lines: Mapping[str, int],
        problems: tuple[Problem, ...],
    ) -> None:
        super().__init__(values)
        self.texts = dict(texts)
        self.lines = dict(lines)
        self.problems = problems

    def add(self, key: str, value: object, text: object, line: int) -> None:
        """Add a value; a duplicate key takes the new value and its line."""
        self[key], self.texts[key], self.lines[key] = value, text, line

    def in_file_order(self, problems: Iterable[Problem]) -> KeyedMapping:
        """Return the same values with `problems`, all sorted by line."""
        keys = sorted(self, key=self.lines.__getitem__)
        texts = {key: self.texts[key] for key in keys}
        ordered = sorted(problems, key=lambda problem: problem.line_start or 0)
        return KeyedMapping({key: self[key] for key in keys}, texts, self.lines, joined(ordered))


class FrontMatterHandler(BaseHandler, ABC):
    """One format of front matter.

    A text has this format if FM_BOUNDARY matches its start; `detect` of python-frontmatter checks that.
    """

    FM_BOUNDARY: re.Pattern[str]
    CLOSINGS: ClassVar[Mapping[str, re.Pattern[str]]] = {}
    """The closing fence by the first character of the opening one."""

    FENCE: ClassVar[str]
    """The usual closing fence, for messages."""

    def split(self, text: str) -> tuple[str, str]:
        """Split a text with this format into front matter and the rest; ValueError without a closing fence."""
        opening = self.FM_BOUNDARY.match(text)
        closing = self.CLOSINGS[text[0]].search(text, opening.end()) if opening else None
        if opening is None or closing is None:
            raise ValueError("the front matter has no closing fence")
        return text[opening.end() : closing.start()], text[closing.end() :]

    @abstractmethod
    def load(self, fm: str, opening_line: int = 1, limits: FileLimits = DEFAULT_LIMITS) -> KeyedMapping:
        """Read the front matter that `split` returns.

        `opening_line` is the line number of the opening fence. Raises RefusedError if the text is not a mapping in
        this format, or exceeds the limits.
        """


def refuse_too_large(source: str, span: tuple[int, int], limits: FileLimits) -> None:
    """Raise RefusedError if front matter has too many characters; `span` are its lines."""
    if len(source) > limits.front_matter_bytes:
        values = {"size": str(len(source)), "limit": str(limits.front_matter_bytes)}
        raise RefusedError(Problem("front-matter-too-large", *span, values))


def too_deep(span: tuple[int, int], limits: FileLimits) -> RefusedError:
    """Return the error for front matter that is nested too deeply."""
    return RefusedError(Problem("front-matter-too-deep", *span, {"limit": str(limits.front_matter_depth)}))


def invalid(name: str, detail: str, effect: str, line: int, line_end: int | None = None) -> Problem:
    """Return the problem of front matter that is not valid in the format `name`."""
    values = {"format": name, "detail": detail, "effect": effect}
    return Problem("front-matter-invalid", line, line if line_end is None else line_end, values)


TEXT_KEPT = "its text is kept as it is"
KEY_LOST = "its value is ignored"
NOTHING_READ = "all keys are ignored"


def joined(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return problems in which lost lines that follow each other, such as those of one text, are one problem."""
    result: list[Problem] = []
    for problem in problems:
        last = result[-1] if result else None
        if last and _is_lost(last) and _is_lost(problem) and (last.line_end or 0) + 1 == problem.line_start:
            result[-1] = replace(last, line_end=problem.line_end)
        else:
            result.append(problem)
    return tuple(result)


def _is_lost(problem: Problem) -> bool:
    return problem.rule == "front-matter-invalid" and problem.values["effect"] == KEY_LOST
