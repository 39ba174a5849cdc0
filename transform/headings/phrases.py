"""Headings of one profile, read with a site's own words first and the vocabulary after them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from steckbrief.transform.headings.classify import Verdict, classify_heading, normalise_heading
from steckbrief.transform.headings.vocabulary import vocabularies


def own_phrases(headings: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Whole headings by kind, as a site writes them, turned into normalised phrase -> kind.

    Raises ValueError for a phrase that says nothing, and for one that stands under two kinds.
    """
    phrases: dict[str, str] = {}
    for kind, texts in headings.items():
        for text in texts:
            phrase = _joined(normalise_heading(text, ""))
            if not any(char.isalnum() for char in phrase):
                raise ValueError(f"the heading {text!r} holds no word")
            if phrases.setdefault(phrase, kind) != kind:
                raise ValueError(f"the heading {text!r} stands under {phrases[phrase]} and under {kind}")
    return phrases


@dataclass(frozen=True, slots=True)
class HeadingReader:
    """What the headings of one profile announce: its title and language, and the site's own phrases."""

    title: str
    language: str
    phrases: Mapping[str, str] = field(default_factory=dict)

    def verdict(self, heading: str) -> Verdict:
        """The kind of `heading` (plain text), and what decided: a phrase of the settings wins over the vocabulary."""
        if self.phrases:
            for text in self._forms(heading):
                if text in self.phrases:
                    kind = self.phrases[text]
                    return Verdict(kind, None, f"{kind}: phrase {text!r} of the settings")
        return classify_heading(heading, self.title, self.language)

    def kind(self, heading: str) -> str:
        """The kind of `heading` (plain text)."""
        return self.verdict(heading).kind

    def _forms(self, heading: str) -> Iterator[str]:
        """A heading whole and up to its first colon or dash, with the title masked and as it is written."""
        for title in (self.title, ""):
            text = _joined(normalise_heading(heading, title)).removeprefix("x : ")
            yield text
            yield text.split(" : ")[0]


def _joined(normalised: str) -> str:
    """Every word for "and" as one sign, whatever the language."""
    return " ".join("&" if word in _conjunctions() else word for word in normalised.split()).strip(" &")


@cache
def _conjunctions() -> frozenset[str]:
    return frozenset(word for each in vocabularies() for word in each.conjunctions)
