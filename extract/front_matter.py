"""Find, split off and read the front matter at the top of a file."""

from __future__ import annotations

import re
from typing import Final

from steckbrief.extract.front_matter_handler import FrontMatterHandler, RefusedError
from steckbrief.extract.limits import FileLimits
from steckbrief.extract.model import FrontMatter, Problem
from steckbrief.extract.text import BOM
from steckbrief.extract.yaml_mapping import YamlHandler

_HANDLERS: Final[tuple[FrontMatterHandler, ...]] = (YamlHandler(),)
"""The formats of front matter; the first that detects its opening fence reads it."""

# A blank line and a Markdown heading between the fences mean that the author forgot the closing fence and that the
# second fence is a rule in the body. YAML comments look like headings, so this is checked only if YAML fails.
_HEADING = re.compile(r"(?<![^\r\n])#{1,6}[ \t]+\S")
_BLANK = re.compile(r"(?<![^\r\n])[ \t]*[\r\n]")
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*(?:[ \t]+\Z)?")


def read_front_matter(text: str, limits: FileLimits) -> tuple[FrontMatter, tuple[Problem, ...]]:
    """Read the front matter of a decoded file.

    Returns the front matter and its problems. `raw` is the exact start of `text` up to the first non-blank line of the
    body. Front matter that cannot be read has no values, and the body stays the same. If the closing fence is missing,
    the whole file is body.
    """
    mark = text[: text.startswith(BOM)]
    content = text.removeprefix(BOM)
    handler = next((handler for handler in _HANDLERS if handler.detect(content)), None)
    if handler is None:
        raw = text[: _body_start(text, len(mark))]
        return FrontMatter(raw, {}, {}), (Problem("front-matter-missing", 1, 1),)
    unclosed = FrontMatter(mark, {}, {}), (Problem("front-matter-unclosed", 1, 1),)
    try:
        source, body = handler.split(content)
    except ValueError:
        return unclosed
    raw = text[: _body_start(text, len(text) - len(body))]
    try:
        mapping = handler.load(source, 1, limits)
    except RefusedError as refused:
        if _HEADING.search(source) and _BLANK.search(source):
            return unclosed
        return FrontMatter(raw, {}, {}), (refused.problem,)
    return FrontMatter(raw, mapping, mapping.lines), mapping.problems


def _body_start(text: str, offset: int) -> int:
    """Return the offset of the first non-blank line at or after `offset`, which is the start of a line."""
    match = _BLANK_LINES.match(text, offset)
    assert match is not None  # noqa: S101  (the pattern matches the empty string)
    return match.end()
