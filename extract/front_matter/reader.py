"""Find, split off and read the front matter at the top of a file."""

from __future__ import annotations

import re
from typing import Final

from steckbrief.extract.front_matter.handler import FrontMatterHandler, KeyedMapping, RefusedError
from steckbrief.extract.front_matter.json_mapping import JsonHandler
from steckbrief.extract.front_matter.repair import unwrap_all
from steckbrief.extract.front_matter.toml_mapping import TomlHandler
from steckbrief.extract.front_matter.yaml_mapping import YamlHandler
from steckbrief.extract.front_matter.yaml_repair import looks_like_body
from steckbrief.extract.limits import FileLimits
from steckbrief.extract.model import FrontMatter, Problem
from steckbrief.extract.text import BOM, line_at

_HANDLERS: Final[tuple[FrontMatterHandler, ...]] = (YamlHandler(), TomlHandler(), JsonHandler())
"""The formats of front matter; the first that detects its opening fence reads it."""

_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*(?:[ \t]+\Z)?")
_LINE_END = r"[ \t]*(?:\r\n|\n|\r)"
# Blank lines, or a comment in the syntax of HTML, MDX or Markdown, before the opening fence.
_LEADING = re.compile(
    rf"(?:{_LINE_END})+"
    rf"|[ \t]*(?:<!--(?:(?!-->).)*-->|\{{/\*(?:(?!\*/).)*\*/\}}|\[//\]:[ \t]*#[^\r\n]*){_LINE_END}",
    re.DOTALL,
)
# Texts that are not mappings are common after rules in a body, so they are not reported below the first line.
_NOT_READ = frozenset({"front-matter-invalid", "front-matter-not-mapping"})


def read_front_matter(text: str, limits: FileLimits) -> tuple[FrontMatter, tuple[Problem, ...]]:
    """Read the front matter of a decoded file.

    Returns the front matter and its problems. `raw` is the exact start of `text` up to the first non-blank line of the
    body. Front matter that cannot be read has no values, and the body stays the same. If the closing fence is missing,
    the whole file is body. Blank lines and comments may precede front matter that is read without errors.
    """
    start = int(text.startswith(BOM))
    opening = _opening(text, start)
    content = text[opening:]
    handler = next((handler for handler in _HANDLERS if handler.detect(content)), None)
    missing = FrontMatter(text[: _body_start(text, start)]), (Problem("front-matter-missing", 1, 1),)
    if handler is None:
        return missing
    line = line_at(text, opening)
    unclosed = FrontMatter(text[:start]), (Problem("front-matter-unclosed", line, line, {"fence": handler.FENCE}),)
    try:
        source, body = handler.split(content)
    except ValueError:
        return missing if opening > start else unclosed
    raw = text[: _body_start(text, len(text) - len(body))]
    try:
        mapping = handler.load(source, line, limits)
        problems = mapping.problems
    except RefusedError as refused:
        mapping, problems = KeyedMapping({}, {}, {}, ()), (refused.problem,)
        if refused.problem.rule in _NOT_READ and looks_like_body(source) and opening == start:
            return unclosed
    if opening > start and any(problem.rule in _NOT_READ for problem in problems):
        return missing
    texts, unwrapped = _unwrapped(mapping)
    return FrontMatter(raw, mapping, texts, mapping.lines), (*problems, *unwrapped)


def _opening(text: str, start: int) -> int:
    """Return the offset of the first line that is neither blank nor a comment."""
    while match := _LEADING.match(text, start):
        start = match.end()
    return start


def _unwrapped(mapping: KeyedMapping) -> tuple[dict[str, object], list[Problem]]:
    """Return the texts without quotes around them, and a problem for every key whose text had them."""
    texts = {}
    problems = []
    for key, value in mapping.texts.items():
        texts[key], written = unwrap_all(value)
        if written is not None:
            line = mapping.lines[key]
            values = {"key": key, "found": written[:80], "value": str(unwrap_all(written)[0])[:80]}
            problems.append(Problem("front-matter-quoted-twice", line, line, values))
    return texts, problems


def _body_start(text: str, offset: int) -> int:
    """Return the offset of the first non-blank line at or after `offset`, which is the start of a line."""
    match = _BLANK_LINES.match(text, offset)
    assert match is not None  # noqa: S101  (the pattern matches the empty string)
    return match.end()
