"""Targets: the profile that an alternative points at, once all profiles are known.

The first of these that finds a profile decides:

- `link`: the link leads to a profile. If it leads to another locale, and the product has a profile in the same locale,
  that profile is the target (RULES: alternatives).
- `title`: exactly one profile of the same locale has the name as its title. A title that two share names neither.
- `slug`: a profile of the same locale has the slug of the broken link, or the name written as a slug ("GitHub Copilot"
  is github-copilot).
- `title_other_locale`, `slug_other_locale`: the same in other locales, if all profiles with that title are one product.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from steckbrief.transform.identity import compose

_NOT_SLUG = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Target:
    """The profile that a row points at, or None, and how it was found (schema.values.MATCHES)."""

    profile_id: str | None
    match: str


_NOWHERE = Target(None, "none")


class Catalogue:
    """All profiles of a source by profile_id, title and slug."""

    def __init__(
        self, profile_ids: Sequence[str], locales: Sequence[str], titles: Sequence[str], paths: Sequence[str] = ()
    ) -> None:
        self._ids = frozenset(profile_ids)
        self._at_path = {compose(path): profile_id for path, profile_id in zip(paths, profile_ids, strict=False)}
        self._title_of = {profile_id: fold_name(title) for profile_id, title in zip(profile_ids, titles, strict=True)}
        self._titled: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._named: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for profile_id, locale in sorted(zip(profile_ids, locales, strict=True)):
            self._titled[self._title_of[profile_id]].append((locale, profile_id))
            self._named[slug_of(profile_id).casefold()].append((locale, profile_id))

    def by_link(self, linked: str | None) -> str | None:
        """Return the profile that a link stands for, by its profile_id or the path of its file; None without one."""
        if linked is None or linked in self._ids:
            return linked
        return self._at_path.get(linked)

    def resolve(self, locale: str, linked: str | None, slug: str | None, name: str | None) -> Target:
        """Return the target of an alternative.

        Args:
            locale: the locale of the linking profile.
            linked: the profile_id that a link to the catalogue stands for, or the path of the file that it names.
            slug: the slug in that link.
            name: the name of the alternative; None if an external address already identifies the product.
        """
        if page := self.by_link(linked):
            return Target(self.by_link(f"{locale}/{slug_of(page)}") or page, "link")
        title = fold_name(name) if name else ""
        titled = self._titled.get(title, []) if title else []
        same_locale = [profile_id for profile_locale, profile_id in titled if profile_locale == locale]
        if len(same_locale) == 1:
            return Target(same_locale[0], "title")
        slugs = [*([slug] if slug else []), *([] if same_locale or not title else _as_slugs(title))]
        named = [profile for possible in slugs for profile in self._named.get(possible.casefold(), ())]
        by_slug = next((profile_id for profile_locale, profile_id in named if profile_locale == locale), None)
        if by_slug:
            return Target(by_slug, "slug")
        if not same_locale and len({slug_of(profile_id) for _, profile_id in titled}) == 1:
            return Target(titled[0][1], "title_other_locale")
        return Target(named[0][1], "slug_other_locale") if named else _NOWHERE

    def is_self(self, profile_id: str, target: str | None, name: str | None) -> bool:
        """Return whether an alternative of `profile_id` is the product itself, by target (in any locale) or by name."""
        if target is not None and slug_of(target) == slug_of(profile_id):
            return True
        return name is not None and fold_name(name) == self._title_of.get(profile_id)


def fold_name(name: str) -> str:
    """Return a product's name for comparison, with case and white space folded.

    >>> fold_name(" GitHub  Copilot")
    'github copilot'
    """
    return " ".join(name.casefold().split())


def slug_of(profile_id: str) -> str:
    """Return the slug in a profile_id.

    >>> slug_of("de/krita")
    'krita'
    """
    return profile_id.partition("/")[2]


def _as_slugs(title: str) -> tuple[str, ...]:
    """Return the slugs that a folded name can mean: the name itself, and with dashes.

    >>> _as_slugs("node.js"), _as_slugs("krita")
    (('node.js', 'node-js'), ('krita',))
    """
    dashed = _NOT_SLUG.sub("-", title).strip("-")
    return (title, dashed) if dashed != title else (title,)
