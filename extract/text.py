"""Decode files and count lines."""

from __future__ import annotations

import codecs
import re

from steckbrief.extract.model import Problem

BOM = "\ufeff"
REPLACEMENT = "\ufffd"
# UTF-32 comes first, because its little-endian mark starts with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")

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


def decode(data: bytes) -> tuple[str, str, tuple[Problem, ...]]:
    r"""Decode a stored file and return its text, its encoding and its problems.

    The encoding is UTF-8, unless the file starts with the byte order mark of another one; the mark stays in the text.
    Invalid bytes and NUL characters become U+FFFD, because Arrow strings and CSV cells cannot store them.

    >>> decode(b"Krita"), decode(b"\xfe\xff\x00K")
    (('Krita', 'utf-8', ()), ('\ufeffK', 'utf-16-be', ()))
    """
    encoding = next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), "utf-8")
    problems = []
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        text = data.decode(encoding, errors="replace")
        line = line_at(data[: error.start].decode(encoding), len(text))
        problems.append(
            Problem("invalid-utf8", line, line, {"byte": f"0x{data[error.start]:02x}", "encoding": encoding})
        )
    if "\0" in text:
        line = line_at(text, text.index("\0"))
        problems.append(Problem("nul-character", line, line, {"count": str(text.count("\0"))}))
        text = text.replace("\0", REPLACEMENT)
    return text, encoding, tuple(problems)


def is_text(text: str) -> bool:
    r"""Return whether a decoded file is text: at most a fifth of it are control or replacement characters.

    >>> is_text("Gr\ufffd\ufffde of a profile"), is_text("\x89PNG\r\n\x1a\n\ufffd\ufffd\ufffd\rIHDR")
    (True, False)
    """
    return len(_NOT_TEXT.findall(text)) * 5 <= len(text)
