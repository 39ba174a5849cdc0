"""The interface of a Markdown parser: a module of this package with two functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from steckbrief.extract.limits import FileLimits
from steckbrief.extract.model import Block, Problem, References, Run


@dataclass(frozen=True, slots=True)
class Body:
    """What the Markdown of a file holds.

    `blocks` are the top-level blocks with their lines in the file; `references` are the link reference definitions, to
    be passed to `parse_inline`; `problems` are the places that the parser did not follow, or read in its own way.
    """

    blocks: tuple[Block, ...]
    references: References
    problems: tuple[Problem, ...] = ()


class MarkdownParser(Protocol):
    """What a parser module provides."""

    def parse_blocks(self, lines: Sequence[str], first_line: int, limits: FileLimits) -> Body:
        """Parse Markdown into blocks.

        `lines` are those of the body with their ends, `first_line` is the line of the file on which they start, and
        `limits` bound the nesting and the tables. Every block has its exact lines; blank lines at its end do not count.
        """

    def parse_inline(self, source: str, references: References) -> tuple[Run, ...]:
        """Parse the inline source of one block into runs.

        Line breaks become newline characters, HTML tags empty runs; neighbours with the same formatting are one run.
        """
