"""The vocabulary: the meaning of headings, one TOML file per language.

To add a language, add a file. No code names a language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from steckbrief.schema.listings import LISTINGS

CORE_KINDS = (*(listing.kind for listing in LISTINGS), "pros_cons", "pricing")
"""Kinds that give rows or that the rules treat specially. Other kinds are finer shades of "everything else"."""


@dataclass(frozen=True, slots=True)
class KindWords:
    """The phrases, patterns and words of one kind in one language.

    The sources are the patterns and words as the file lists them, so that a verdict can quote its reason.
    """

    kind: str
    phrases: frozenset[str]
    patterns: re.Pattern[str] | None
    words: re.Pattern[str] | None
    pattern_sources: tuple[str, ...] = ()
    word_sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language; the kinds are in the order of its file."""

    language: str
    stop_words: frozenset[str]
    conjunctions: frozenset[str]
    question_words: frozenset[str]
    question_labels: frozenset[str]
    negations: re.Pattern[str]
    prepositions: frozenset[str]
    relatives: frozenset[str]
    fillers: frozenset[str]
    function_words: frozenset[str]
    kinds: tuple[KindWords, ...]


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """Return the vocabularies of all languages, sorted by language code.

    Raises:
        ValueError: a file is malformed; the message names the file and the entry.
    """
    files = sorted(
        (file for file in resources.files(__name__).iterdir() if file.name.endswith(".toml")),
        key=lambda file: file.name,
    )
    return tuple(_read(file.name, tomllib.loads(file.read_text(encoding="utf-8"))) for file in files)


def _read(name: str, data: Mapping[str, object]) -> Vocabulary:
    kinds = data.get("kinds")
    language = data.get("language")
    if not isinstance(kinds, dict) or not isinstance(language, str):
        message = f"transform/headings/vocabulary/{name}: expected a language and tables [kinds.<kind>]; see de.toml."
        raise ValueError(message)  # noqa: TRY004  (the file is wrong, not a type in code)
    stop_words = frozenset(str(data.get("stop_words", "")).split())
    prepositions = frozenset(_texts(data.get("prepositions")))
    relatives = frozenset(_texts(data.get("relatives")))
    return Vocabulary(
        language=language,
        stop_words=stop_words,
        conjunctions=frozenset(_texts(data.get("conjunctions"))),
        question_words=frozenset(_texts(data.get("question_words"))),
        question_labels=frozenset(_texts(data.get("question_labels"))),
        negations=_pattern(name, "negations", _texts(data.get("negations"))) or re.compile(r"(?!)"),
        prepositions=prepositions,
        relatives=relatives,
        function_words=stop_words | prepositions | relatives,
        fillers=frozenset(_texts(data.get("fillers"))),
        kinds=tuple(
            KindWords(
                kind=kind,
                phrases=frozenset(_texts(entry.get("phrases"))),
                patterns=_pattern(name, f"kinds.{kind}.patterns", _texts(entry.get("patterns"))),
                words=_pattern(name, f"kinds.{kind}.words", _texts(entry.get("words"))),
                pattern_sources=tuple(_texts(entry.get("patterns"))),
                word_sources=tuple(_texts(entry.get("words"))),
            )
            for kind, entry in kinds.items()
        ),
    )


def _texts(value: object) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list) else []


def _pattern(name: str, entry: str, sources: list[str]) -> re.Pattern[str] | None:
    """Return one pattern that matches any of `sources` as whole words."""
    if not sources:
        return None
    try:
        return re.compile(rf"\b(?:{'|'.join(sources)})(?!\w)")
    except re.error as error:
        wrong = next((source for source in sources if not _compiles(source)), " and ".join(sources))
        message = f"transform/headings/vocabulary/{name}, {entry}: {wrong!r} is not a regular expression: {error}."
        raise ValueError(message) from error


def _compiles(source: str) -> bool:
    try:
        re.compile(source)
    except re.error:
        return False
    return True
