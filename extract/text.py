"""Decode files and count lines."""

from __future__ import annotations

import re

from steckbrief.extract.model import Problem

BOM = "\ufeff"

# The three line ends of CommonMark. str.splitlines also splits at U+2028, form feeds and others, so its line numbers
# differ from those of an editor.
_LINE_END = re.compile(r"\r\n|\n|\r")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


def lines(text: str) -> list[str]:
    r"""Split `text` into lines that keep their line ends.

    >>> lines("a\r\nb\u2028c")
    ['a\r\n', 'b\u2028c']
    """
    return _LINE.findall(text)


def line_at(text: str, offset: int) -> int:
    r"""Return the 1-based line number of the character at `offset`.

    >>> line_at("a\r\nb", 3)
    2
    """
    return sum(1 for _ in _LINE_END.finditer(text, 0, offset)) + 1


def line_starts(text: str) -> list[int]:
    r"""Return the offset of the start of every line; the last line may be empty.

    >>> line_starts("a\nbc\n")
    [0, 2, 5]
    """
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


def decode(data: bytes) -> tuple[str, tuple[Problem, ...]]:
    r"""Decode a stored file as UTF-8 and return its text and problems.

    Bytes that are not UTF-8 and NUL characters become U+FFFD, because Arrow strings and CSV cells cannot store them.

    >>> decode(b"a\xe4")
    ('a\ufffd', (Problem(rule='invalid-utf8', line_start=1, line_end=1, values={'byte': '0xe4'}),))
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
