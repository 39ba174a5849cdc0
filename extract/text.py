"""Bytes to text: UTF-8, byte order mark, line ends."""

from __future__ import annotations

import re

from steckbrief.extract.model import Problem

BOM = "\ufeff"

# The three line ends of CommonMark. str.splitlines would also split at U+2028, form feeds and others, and line
# numbers would no longer agree with an editor's.
_LINE_END = re.compile(r"\r\n|\n|\r")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


def lines(text: str) -> list[str]:
    """Split `text` into lines that keep their ends, so that joining them gives `text` back."""
    return _LINE.findall(text)


def line_at(text: str, offset: int) -> int:
    """The 1-based number of the line on which the character at `offset` stands."""
    return sum(1 for _ in _LINE_END.finditer(text, 0, offset)) + 1


def line_starts(text: str) -> list[int]:
    """The offset at which each line starts; the last one may be empty."""
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


def decode(data: bytes) -> tuple[str, tuple[Problem, ...]]:
    """Decode a stored file as UTF-8.

    Returns the text and what was wrong with it. Bytes that are not UTF-8 and NUL characters become U+FFFD, since
    neither can stand in an Arrow string and a CSV cell alike; the rest of the file is kept as it is.
    """
    problems = []
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = data.decode("utf-8", errors="replace")
        line = line_at(data[: error.start].decode("utf-8"), error.start)
        problems.append(Problem("invalid-utf8", line, line, {"byte": f"0x{data[error.start]:02x}"}))
    if "\0" in text:
        line = line_at(text, text.index("\0"))
        problems.append(Problem("nul-character", line, line, {"count": str(text.count("\0"))}))
        text = text.replace("\0", "\ufffd")
    return text, tuple(problems)
