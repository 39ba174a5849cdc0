"""Texts that authors meant: values of invalid front matter, and values with too many quotes or backslashes."""

from __future__ import annotations

import re
from collections.abc import Mapping

_COMMENT = re.compile(r"(?<!\S)#.*")
_ESCAPED_QUOTE = re.compile(r"\\+([\"'])")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_QUOTES = ("'", '"')
_WORD = re.compile(r"\w")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MOST_PAIRS = 8


def obvious_value(source: str) -> str | list[str] | None:
    """Return the text or the list that an author meant with an invalid value; None if it is not obvious.

    >>> obvious_value("Krita: painting  # a note"), obvious_value("[Beta] Krita")
    ('Krita: painting', '[Beta] Krita')
    >>> obvious_value("'It's free'"), obvious_value('"Krita')
    ("It's free", 'Krita')
    >>> obvious_value("[drawing, 'open source'"), obvious_value("{")
    (['drawing', 'open source'], None)
    """
    text = source.strip()
    if not _is_quoted(text):
        text = _COMMENT.sub("", text).strip()
    if text.startswith("[") and text.find("]") in (-1, len(text) - 1):
        items = [_obvious_text(item.strip()) for item in text.strip("[]").split(",")]
        return [item for item in items if item] or None
    return None if text.startswith("{") and "}" not in text else _obvious_text(text)


def _obvious_text(text: str) -> str | None:
    if _is_quoted(text):
        text = text[1:-1]
    elif text[:1] in _QUOTES and text.count(text[:1]) == 1:
        text = text[1:]
    text = unwrap(text.strip())
    return text if _WORD.search(text) and not _CONTROL.search(text) else None


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] in _QUOTES and text[0] == text[-1]


def unwrap(text: str) -> str:
    r"""Return a text without quotes around it and without backslashes before quotes.

    >>> unwrap("'https://krita.org/'"), unwrap('\\\\"Krita\\\\"'), unwrap("'It's free'")
    ('https://krita.org/', 'Krita', "It's free")
    >>> unwrap("'Fast' and 'free'")
    "'Fast' and 'free'"
    """
    plain = _ESCAPED_QUOTE.sub(r"\1", text)
    pairs = 0
    while pairs < _MOST_PAIRS and 2 * pairs + 2 <= len(plain) and plain[pairs] in _QUOTES:
        if plain[pairs] != plain[-1 - pairs]:
            break
        pairs += 1
    inner = plain[pairs : len(plain) - pairs]
    wrapped = pairs and not any(quote in _APOSTROPHE.sub("", inner) for quote in plain[:pairs])
    return inner if wrapped else plain


def unwrap_all(value: object) -> tuple[object, str | None]:
    """Unwrap all texts in a value, which may be nested.

    Returns the value and the first text that has changed, as written.
    """
    if isinstance(value, str):
        text = unwrap(value) if any(quote in value for quote in _QUOTES) else value
        return text, value if text != value else None
    if isinstance(value, list):
        items = [unwrap_all(item) for item in value]
        return [item for item, _ in items], next((written for _, written in items if written), None)
    if isinstance(value, Mapping):
        pairs = {key: unwrap_all(item) for key, item in value.items()}
        changed = next((written for _, written in pairs.values() if written), None)
        return {key: item for key, (item, _) in pairs.items()}, changed
    return value, None
