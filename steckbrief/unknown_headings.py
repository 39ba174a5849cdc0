"""Headings the vocabulary does not know, by frequency: what an editor of the vocabulary works through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from steckbrief.extract.printable import printable
from steckbrief.pipeline.findings import place

if TYPE_CHECKING:
    import pyarrow as pa

_UNDECIDED: Final = ("other", "ambiguous")
_EXAMPLES: Final = 2


@dataclass(frozen=True, slots=True)
class UnknownHeading:
    """A heading without a kind: in which language, how often, and the first places where it stands."""

    language: str
    kind: str
    heading: str
    count: int
    examples: tuple[str, ...]


def unknown_headings(tables: Mapping[str, pa.Table]) -> list[UnknownHeading]:
    """Headings of kind "other" or "ambiguous", by language, most frequent first."""
    profiles = tables["profiles"].select(["profile_id", "language", "source_path"]).to_pylist()
    of_profile = {row["profile_id"]: (row["language"] or "unknown", row["source_path"]) for row in profiles}
    places: dict[tuple[str, str, str], list[str]] = {}
    counts: dict[tuple[str, str, str], int] = {}
    for row in tables["sections"].select(["profile_id", "heading", "kind", "line_start"]).to_pylist():
        if row["kind"] not in _UNDECIDED or row["heading"] is None:
            continue
        language, path = of_profile[row["profile_id"]]
        key = (language, row["kind"], row["heading"])
        counts[key] = counts.get(key, 0) + 1
        seen = places.setdefault(key, [])
        if len(seen) < _EXAMPLES:
            seen.append(place(path, row["line_start"]).removesuffix(": "))
    found = [UnknownHeading(*key, counts[key], tuple(places[key])) for key in counts]
    return sorted(found, key=lambda each: (each.language, -each.count, each.heading, each.kind))


def as_text(headings: list[UnknownHeading]) -> str:
    """The list for a person: count, kind, heading, and where to look."""
    if not headings:
        return "The vocabulary knows every heading of this source."
    lines: list[str] = []
    for number, each in enumerate(headings):
        if number == 0 or headings[number - 1].language != each.language:
            lines.append(f"{each.language}: headings without a kind of their own")
        lines.append(f"  {each.count:>5,}  {each.kind:<9}  {each.heading}  ({', '.join(each.examples)})")
    lines.append("Words that give a heading its kind stand in transform/headings/vocabulary/<language>.toml.")
    return "\n".join(printable(line) for line in lines)
