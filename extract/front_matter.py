"""Front matter: finding the YAML block at the top of a file."""

from __future__ import annotations

import re

from steckbrief.extract.limits import FileLimits
from steckbrief.extract.model import FrontMatter, Problem
from steckbrief.extract.text import BOM
from steckbrief.extract.yaml_mapping import RefusedError, read_mapping

_END = r"[ \t]*(?:\r\n|\n|\r|\Z)"
# "^" would not see a line that starts after a bare carriage return.
_LINE_START = r"(?<![^\r\n])"
_OPENING = re.compile(rf"{BOM}?-{{3,}}{_END}")
_CLOSING = re.compile(rf"{_LINE_START}-{{3,}}{_END}")
# A blank line and a Markdown heading between the fences mean that the closing one was forgotten and a rule far below
# was taken for it. A YAML comment looks like a heading, so this counts only where the block is no mapping.
_HEADING = re.compile(rf"{_LINE_START}#{{1,6}}[ \t]+\S")
_BLANK = re.compile(rf"{_LINE_START}[ \t]*[\r\n]")
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*(?:[ \t]+\Z)?")


def read_front_matter(text: str, limits: FileLimits) -> tuple[FrontMatter, tuple[Problem, ...]]:
    """Read the front matter of a decoded file.

    Returns it and what was found wrong. `raw` always is the exact start of `text` up to the first line of the body
    that is not blank; a block that cannot be read leaves `values` empty and the body untouched. Where no front matter
    ends, all of the file is body.
    """
    mark = text[: text.startswith(BOM)]
    opening = _OPENING.match(text)
    if opening is None:
        raw = text[: _body_start(text, len(mark))]
        return FrontMatter(raw, {}, {}), (Problem("front-matter-missing", 1, 1),)
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        return FrontMatter(mark, {}, {}), (Problem("front-matter-unclosed", 1, 1),)
    source = text[opening.end() : closing.start()]
    raw = text[: _body_start(text, closing.end())]
    try:
        mapping = read_mapping(source, 2, limits)
    except RefusedError as refused:
        if _HEADING.search(source) and _BLANK.search(source):
            return FrontMatter(mark, {}, {}), (Problem("front-matter-unclosed", 1, 1),)
        return FrontMatter(raw, {}, {}), (refused.problem,)
    return FrontMatter(raw, mapping.values, mapping.lines), mapping.problems


def _body_start(text: str, offset: int) -> int:
    """Where the first line that is not blank starts, from the start of a line on."""
    match = _BLANK_LINES.match(text, offset)
    assert match is not None  # noqa: S101  (the pattern matches the empty string)
    return match.end()
