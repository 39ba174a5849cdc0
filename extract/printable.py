"""Escape untrusted text so that it cannot control a terminal, a log or a message."""

from __future__ import annotations

import unicodedata
from typing import Final

# Cc: control characters, which move the cursor or recolour the screen; Cf: invisible characters, which reorder text or
# hide in it; Cs: lone surrogates, which no stream can encode; Zl, Zp: line breaks in some terminals and editors.
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Zero-width joiners and soft hyphens are ordinary in German text and emoji.
_ORDINARY: Final = frozenset("\u00ad\u200c\u200d")


def printable(text: str) -> str:
    r"""Return `text` with escapes for all characters that could control the program that shows it.

    Every name and value from a source passes through this function before it is shown. Characters of the Unicode
    categories Cc, Cf, Cs, Zl and Zp become Python escapes. Soft hyphens and zero-width joiners stay.

    >>> print(printable("a\nb\x1b[31m \udcff größe.md"))
    a\nb\x1b[31m \udcff größe.md
    """
    if text.isprintable():
        return text
    return "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if character in _ORDINARY or unicodedata.category(character) not in _UNSAFE:
        return character
    return character.encode("unicode_escape").decode("ascii")
