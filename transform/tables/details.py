"""`<details>` in raw HTML: summaries, the text after them, and the end tags."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from steckbrief.extract.model import Block, BlockKind
from steckbrief.extract.text import line_starts
from steckbrief.transform.text import html_text

# A comment hides tags. A tag contains no other tag, so a search ends at the next "<" and stays linear.
_MARK = re.compile(r"<!--.*?(?:-->|\Z)|<(?P<tag>/?(?:details|summary))(?![\w-])[^<>]*>", re.DOTALL | re.IGNORECASE)
_END = re.compile(r"</details[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Summary:
    """The text of a `<summary>` and the line on which its tag starts."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """Text between tags as a block, with its first column on the first line and its last column on the last line."""

    block: Block
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The end of a `<details>`."""


def has_details(block: Block) -> bool:
    """Return whether a block is raw HTML with a `<details>` or `<summary>` tag."""
    return block.kind is BlockKind.HTML and any(mark["tag"] for mark in _MARK.finditer(block.text))


def closes_details(block: Block) -> bool:
    """Return whether a paragraph contains a `</details>` tag."""
    return block.kind is BlockKind.PARAGRAPH and "</details" in block.text.lower()


def without_end(markdown: str) -> str:
    """Return Markdown without a trailing `</details>` tag.

    >>> without_end("Yes. </details>"), without_end("Yes.")
    ('Yes.', 'Yes.')
    """
    text = markdown.rstrip()
    start = text.lower().rfind("</details")
    return text[:start].rstrip() if start >= 0 and _END.fullmatch(text, start) else markdown


def cut_details(block: Block) -> Iterator[Summary | Fragment | Closed]:
    """Yield the summaries of an HTML block, the text around them and the ends of details, in order."""
    text, starts = block.text, line_starts(block.text)
    start = 0
    opened: int | None = None
    for mark in (*_MARK.finditer(text), None):
        tag = (mark["tag"] or "").lower() if mark else "end"
        if not tag:
            continue
        stop = mark.start() if mark else len(text)
        if opened is None:
            yield from _fragment(block, start, stop, starts)
        elif tag != "summary":
            yield Summary(html_text(text[start:stop]), block.line_start + _line(opened, starts))
        opened = stop if tag == "summary" else None
        if tag == "/details":
            yield Closed()
        start = mark.end() if mark else stop


def _fragment(block: Block, start: int, end: int, starts: Sequence[int]) -> Iterator[Fragment]:
    """Yield part of an HTML block without the white space around it, if it contains text."""
    source = block.text[start:end]
    if html_text(source):
        start += len(source) - len(source.lstrip())
        end = start + len(source.strip())
        first, last = _line(start, starts), _line(end - 1, starts)
        lines = block.line_start + first, block.line_start + last
        yield Fragment(Block(BlockKind.HTML, *lines, source.strip()), start - starts[first], end - starts[last])


def _line(offset: int, starts: Sequence[int]) -> int:
    """Return the line, from 0, of the character at `offset`."""
    return bisect_right(starts, offset) - 1
