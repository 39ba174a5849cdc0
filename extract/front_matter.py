"""Front matter: finding the YAML block at the top of a file and reading it safely.

Belongs here: fences, YAML, limits on it, the line of every key. Does not belong here: what a key means (transform).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import frontmatter
import yaml

from extract.limits import Limits
from extract.model import FrontMatter, Problem
from extract.text import BOM, line_at

_OPENING = re.compile(rf"{BOM}?-{{3,}}[ \t]*(?:\r\n|\n|\r|\Z)")
_CLOSING = re.compile(r"^-{3,}[ \t]*(?:\r\n|\n|\r|\Z)", re.MULTILINE)
# A Markdown heading between the fences means that the closing fence was forgotten and a rule far below was taken
# for it. A YAML comment looks the same, so this counts only where the block is no mapping.
_HEADING = re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE)
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*(?:[ \t]+\Z)?")
_KEY = re.compile(r"""^(?:"([^"\n]+)"|'([^'\n]+)'|([^\s#"'\[\]{},:-][^:\n]*?))[ \t]*:(?=[ \t\r\n]|\Z)""", re.MULTILINE)


class _Refused(Exception):
    """The YAML was not loaded, for a reason that names a rule."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.rule)
        self.problem = problem


class _Handler(frontmatter.YAMLHandler):  # type: ignore[misc]  # python-frontmatter ships no types
    """python-frontmatter's YAML handler with libyaml's safe loader required, not merely preferred.

    The pure Python loader costs seven times as much; silently falling back to it would be a surprise.
    """

    def load(self, fm: str, **kwargs: object) -> object:
        """Read one YAML document with the safe C loader."""
        return super().load(fm, Loader=yaml.CSafeLoader)


_HANDLER = _Handler()


def read_front_matter(text: str, limits: Limits) -> tuple[FrontMatter, tuple[Problem, ...]]:
    """Read the front matter of a decoded file.

    Returns it and what was found wrong. `raw` always is the exact start of `text` up to the first line of the body
    that is not blank; a block that cannot be read leaves `values` empty and the body untouched.
    """
    opening = _OPENING.match(text)
    if opening is None:
        raw = text[: _body_start(text, 1 if text.startswith(BOM) else 0)]
        return FrontMatter(raw, {}, {}), (Problem("front-matter-missing", 1, 1),)
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        return FrontMatter(text[: text.startswith(BOM)], {}, {}), (Problem("front-matter-unclosed", 1, 1),)
    source = text[opening.end() : closing.start()]
    last_line = line_at(text, closing.start())
    values, problems = _load(source, last_line, limits)
    if values is None and _HEADING.search(source):
        return FrontMatter(text[: text.startswith(BOM)], {}, {}), (Problem("front-matter-unclosed", 1, 1),)
    raw = text[: _body_start(text, closing.end())]
    if values is None:
        return FrontMatter(raw, {}, {}), problems
    found, repeated = _key_lines(source)
    return FrontMatter(raw, values, found), (*problems, *repeated)


def _body_start(text: str, offset: int) -> int:
    match = _BLANK_LINES.match(text, offset)
    return match.end() if match else offset


def _load(source: str, last_line: int, limits: Limits) -> tuple[dict[str, object] | None, tuple[Problem, ...]]:
    """Read YAML into a mapping with text keys, or say why that is not possible (with None)."""
    try:
        _refuse_oversized(source, last_line, limits)
        loaded = _HANDLER.load(source)
        _refuse_expanding(loaded, last_line, limits)
    except _Refused as refused:
        return None, (refused.problem,)
    except yaml.YAMLError as error:
        return None, (_invalid(error, last_line),)
    except ValueError as error:
        # The safe loader builds dates itself: "2026-02-31" is no YAML error but a ValueError.
        return None, (Problem("front-matter-invalid", 1, last_line, {"detail": str(error)}),)
    if loaded is None:
        return {}, ()
    if not isinstance(loaded, dict):
        return None, (Problem("front-matter-not-mapping", 1, last_line, {"found": type(loaded).__name__}),)
    return {str(key): value for key, value in loaded.items()}, ()


def _invalid(error: yaml.YAMLError, last_line: int) -> Problem:
    mark = getattr(error, "problem_mark", None)
    detail = " ".join(str(part) for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part)
    line = mark.line + 2 if mark is not None else 1
    return Problem("front-matter-invalid", min(line, last_line), last_line, {"detail": detail or "unreadable"})


def _refuse_oversized(source: str, last_line: int, limits: Limits) -> None:
    """Refuse what could exhaust the recursive YAML parser, before it sees it: size and bracket or indent depth."""
    if len(source) > limits.front_matter_bytes:
        found = {"size": str(len(source)), "limit": str(limits.front_matter_bytes)}
        raise _Refused(Problem("front-matter-too-large", 1, last_line, found))
    depth = deepest = 0
    for character in source:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    dashes = max((len(run.group()) // 2 for run in re.finditer(r"(?:[-?:] ){2,}", source)), default=0)
    indents = len({match.end() - match.start() for match in re.finditer(r"^ +", source, re.MULTILINE)})
    if max(deepest, dashes, indents) > limits.front_matter_depth:
        raise _Refused(Problem("front-matter-too-deep", 1, last_line, {"limit": str(limits.front_matter_depth)}))


def _refuse_expanding(loaded: object, last_line: int, limits: Limits) -> None:
    """Refuse values that grow without bound when aliases are followed (a shared list of shared lists, or a cycle)."""
    for count, _ in enumerate(_walk(loaded)):
        if count >= limits.front_matter_nodes:
            limit = {"limit": str(limits.front_matter_nodes)}
            raise _Refused(Problem("front-matter-too-large-expanded", 1, last_line, limit))


def _walk(value: object) -> Iterator[object]:
    """Every node below `value`, lazily and without recursion, so that a cycle costs no more than the limit."""
    pending = [value]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, Mapping):
            pending.extend(node.values())
        elif isinstance(node, (list, tuple, set)):
            pending.extend(node)


def _key_lines(source: str) -> tuple[dict[str, int], tuple[Problem, ...]]:
    """Where each top-level key stands, and keys that stand twice (YAML readers silently keep the last)."""
    found: dict[str, int] = {}
    repeated = []
    line, last = 2, 0
    for match in _KEY.finditer(source):
        line += len(re.findall(r"\r\n|\n|\r", source[last : match.start()]))
        last = match.start()
        key = next(group for group in match.groups() if group)
        if key in found:
            repeated.append(Problem("front-matter-duplicate-key", line, line, {"key": key, "first": str(found[key])}))
        found[key] = line
    return found, tuple(repeated)
