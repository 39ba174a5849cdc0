"""The interface of a front-matter format: a handler of python-frontmatter that keeps the line of every key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from frontmatter.default_handlers import BaseHandler

from steckbrief.extract.limits import DEFAULT_LIMITS, FileLimits
from steckbrief.extract.model import Problem


class RefusedError(Exception):
    """Front matter cannot be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.rule)
        self.problem = problem


class KeyedMapping(dict[str, Any]):
    """The values of front matter in file order, with the line of every key and the problems of single values.

    Values are None, bool, int, float, str, date, datetime, lists, and dictionaries with text keys.
    """

    def __init__(self, values: Mapping[str, object], lines: Mapping[str, int], problems: tuple[Problem, ...]) -> None:
        super().__init__(values)
        self.lines = lines
        self.problems = problems


class FrontMatterHandler(BaseHandler):
    """One format of front matter.

    python-frontmatter provides `detect` and `split`: FM_BOUNDARY matches a fence, a text that starts with a fence has
    this format, and the first two fences enclose the front matter. `split` raises ValueError without a second fence.
    """

    def load(self, fm: str, opening_line: int = 1, limits: FileLimits = DEFAULT_LIMITS) -> KeyedMapping:
        """Read the text between the fences.

        `opening_line` is the line number of the opening fence. Raises RefusedError if the text is not a mapping in
        this format, or exceeds the limits.
        """
        raise NotImplementedError
