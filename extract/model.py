"""The document model, which is the same for every parser.

Line numbers are 1-based in the stored file, including front matter; spans include both ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class BlockKind(StrEnum):
    """The block structures of CommonMark, plus GFM tables."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    ITEM = "item"
    QUOTE = "quote"
    CODE = "code"
    HTML = "html"
    RULE = "rule"
    TABLE = "table"
    TABLE_ROW = "table_row"
    TABLE_CELL = "table_cell"


@dataclass(frozen=True, slots=True)
class Block:
    """One block with its exact source lines.

    `text` is the inline source of a heading, paragraph or table cell, the raw content of code or HTML, or the number
    of an item in an ordered list ("1."); other containers only have children. `level` is 1 to 6 for headings and 0 for
    other blocks.
    """

    kind: BlockKind
    line_start: int
    line_end: int
    text: str = ""
    level: int = 0
    children: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of inline content with one formatting, after markup is resolved.

    `kind` is "text", "code", "image" (text = alternative text, url = source) or "html" (text empty). `strong` says
    whether it is bold. `link` is the number of its link within the block (adjacent links differ), and `url` the target.
    """

    text: str
    kind: str = "text"
    strong: bool = False
    link: int | None = None
    url: str | None = None


References = Mapping[str, object]
"""The link reference definitions of a document. Only the Markdown parser reads the values."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding about one place in a file: the code of the rule, the lines, and the values for its message."""

    rule: str
    line_start: int | None = None
    line_end: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the content up to the next heading, or the text before the first heading (level 0).

    `position` counts from 1; `parent` is the position of the section that contains this one. `heading` is the inline
    source of the heading, or None at level 0. The `markdown` of all sections, in order, is the body.
    """

    position: int
    parent: int | None
    level: int
    heading: str | None
    markdown: str
    line_start: int
    line_end: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The front matter at the top of a file.

    `raw` is everything before the first section, including fences, byte order mark and blank lines. `values` has every
    key in file order; it is empty if there is no front matter or it cannot be read. `texts` has the same keys, but
    every scalar is its source text (1.10 is "1.10"), without quotes. `lines` has the line of every key.
    """

    raw: str
    values: Mapping[str, object] = field(default_factory=dict)
    texts: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """One profile: the identity of its file, its front matter, its sections and its problems.

    `path` is relative to the source root, POSIX style; `sha256` and `size` (bytes) are those of the stored file;
    `references` are the link reference definitions that inline content may use. `text` in `encoding` is the stored
    file, unless bytes had to be replaced.
    """

    path: str
    sha256: str
    size: int
    encoding: str
    front_matter: FrontMatter
    sections: tuple[Section, ...]
    references: References
    problems: tuple[Problem, ...]

    @property
    def text(self) -> str:
        """The decoded file, rebuilt from its parts."""
        return self.front_matter.raw + "".join(section.markdown for section in self.sections)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that gives no document, with the reason. It is quarantined, and the run continues.

    `sha256` is the hash of its bytes, or None if they cannot be read.
    """

    path: str
    problem: Problem
    sha256: str | None = None
