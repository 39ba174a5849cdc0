"""The vocabulary files contain only entries that can match, in kinds that the schema knows."""

from __future__ import annotations

from typing import Any

import pytest

from steckbrief.schema.values import SECTION_KINDS
from steckbrief.transform.headings.classify import classify_heading, normalise_heading
from steckbrief.transform.headings.vocabulary import CORE_KINDS, _read, vocabularies

ENTRIES = [(vocabulary, words) for vocabulary in vocabularies() for words in vocabulary.kinds]


def test_the_languages_of_the_profiles_have_vocabularies() -> None:
    assert {vocabulary.language for vocabulary in vocabularies()} >= {"de", "en"}


@pytest.mark.parametrize("vocabulary", vocabularies(), ids=lambda vocabulary: vocabulary.language)
def test_every_language_knows_every_core_kind_and_no_kind_that_the_schema_does_not(vocabulary: Any) -> None:
    kinds = [words.kind for words in vocabulary.kinds]
    assert set(CORE_KINDS) <= set(kinds) <= set(SECTION_KINDS)
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("vocabulary", vocabularies(), ids=lambda vocabulary: vocabulary.language)
def test_every_phrase_is_written_as_headings_are_normalised_and_gives_its_kind(vocabulary: Any) -> None:
    phrases = [(phrase, words.kind) for words in vocabulary.kinds for phrase in sorted(words.phrases)]
    assert [phrase for phrase, _ in phrases if normalise_heading(phrase, "") != phrase] == []
    assert [pair for pair in phrases if classify_heading(pair[0], "", vocabulary.language).kind != pair[1]] == []


@pytest.mark.parametrize(
    ("vocabulary", "words"), ENTRIES, ids=lambda value: getattr(value, "language", None) or value.kind
)
def test_no_entry_matches_the_empty_text(vocabulary: Any, words: Any) -> None:
    for pattern in (words.patterns, words.words):
        assert pattern is None or pattern.fullmatch("") is None


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({}, "kinds"),
        ({"language": "xx"}, "kinds"),
        ({"language": 1, "kinds": {}}, "language"),
        ({"language": "xx", "kinds": {"faq": {"words": ["fragen("]}}}, "kinds.faq.words"),
        ({"language": "xx", "kinds": {"faq": {"patterns": ["*"]}}}, "kinds.faq.patterns"),
        ({"language": "xx", "kinds": {}, "negations": ["["]}, "negations"),
    ],
)
def test_a_malformed_file_is_named_with_its_entry(data: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=r"xx\.toml") as raised:
        _read("xx.toml", data)
    assert named in str(raised.value)
