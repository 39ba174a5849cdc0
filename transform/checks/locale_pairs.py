"""Locale pairs: two language versions of one product whose front matter disagrees.

Price models are compared as normalised, free and open_source as one: software that is open source is free, and one
editor names the licence where the other names the price. What is not understood has a rule of its own.

Each profile is held against that of its slug in the default locale, or in the first locale where that has none. A value
that is missing on one side is no disagreement; key-missing speaks of it.

Translated categories differ by nature, so what is usual is read from the source: the usual partner of a category is the
one it has in more than half of its pairs, of which there must be LEAST_EVIDENCE besides the one in question.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from steckbrief.extract.model import Problem
from steckbrief.schema.rows import PriceModelRow
from steckbrief.transform.checks.addresses import comparable
from steckbrief.transform.checks.compared import ComparedProfile, Findings
from steckbrief.transform.checks.key_lines import problem_at_key
from steckbrief.transform.options import Options
from steckbrief.transform.tables.price_models import UNKNOWN

LEAST_EVIDENCE = 5
"""Pairs a category must stand in before its usual partner is known."""

_SAME_PRICE = {"open_source": "free"}

_Pair = tuple[ComparedProfile, ComparedProfile]


def pair_problems(
    profiles: Sequence[ComparedProfile], price_models: Sequence[PriceModelRow], options: Options
) -> Findings:
    """(profile_id, problem) for `profiles`, in order of profile_id, that disagree with another language version."""
    pairs = list(_pairs(profiles, options.default_locale))
    models: dict[str, set[str]] = defaultdict(set)
    for row in price_models:
        models[row.profile_id].add(_SAME_PRICE.get(row.price_model, row.price_model))
    partners = _partners(pairs)
    for own, reference in pairs:
        here, there = models[own.profile_id], models[reference.profile_id]
        if _addresses_differ(own, reference):
            yield _differs(own, reference, "official_url", "locale-official-url-differs", options)
        if here and there and here != there and UNKNOWN not in here | there:
            yield _differs(own, reference, "price_model", "locale-price-model-differs", options)
        usual = _unusual(own, reference, partners)
        if usual:
            yield _differs(own, reference, "category", "locale-category-differs", options, usual=usual)


def _pairs(profiles: Sequence[ComparedProfile], default_locale: str) -> Iterator[_Pair]:
    """(profile, the one it is held against)."""
    by_slug: dict[str, list[ComparedProfile]] = defaultdict(list)
    for profile in profiles:
        by_slug[profile.slug].append(profile)
    for same in by_slug.values():
        reference = next((each for each in same if each.locale == default_locale), same[0])
        yield from ((each, reference) for each in same if each is not reference)


def _addresses_differ(own: ComparedProfile, reference: ComparedProfile) -> bool:
    here, there = own.official_url, reference.official_url
    if not (here and there) or here == there:
        return False
    return comparable(here, localised=True) != comparable(there, localised=True)


_Partners = Mapping[tuple[str, str, str], Counter[str]]
"""(locale, category, other locale) -> how often it stands beside which category there."""


def _partners(pairs: Sequence[_Pair]) -> _Partners:
    partners: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        if all(profile.category for profile in pair):
            for one, other in (pair, pair[::-1]):
                partners[_place(one, other)][_category(other)] += 1
    return partners


def _unusual(own: ComparedProfile, reference: ComparedProfile, partners: _Partners) -> str | None:
    """What goes with what as a rule, where the two categories are not each other's usual partners; None where they are.

    In words: "Grafik usually stands beside graphics", for the first of the two of which that is known.
    """
    if not (own.category and reference.category) or _category(own) == _category(reference):
        return None
    usual: list[str] = []
    for one, other in ((reference, own), (own, reference)):
        expected = _usual(partners[_place(one, other)], _category(other))
        if expected == _category(other):
            return None
        if expected:
            partner = "the same category in the other locale" if expected == _category(one) else expected
            usual.append(f"{one.category} usually goes with {partner}")
    return usual[0] if usual else None


def _usual(partners: Counter[str], in_question: str) -> str | None:
    others = partners - Counter([in_question])
    if others.total() < LEAST_EVIDENCE:
        return None
    best = min(others, key=lambda category: (-others[category], category))
    return best if 2 * others[best] > others.total() else None


def _place(profile: ComparedProfile, other: ComparedProfile) -> tuple[str, str, str]:
    return profile.locale, _category(profile), other.locale


def _category(profile: ComparedProfile) -> str:
    return " ".join((profile.category or "").casefold().split())


def _differs(
    own: ComparedProfile, reference: ComparedProfile, column: str, rule: str, options: Options, **values: str
) -> tuple[str, Problem]:
    values |= {"value": str(getattr(own, column)), "expected": str(getattr(reference, column))}
    return problem_at_key(own, column, rule, options.aliases, other=reference.profile_id, **values)
