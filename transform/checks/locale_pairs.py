"""Locale pairs: the front matter of two language versions of a product is compared.

Each profile is compared with the profile of the same slug in the default locale, or in the first locale if there is
none. Values missing on one side are left to key-missing.

Price models are compared after they are normalised, with free and open_source taken as equal: open-source software is
free, and one editor names the licence, the other the price. Price models that are not understood are left to
price-model-unknown.

Categories are translated, so the source itself shows which ones go together. The usual partner of a category is the one
in more than half of its other pairs, of which there must be at least LEAST_EVIDENCE.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from steckbrief.extract.model import Problem
from steckbrief.schema.rows import PriceModelRow
from steckbrief.transform.checks.addresses import comparable_address
from steckbrief.transform.checks.compared import ComparedProfile, Findings
from steckbrief.transform.checks.key_lines import problem_at_key
from steckbrief.transform.options import Options
from steckbrief.transform.tables.price_models import UNKNOWN

LEAST_EVIDENCE = 5
"""Number of other pairs that a category needs before its usual partner is known."""

_SAME_PRICE = {"open_source": "free"}

_Pair = tuple[ComparedProfile, ComparedProfile]

_Partners = Mapping[tuple[str, str, str], Counter[str]]
"""(locale, category, other locale) -> how often the category is paired with which category of the other locale."""


def pair_problems(
    profiles: Sequence[ComparedProfile], price_models: Sequence[PriceModelRow], options: Options
) -> Findings:
    """Report profiles that disagree with another language version; `profiles` are sorted by profile_id."""
    pairs = list(_pairs(profiles, options.default_locale))
    models: dict[str, set[str]] = defaultdict(set)
    for row in price_models:
        models[row.profile_id].add(_SAME_PRICE.get(row.price_model, row.price_model))
    partners = _partners(pairs)
    for profile, reference in pairs:
        if _addresses_differ(profile.official_url, reference.official_url):
            yield _difference(profile, reference, "official_url", "locale-official-url-differs", options)
        if _models_differ(models[profile.profile_id], models[reference.profile_id]):
            yield _difference(profile, reference, "price_model", "locale-price-model-differs", options)
        usual = _usual_pairing(profile, reference, partners)
        if usual:
            yield _difference(profile, reference, "category", "locale-category-differs", options, usual=usual)


def _pairs(profiles: Sequence[ComparedProfile], default_locale: str) -> Iterator[_Pair]:
    """Yield each profile with the reference that it is compared with."""
    by_slug: dict[str, list[ComparedProfile]] = defaultdict(list)
    for profile in profiles:
        by_slug[profile.slug].append(profile)
    for versions in by_slug.values():
        reference = next((version for version in versions if version.locale == default_locale), versions[0])
        yield from ((version, reference) for version in versions if version is not reference)


def _addresses_differ(one: str | None, other: str | None) -> bool:
    """Return whether two addresses are different pages, language versions aside.

    >>> _addresses_differ("https://krita.org/en/", "https://krita.org/de/")
    False
    >>> _addresses_differ("https://krita.org", "https://krita.com")
    True
    """
    if not (one and other) or one == other:
        return False
    return comparable_address(one, localised=True) != comparable_address(other, localised=True)


def _models_differ(some: set[str], others: set[str]) -> bool:
    return bool(some and others) and some != others and UNKNOWN not in some | others


def _partners(pairs: Sequence[_Pair]) -> _Partners:
    partners: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        if all(profile.category for profile in pair):
            for one, other in (pair, pair[::-1]):
                partners[_partners_key(one, other)][_category(other)] += 1
    return partners


def _usual_pairing(profile: ComparedProfile, reference: ComparedProfile, partners: _Partners) -> str | None:
    """Return what usually goes with one of the categories, such as "Grafik usually goes with graphics".

    The category of the reference comes first. None means that the two go together, or that no usual partner is known.
    """
    if not (profile.category and reference.category) or _category(profile) == _category(reference):
        return None
    pairings: list[str] = []
    for one, other in ((reference, profile), (profile, reference)):
        expected = _usual_partner(partners[_partners_key(one, other)], _category(other))
        if expected == _category(other):
            return None
        if expected:
            partner = "the same category in the other locale" if expected == _category(one) else expected
            pairings.append(f"{one.category} usually goes with {partner}")
    return pairings[0] if pairings else None


def _usual_partner(partners: Counter[str], in_question: str) -> str | None:
    """Return the partner in more than half of all pairs, not counting one pair with the partner `in_question`.

    >>> _usual_partner(Counter({"graphics": 5, "office": 1}), "office")
    'graphics'
    >>> _usual_partner(Counter({"graphics": 4, "office": 1}), "office")
    """
    others = partners - Counter([in_question])
    if others.total() < LEAST_EVIDENCE:
        return None
    best = min(others, key=lambda category: (-others[category], category))
    return best if 2 * others[best] > others.total() else None


def _partners_key(profile: ComparedProfile, other: ComparedProfile) -> tuple[str, str, str]:
    return profile.locale, _category(profile), other.locale


def _category(profile: ComparedProfile) -> str:
    return " ".join((profile.category or "").casefold().split())


def _difference(
    profile: ComparedProfile, reference: ComparedProfile, column: str, rule: str, options: Options, **values: str
) -> tuple[str, Problem]:
    values |= {"value": str(getattr(profile, column)), "expected": str(getattr(reference, column))}
    return problem_at_key(profile, column, rule, options.aliases, other=reference.profile_id, **values)
