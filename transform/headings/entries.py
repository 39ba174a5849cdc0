"""What a verdict says about the vocabulary entry behind it: which phrase, pattern or word, and what it met."""

from __future__ import annotations

import re
from collections.abc import Iterable

from steckbrief.transform.headings.vocabulary import KindWords


def phrase_entry(kind: str, text: str) -> str:
    """A phrase that is the whole of `text`."""
    return f"{kind}: phrase '{text}'"


def pattern_entry(words: KindWords, text: str) -> str:
    """The pattern of `words` that covers all of `text`."""
    return f"{words.kind}: pattern '{_source(words.pattern_sources, text)}' matches '{text}'"


def word_entry(words: KindWords, text: str) -> str:
    """The word, or group of words, of `words` that `text` is."""
    source = _source(words.word_sources, text)
    return f"{words.kind}: word '{text}'" if source == text else f"{words.kind}: word '{source}' matches '{text}'"


def joined(entries: Iterable[str]) -> str:
    """Several entries, each once, in their order."""
    return " and ".join(dict.fromkeys(entries))


def in_thought(entry: str, thought: str, clause: str) -> str:
    """An entry with the thought in which it was met, where that is not the whole clause."""
    return entry if thought == clause else f"{entry} in the thought '{thought}'"


def _source(sources: Iterable[str], text: str) -> str:
    return next((source for source in sources if re.fullmatch(source, text)), text)
