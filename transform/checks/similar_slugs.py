"""Slugs that look alike: they differ only in case, or in letters of other scripts that look the same."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from steckbrief.transform.checks.compared import ComparedProfile, Findings
from steckbrief.transform.checks.key_lines import problem_at_key

# Lower-case letters of other scripts and their Latin lookalikes, from Unicode Technical Standard 39.
_LOOKALIKES: Final = str.maketrans(
    "асԁеһіјӏорԛѕԝхуүνοαρυικτωɑɡ",
    "acdehijlopqswxyyvoapuiktwag",
)


def similar_slug_problems(profiles: Sequence[ComparedProfile], aliases: Mapping[str, str]) -> Findings:
    """Yield (profile_id, problem) for every profile whose slug looks like another slug of the source.

    The most frequent spelling is taken for the right one, or the first if several are equally frequent.
    """
    groups: dict[str, dict[str, list[ComparedProfile]]] = defaultdict(lambda: defaultdict(list))
    for profile in profiles:
        groups[skeleton(profile.slug)][profile.slug].append(profile)
    for spellings in groups.values():
        usual = min(spellings, key=lambda slug: (-len(spellings[slug]), slug != slug.lower(), slug))
        for slug, same in spellings.items():
            for profile in same if slug != usual else ():
                other = spellings[usual][0].profile_id
                yield problem_at_key(profile, "slug", "slug-similar", aliases, value=slug, other=other)


def skeleton(slug: str) -> str:
    """Return a slug without the differences that a reader overlooks.

    >>> skeleton("Krita"), skeleton("straße")
    ('krita', 'strasse')
    """
    return unicodedata.normalize("NFKC", slug).casefold().translate(_LOOKALIKES)
