"""Headings of one profile, classified by the site's own phrases first and by the vocabulary second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from steckbrief.transform.headings.classify import Verdict, classify_heading, normalise_heading
from steckbrief.transform.headings.vocabulary import vocabularies


def own_phrases(headings: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return normalised phrase -> kind for a site's headings by kind.

    Raises:
        ValueError: a heading contains no word, or is listed under two kinds.

    >>> own_phrases({"pros": ["What we love"]})
    {'what we love': 'pros'}
    """
    phrases: dict[str, str] = {}
    for kind, texts in headings.items():
        for text in texts:
            phrase = _joined(normalise_heading(text, ""))
            if not any(char.isalnum() for char in phrase):
                raise ValueError(f"the heading {text!r} contains no word")
            if phrases.setdefault(phrase, kind) != kind:
                raise ValueError(f"the heading {text!r} is listed under both {phrases[phrase]} and {kind}")
    return phrases


@dataclass(frozen=True, slots=True)
class HeadingReader:
    """Classifies the headings of one profile by its title, its language and the site's own phrases."""

    title: str
    language: str
    phrases: Mapping[str, str] = field(default_factory=dict)

    def verdict(self, heading: str) -> Verdict:
        """Return the kind of `heading` (plain text) and its reason. Phrases of the settings win over the vocabulary."""
        if self.phrases:
            for text in self._forms(heading):
                if text in self.phrases:
                    kind = self.phrases[text]
                    return Verdict(kind, None, f"{kind}: phrase {text!r} of the settings")
        return classify_heading(heading, self.title, self.language)

    def kind(self, heading: str) -> str:
        """Return the kind of `heading` (plain text)."""
        return self.verdict(heading).kind

    def _forms(self, heading: str) -> Iterator[str]:
        """Yield a heading, whole and up to its first colon or dash, with the title masked and unmasked."""
        for title in (self.title, ""):
            text = _joined(normalise_heading(heading, title)).removeprefix("x : ")
            yield text
            yield text.split(" : ")[0]


def _joined(normalised: str) -> str:
    """Replace every word for "and", in any language, with "&"."""
    return " ".join("&" if word in _conjunctions() else word for word in normalised.split()).strip(" &")


@cache
def _conjunctions() -> frozenset[str]:
    return frozenset(word for vocabulary in vocabularies() for word in vocabulary.conjunctions)
