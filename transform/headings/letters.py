"""Letters folded for comparison: umlauts and ligatures written out, accents dropped."""

from __future__ import annotations

import unicodedata
from typing import Final

TRANSLITERATED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "œ": "oe", "’": "'", "‘": "'", "´": "'"})
"""Lower-case letters and quotation marks as the vocabulary writes them."""


def without_accents(text: str) -> str:
    """Return `text` without combining accents.

    >>> without_accents("café")
    'cafe'
    """
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
