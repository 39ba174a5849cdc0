"""Front matter: finding, splitting and reading the block at the top of a file."""

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

# A blank line and a Markdown heading between the fences mean that the closing one was forgotten and a rule far below
# was taken for it. A YAML comment looks like a heading, so this counts only if the block is not a mapping.
_HEADING = re.compile(r"(?<![^\r\n])#{1,6}[ \t]+\S")
_BLANK = re.compile(r"(?<![^\r\n])[ \t]*[\r\n]")
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*(?:[ \t]+\Z)?")


def read_front_matter(text: str, limits: FileLimits) -> tuple[FrontMatter, tuple[Problem, ...]]:
    """Read the front matter of a decoded file.

    Returns the front matter and what is wrong with it. `raw` is always the exact start of `text` up to the first line
    of the body that is not blank. A block that cannot be read leaves `values` empty and the body untouched. If the
    closing fence is missing, the whole file is body.
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
    """Where the first line that is not blank starts, from the start of a line on."""
    match = _BLANK_LINES.match(text, offset)
    assert match is not None  # noqa: S101  (the pattern matches the empty string)
    return match.end()
