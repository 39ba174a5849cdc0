"""The document model: what a profile is once it has been read, whichever parser read it.

All line numbers are 1-based, in the file as stored, front matter counted; spans include both ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class BlockKind(StrEnum):
    """The block structures of CommonMark (plus GFM tables) that rows are read from."""

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

    `text` is the inline source of a heading, paragraph or table cell, the raw content of code and HTML,
    and the number of an item in an ordered list ("1."); other containers have children only. `level` is 1 to 6 for
    headings and 0 elsewhere.
    """

    kind: BlockKind
    line_start: int
    line_end: int
    text: str = ""
    level: int = 0
    children: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of inline content with one formatting: what is left of Markdown once markup is resolved.

    `kind` is "text", "code", "image" (text = alternative text, url = source) or "html" (text empty).
    `strong` says whether it stands in bold; `link` numbers the link it belongs to within its block (adjacent
    links differ), with the target in `url`.
    """

    text: str
    kind: str = "text"
    strong: bool = False
    link: int | None = None
    url: str | None = None


References = Mapping[str, object]
"""The link reference definitions of a document, empty if it has none. Only the Markdown parser reads what they hold."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding about one place of a file: a rule's code, the lines, and the values its message names."""

    rule: str
    line_start: int | None = None
    line_end: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the content up to the next heading, or the text before the first one (level 0).

    `position` counts from 1; `parent` is the position of the section that contains it, if any. `heading` is the
    inline source of the heading, None at level 0. The `markdown` of all sections, in order, is the body.
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
    """The YAML block at the top of a file.

    `raw` is everything before the first section, fences, byte order mark and blank lines included; `values` holds
    every key in file order (empty where there is none or it cannot be read); `lines` says where each key stands.
    """

    raw: str
    values: Mapping[str, object]
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Document:
    """One profile as read: identity of the file, front matter, sections, and what was found wrong.

    `path` is relative to the source root, POSIX style; `sha256` and `size` (bytes) are those of the stored file;
    `references` are the link reference definitions that inline content needs to be resolved.
    """

    path: str
    sha256: str
    size: int
    front_matter: FrontMatter
    sections: tuple[Section, ...]
    references: References
    problems: tuple[Problem, ...]

    @property
    def text(self) -> str:
        """The decoded file, rebuilt from its parts: the lossless promise in one line."""
        return self.front_matter.raw + "".join(section.markdown for section in self.sections)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that yields no document at all, and why: it is quarantined, the run goes on.

    `sha256` is that of its bytes; None where they could not be read.
    """

    path: str
    problem: Problem
    sha256: str | None = None
