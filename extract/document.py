"""Read one file into one document."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from steckbrief.extract.front_matter.reader import read_front_matter
from steckbrief.extract.limits import DEFAULT_LIMITS, MOST_BRACKETS, FileLimits
from steckbrief.extract.markdown import PARSER
from steckbrief.extract.markdown.inline import has_too_many_brackets
from steckbrief.extract.model import Block, BlockKind, Document, Problem, References, Unreadable
from steckbrief.extract.sections import cut_sections
from steckbrief.extract.source import read_bytes
from steckbrief.extract.text import decode, is_text, line_at, lines

_INLINE = frozenset({BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.TABLE_CELL})


def read_document(root: Path, path: str, limits: FileLimits = DEFAULT_LIMITS) -> Document | Unreadable:
    """Read the file at `path` below `root`.

    Returns an Unreadable if the file cannot be opened, is larger than the limit or contains no text.
    """
    data = read_bytes(root, path, limits)
    return data if isinstance(data, Unreadable) else parse_document(path, data, limits)


def parse_document(path: str, data: bytes, limits: FileLimits = DEFAULT_LIMITS) -> Document | Unreadable:
    """Turn the bytes of one file into a document."""
    text, encoding, problems = decode(data)
    if not text.strip("\ufeff \t\r\n"):
        return Unreadable(path, Problem("file-empty", 1, 1), hashlib.sha256(data).hexdigest())
    if not is_text(text):
        return Unreadable(
            path, Problem("file-not-text", 1, 1, {"encoding": encoding}), hashlib.sha256(data).hexdigest()
        )
    front_matter, front_matter_problems = read_front_matter(text, limits)
    body_lines = lines(text[len(front_matter.raw) :])
    first_line = line_at(text, len(front_matter.raw))
    body = PARSER.parse_blocks(body_lines, first_line, limits)
    problems += (*front_matter_problems, *body.problems, *_bracket_problems(body.blocks, body.references))
    if not body_lines:
        last_line = len(lines(text))
        problems += (Problem("body-empty", last_line, last_line),)
    return Document(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        encoding=encoding,
        front_matter=front_matter,
        sections=cut_sections(body_lines, first_line, body.blocks),
        references=body.references,
        problems=problems,
    )


def _bracket_problems(blocks: Sequence[Block], references: References) -> Iterator[Problem]:
    """Yield a problem for every text whose inline markup is not parsed because it has too many brackets."""
    pending = list(reversed(blocks))
    while pending:
        block = pending.pop()
        if block.kind in _INLINE and has_too_many_brackets(block.text, references):
            yield Problem("text-too-many-brackets", block.line_start, block.line_end, {"limit": str(MOST_BRACKETS)})
        pending.extend(reversed(block.children))
