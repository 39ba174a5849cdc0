"""The interface of a Markdown parser, which is a module of this package with two functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from steckbrief.extract.limits import FileLimits
from steckbrief.extract.model import Block, Problem, References, Run


@dataclass(frozen=True, slots=True)
class Body:
    """The parsed Markdown of a file.

    `blocks` are the top-level blocks with their lines in the file; `references` are the link reference definitions for
    `parse_inline`; `problems` are the places that exceed a limit or deviate from CommonMark.
    """

    blocks: tuple[Block, ...]
    references: References
    problems: tuple[Problem, ...] = ()


class MarkdownParser(Protocol):
    """The functions of a parser module."""

    def parse_blocks(self, lines: Sequence[str], first_line: int, limits: FileLimits) -> Body:
        """Parse Markdown into blocks.

        Every block has its exact lines, without blank lines at its end.

        Args:
            lines: the lines of the body with their line ends.
            first_line: the line number of the first of them in the file.
            limits: the limits on nesting and tables.
        """

    def parse_inline(self, source: str, references: References) -> tuple[Run, ...]:
        """Parse the inline source of one block into runs.

        Line breaks become newline characters, and HTML tags empty runs. Adjacent runs with the same formatting are
        joined.
        """
