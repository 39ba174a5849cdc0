"""Why a heading has its kind: what `steckbrief vocabulary --explain` shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from steckbrief.extract.printable import printable
from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.settings_files import FILE_NAME
from steckbrief.schema.values import SECTION_KINDS
from steckbrief.transform.headings.classify import OTHER, normalise_heading
from steckbrief.transform.headings.language import UNKNOWN
from steckbrief.transform.headings.phrases import HeadingReader, own_phrases
from steckbrief.transform.headings.vocabulary import vocabularies

_WIDTH: Final = 10


@dataclass(frozen=True, slots=True)
class Explanation:
    """A heading, how it is read, its kind and what that means, and the file and entry that decided (None: nothing)."""

    heading: str
    title: str
    language: str
    read_as: str
    kind: str
    meaning: str
    file: str | None
    entry: str | None

    def as_json(self) -> dict[str, str | None]:
        """The explanation as JSON can hold it."""
        return asdict(self)


def explained(heading: str, title: str, language: str, headings: Mapping[str, Sequence[str]]) -> Explanation:
    """Say why `heading` has its kind in a profile with this title and language.

    `headings` are the site's own, by kind. Raises UsageError for a language that has no vocabulary.
    """
    known = [each.language for each in vocabularies()]
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


def as_lines(why: Explanation) -> str:
    """The explanation for a person, one fact a line."""
    facts = {
        "heading": why.heading,
        "title": why.title,
        "language": "" if why.language == UNKNOWN else why.language,
        "read as": why.read_as,
        "kind": f"{why.kind}: {why.meaning}",
        "file": why.file or "none",
        "entry": why.entry or "no phrase, pattern or word of any vocabulary",
    }
    return "\n".join(printable(f"{name:<{_WIDTH}}{fact}") for name, fact in facts.items() if fact)
