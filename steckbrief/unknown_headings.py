"""Headings that the vocabulary does not know, for `steckbrief vocabulary`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from steckbrief.extract.printable import printable
from steckbrief.pipeline.findings import place

if TYPE_CHECKING:
    import pyarrow as pa

_UNDECIDED: Final = ("other", "ambiguous")
_EXAMPLES: Final = 2


@dataclass(frozen=True, slots=True)
class UnknownHeading:
    """A heading without a kind: its language, how often it occurs, and where it occurs first."""

    language: str
    kind: str
    heading: str
    count: int
    examples: tuple[str, ...]


def unknown_headings(tables: Mapping[str, pa.Table]) -> list[UnknownHeading]:
    """Return the headings of kind "other" or "ambiguous", by language, most frequent first."""
    profiles = tables["profiles"].select(["profile_id", "language", "source_path"]).to_pylist()
    origins = {row["profile_id"]: (row["language"] or "unknown", row["source_path"]) for row in profiles}
    places: dict[tuple[str, str, str], list[str]] = {}
    counts: dict[tuple[str, str, str], int] = {}
    for row in tables["sections"].select(["profile_id", "heading", "kind", "line_start"]).to_pylist():
        if row["kind"] not in _UNDECIDED or row["heading"] is None:
            continue
        language, path = origins[row["profile_id"]]
        key = (language, row["kind"], row["heading"])
        counts[key] = counts.get(key, 0) + 1
        examples = places.setdefault(key, [])
        if len(examples) < _EXAMPLES:
            examples.append(place(path, row["line_start"]).removesuffix(": "))
    headings = [UnknownHeading(*key, count, tuple(places[key])) for key, count in counts.items()]
    return sorted(headings, key=lambda heading: (heading.language, -heading.count, heading.heading, heading.kind))


def headings_as_text(headings: list[UnknownHeading]) -> str:
    """Return the list for a person: count, kind, heading, and examples of its place."""
    if not headings:
        return "The vocabulary knows every heading of this source."
    lines: list[str] = []
    for language, group in groupby(headings, key=attrgetter("language")):
        lines.append(f"{language}: headings without a clear kind")
        lines += [f"  {row.count:>5,}  {row.kind:<9}  {row.heading}  ({', '.join(row.examples)})" for row in group]
    lines.append(
        "To give a heading a kind, add it to [headings] in steckbrief.toml, or to Steckbrief's own vocabulary,"
        " transform/headings/vocabulary/<language>.toml."
    )
    return "\n".join(printable(line) for line in lines)
