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
from steckbrief.transform.addresses import comparable
from steckbrief.transform.checks.key_lines import problem_at_key
from steckbrief.transform.options import Options
from steckbrief.transform.rows import Row
from steckbrief.transform.tables.price_models import UNKNOWN

LEAST_EVIDENCE = 5
"""Pairs a category must stand in before its usual partner is known."""

_SAME_PRICE = {"open_source": "free"}


def pair_problems(
    profiles: Sequence[Row], price_models: Sequence[Row], options: Options
) -> Iterator[tuple[str, Problem]]:
    """(profile_id, problem) for `profiles`, in order of profile_id, that disagree with another language version."""
    pairs = list(_pairs(profiles, options.default_locale))
    models: dict[object, set[str]] = defaultdict(set)
    for row in price_models:
        model = str(row["price_model"])
        models[row["profile_id"]].add(_SAME_PRICE.get(model, model))
    partners = _partners(pairs)
    for own, reference in pairs:
        here, there = models[own["profile_id"]], models[reference["profile_id"]]
        if _addresses_differ(own, reference):
            yield _differs(own, reference, "official_url", "locale-official-url-differs", options)
        if here and there and here != there and UNKNOWN not in here | there:
            yield _differs(own, reference, "price_model", "locale-price-model-differs", options)
        usual = _unusual(own, reference, partners)
        if usual:
            yield _differs(own, reference, "category", "locale-category-differs", options, usual=usual)


def _pairs(profiles: Sequence[Row], default_locale: str) -> Iterator[tuple[Row, Row]]:
    """(profile, the one it is held against)."""
    by_slug: dict[object, list[Row]] = defaultdict(list)
    for profile in profiles:
        by_slug[profile["slug"]].append(profile)
    for same in by_slug.values():
        reference = next((each for each in same if each["locale"] == default_locale), same[0])
        yield from ((each, reference) for each in same if each is not reference)


def _addresses_differ(own: Row, reference: Row) -> bool:
    here, there = own["official_url"], reference["official_url"]
    if not (here and there) or here == there:
        return False
    return comparable(str(here), localised=True) != comparable(str(there), localised=True)


_Partners = Mapping[tuple[str, str, str], Counter[str]]
"""(locale, category, other locale) -> how often it stands beside which category there."""


def _partners(pairs: Sequence[tuple[Row, Row]]) -> _Partners:
    partners: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        if all(profile["category"] for profile in pair):
            for one, other in (pair, pair[::-1]):
                partners[_place(one, other)][_category(other)] += 1
    return partners


def _unusual(own: Row, reference: Row, partners: _Partners) -> str | None:
    """What goes with what as a rule, where the two categories are not each other's usual partners; None where they are.

    In words: "Grafik usually stands beside graphics", for the first of the two of which that is known.
    """
    if not (own["category"] and reference["category"]) or _category(own) == _category(reference):
        return None
    usual: list[str] = []
    for one, other in ((reference, own), (own, reference)):
        expected = _usual(partners[_place(one, other)], _category(other))
        if expected == _category(other):
            return None
        if expected:
            beside = "the same in the other locale" if expected == _category(one) else expected
            usual.append(f"{one['category']} usually stands beside {beside}")
    return usual[0] if usual else None


def _usual(partners: Counter[str], in_question: str) -> str | None:
    others = partners - Counter([in_question])
    if others.total() < LEAST_EVIDENCE:
        return None
    best = min(others, key=lambda category: (-others[category], category))
    return best if 2 * others[best] > others.total() else None


def _place(profile: Row, other: Row) -> tuple[str, str, str]:
    return str(profile["locale"]), _category(profile), str(other["locale"])


def _category(profile: Row) -> str:
    return " ".join(str(profile["category"]).casefold().split())


def _differs(own: Row, reference: Row, column: str, rule: str, options: Options, **values: str) -> tuple[str, Problem]:
    found = {"value": str(own[column]), "expected": str(reference[column]), "other": str(reference["profile_id"])}
    return problem_at_key(own, column, rule, options.aliases, **found, **values)
