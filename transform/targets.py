"""Targets: which profile a link or an alternative points at, once all profiles are known.

Belongs here: resolving by link, then by a title that is unique within the locale; self-references and dangling links.
Does not belong here: reading links (links.py) or items (alternatives.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extract.model import Problem


@dataclass(frozen=True, slots=True)
class Target:
    """Where a row points: the profile (None where there is none) and how it was found (link, title, none)."""

    profile_id: str | None
    match: str


class Catalogue:
    """All profiles of a source, to be looked up by profile_id, or by title within a locale."""

    def __init__(self, profile_ids: Sequence[str], locales: Sequence[str], titles: Sequence[str]) -> None:
        self._ids = frozenset(profile_ids)
        keys = [(locale, _fold(title)) for locale, title in zip(locales, titles, strict=True)]
        times = Counter(keys)
        # A title that two profiles of one locale share names neither.
        self._by_title = {key: each for key, each in zip(keys, profile_ids, strict=True) if times[key] == 1}
        self._title_of = {each: title for each, (_, title) in zip(profile_ids, keys, strict=True)}

    def by_link(self, profile_id: str | None) -> str | None:
        """`profile_id` where there is such a profile, else None."""
        return profile_id if profile_id in self._ids else None

    def resolve(self, locale: str, linked: str | None, has_link: bool, name: str | None) -> Target:  # noqa: FBT001
        """Where an alternative points: by its link, else, only where it has no link at all, by its name."""
        found = self.by_link(linked)
        if found:
            return Target(found, "link")
        by_name = self._by_title.get((locale, _fold(name))) if name and not has_link else None
        return Target(by_name, "title") if by_name else Target(None, "none")

    def is_self(self, profile_id: str, target: str | None, name: str | None) -> bool:
        """Whether an alternative of `profile_id` is the product itself, by target or by name."""
        return target == profile_id or (name is not None and _fold(name) == self._title_of.get(profile_id))


def _fold(title: str) -> str:
    return " ".join(title.casefold().split())


def alternative_problems(rows: Sequence[Mapping[str, object]], catalogue: Catalogue) -> Iterator[tuple[str, Problem]]:
    """(profile_id, problem) for every alternative that is the product itself."""
    for row in rows:
        profile_id, name, target = str(row["profile_id"]), row["name"], row["target_profile_id"]
        if catalogue.is_self(profile_id, target if isinstance(target, str) else None, str(name) if name else None):
            start, end = int(str(row["line_start"])), int(str(row["line_end"]))
            yield profile_id, Problem("alternative-self", start, end, {"name": str(name)})


def link_problems(rows: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, Problem]]:
    """(profile_id, problem) for every catalogue link without a profile."""
    for row in rows:
        if row["kind"] == "catalogue" and row["target_profile_id"] is None:
            line = int(str(row["line_start"]))
            yield str(row["profile_id"]), Problem("link-dangling", line, line, {"url": str(row["url"])})
