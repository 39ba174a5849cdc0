"""Targets: which profile a link or an alternative points at, once all profiles are known.

The order, the first that finds a profile decides. `link`: the link leads to a profile. `title`: one profile of the
same locale has the name as its title. `slug`: a profile of the same locale has a broken link's slug, or the name
written as a slug ("GitHub Copilot", github-copilot). `title_other_locale`, `slug_other_locale`: the same in the other
locales, where all that are found are one product. A title that two products of the locale share names neither.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

_NOT_SLUG = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a row points: the profile (None where there is none) and how it was found (schema.values.MATCHES)."""

    profile_id: str | None
    match: str


_NOWHERE = Target(None, "none")


class Catalogue:
    """All profiles of a source, to be looked up by profile_id, by title and by slug."""

    def __init__(self, profile_ids: Sequence[str], locales: Sequence[str], titles: Sequence[str]) -> None:
        self._ids = frozenset(profile_ids)
        self._title_of = {each: fold_name(title) for each, title in zip(profile_ids, titles, strict=True)}
        self._titled: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._named: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for profile_id, locale in sorted(zip(profile_ids, locales, strict=True)):
            self._titled[self._title_of[profile_id]].append((locale, profile_id))
            self._named[slug_of(profile_id).casefold()].append((locale, profile_id))

    def by_link(self, profile_id: str | None) -> str | None:
        """`profile_id` where there is such a profile, else None."""
        return profile_id if profile_id in self._ids else None

    def resolve(self, locale: str, linked: str | None, slug: str | None, name: str | None) -> Target:
        """Where an alternative in a profile of `locale` points.

        `linked` is the profile_id a link to the catalogue stands for, `slug` the slug in that link; `name` is None
        where an address outside the catalogue has already said which product is meant.
        """
        if self.by_link(linked):
            return Target(linked, "link")
        title = fold_name(name) if name else ""
        titled = self._titled.get(title, []) if title else []
        here = [profile_id for place, profile_id in titled if place == locale]
        if len(here) == 1:
            return Target(here[0], "title")
        slugs = [*([slug] if slug else []), *([] if here or not title else _as_slugs(title))]
        named = [each for possible in slugs for each in self._named.get(possible.casefold(), ())]
        same = next((profile_id for place, profile_id in named if place == locale), None)
        if same:
            return Target(same, "slug")
        if not here and len({slug_of(profile_id) for _, profile_id in titled}) == 1:
            return Target(titled[0][1], "title_other_locale")
        return Target(named[0][1], "slug_other_locale") if named else _NOWHERE

    def is_self(self, profile_id: str, target: str | None, name: str | None) -> bool:
        """Whether an alternative of `profile_id` is the product itself, by target (in any locale) or by name."""
        if target is not None and slug_of(target) == slug_of(profile_id):
            return True
        return name is not None and fold_name(name) == self._title_of.get(profile_id)


def fold_name(name: str) -> str:
    """A product's name as names are compared: case and white space folded."""
    return " ".join(name.casefold().split())


def slug_of(profile_id: str) -> str:
    """The slug in a profile_id."""
    return profile_id.partition("/")[2]


def _as_slugs(title: str) -> tuple[str, ...]:
    """The slugs a name could stand for: itself where it is written as one ("node.js"), else with dashes."""
    dashed = _NOT_SLUG.sub("-", title).strip("-")
    return (title, dashed) if dashed != title else (title,)
