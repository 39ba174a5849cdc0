"""Text from profiles as one line that cannot control a terminal, a log or a message."""

from __future__ import annotations

import unicodedata
from typing import Final

# Cc: control characters, which move the cursor or recolour the screen; Cf: invisible ones, which reorder text or hide
# in it; Cs: lone surrogates, which no stream can encode; Zl, Zp: line breaks to some terminals and editors.
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Zero-width joiners and soft hyphens are ordinary in German text and emoji.
_ORDINARY: Final = frozenset("\u00ad\u200c\u200d")


def printable(text: str) -> str:
    """One line of text that a terminal shows as it is: everything that would control it is written as an escape."""
    if text.isprintable():
        return text
    return "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if character in _ORDINARY or unicodedata.category(character) not in _UNSAFE:
        return character
    return character.encode("unicode_escape").decode("ascii")
