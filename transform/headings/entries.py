"""Descriptions of the vocabulary entry (phrase, pattern or word) behind a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterable

from steckbrief.transform.headings.vocabulary import KindWords


def phrase_entry(kind: str, text: str) -> str:
    """Describe a phrase that equals `text`.

    >>> phrase_entry("pros", "plus points")
    "pros: phrase 'plus points'"
    """
    return f"{kind}: phrase '{text}'"


def pattern_entry(words: KindWords, text: str) -> str:
    """Describe the pattern of `words` that covers all of `text`."""
    return f"{words.kind}: pattern '{_source(words.pattern_sources, text)}' matches '{text}'"


def word_entry(words: KindWords, text: str) -> str:
    """Describe the entry of `words` that equals or matches `text`, a word or group of words."""
    source = _source(words.word_sources, text)
    return f"{words.kind}: word '{text}'" if source == text else f"{words.kind}: word '{source}' matches '{text}'"


def joined(entries: Iterable[str]) -> str:
    """Join several entries in order, without repetitions.

    >>> joined(["pros: word 'pros'", "cons: word 'cons'", "pros: word 'pros'"])
    "pros: word 'pros' and cons: word 'cons'"
    """
    return " and ".join(dict.fromkeys(entries))


def in_thought(entry: str, thought: str, clause: str) -> str:
    """Add the thought that an entry matched, unless it is the whole clause.

    >>> in_thought("cons: word 'limits'", "limits", "quality & limits")
    "cons: word 'limits' in the thought 'limits'"
    """
    return entry if thought == clause else f"{entry} in the thought '{thought}'"


def _source(sources: Iterable[str], text: str) -> str:
    return next((source for source in sources if re.fullmatch(source, text)), text)
