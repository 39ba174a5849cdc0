"""Explains why a heading has its kind, for `steckbrief vocabulary --explain`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from steckbrief.extract.printable import printable
from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.settings.files import FILE_NAME
from steckbrief.schema.values import SECTION_KINDS
from steckbrief.transform.headings.classify import OTHER, normalise_heading
from steckbrief.transform.headings.language import UNKNOWN
from steckbrief.transform.headings.phrases import HeadingReader, own_phrases
from steckbrief.transform.headings.vocabulary import vocabularies

_WIDTH: Final = 10  # of the names of facts


@dataclass(frozen=True, slots=True)
class Explanation:
    """A heading and the reason for its kind.

    Attributes:
        heading: the heading as written.
        title: the title of the profile that contains it.
        language: the language of that profile, or "und".
        read_as: the normalised heading that is compared with the vocabulary.
        kind: the kind of the section.
        meaning: what a section of this kind is about.
        file: the vocabulary or settings file that decided; None if no entry matches.
        entry: the entry that decided; None if no entry matches.
    """

    heading: str
    title: str
    language: str
    read_as: str
    kind: str
    meaning: str
    file: str | None
    entry: str | None


def explain_heading(heading: str, title: str, language: str, headings: Mapping[str, Sequence[str]]) -> Explanation:
    """Explain which kind `heading` has in a profile with this title and language.

    Args:
        heading: the heading as written.
        title: the title of the profile.
        language: the language of the profile, or "und" if it is unknown.
        headings: the site's own headings by kind.

    Raises:
        UsageError: there is no vocabulary for the language.
    """
    known = [vocabulary.language for vocabulary in vocabularies()]
    if language not in (*known, UNKNOWN):
        raise UsageError(printable(f"--language: no vocabulary for {language!r}; expected one of {', '.join(known)}."))
    verdict = HeadingReader(title, language, own_phrases(headings)).verdict(heading)
    decided = verdict.kind != OTHER
    file = f"transform/headings/vocabulary/{verdict.language}.toml" if verdict.language else FILE_NAME
    return Explanation(
        heading=heading,
        title=title,
        language=language,
        read_as=normalise_heading(heading, title),
        kind=verdict.kind,
        meaning=SECTION_KINDS[verdict.kind],
        file=file if decided else None,
        entry=verdict.entry if decided else None,
    )


def explanation_as_text(explanation: Explanation) -> str:
    """Return the explanation for a person, one fact per line."""
    facts = {
        "heading": explanation.heading,
        "title": explanation.title,
        "language": "" if explanation.language == UNKNOWN else explanation.language,
        "read as": explanation.read_as,
        "kind": f"{explanation.kind}: {explanation.meaning}",
        "file": explanation.file or "none",
        "entry": explanation.entry or "none: no phrase, pattern or word of any vocabulary matches",
    }
    return "\n".join(printable(f"{name:<{_WIDTH}}{fact}") for name, fact in facts.items() if fact)
