"""Checks that need several profiles or the date of the build: shared addresses, missing translations, future dates.

Every check is linear in the number of profiles.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from steckbrief.extract.model import Problem
from steckbrief.schema.rows import PriceModelRow
from steckbrief.transform.checks.addresses import comparable_address
from steckbrief.transform.checks.compared import ComparedProfile, Findings
from steckbrief.transform.checks.key_lines import problem_at_key
from steckbrief.transform.checks.locale_pairs import pair_problems
from steckbrief.transform.options import Options

_DATES = ("created_on", "updated_on", "reviewed_on")


def cross_problems(
    profiles: Sequence[ComparedProfile], price_models: Sequence[PriceModelRow], options: Options
) -> Findings:
    """Yield all problems of `profiles`, which are sorted by profile_id, that a single profile cannot show."""
    if options.today:
        yield from _future_dates(profiles, options.today, options.aliases)
    yield from _shared_addresses(profiles, options.aliases)
    yield from _missing_translations(profiles)
    yield from pair_problems(profiles, price_models, options)


def _future_dates(profiles: Sequence[ComparedProfile], today: dt.date, aliases: Mapping[str, str]) -> Findings:
    for profile in profiles:
        for column in _DATES:
            day = getattr(profile, column)
            if day and day > today:
                yield problem_at_key(profile, column, "date-in-future", aliases, value=day.isoformat())


def _shared_addresses(profiles: Sequence[ComparedProfile], aliases: Mapping[str, str]) -> Findings:
    by_address: dict[str, list[ComparedProfile]] = defaultdict(list)
    for profile in profiles:
        if profile.official_url:
            by_address[comparable_address(profile.official_url)].append(profile)
    for same_address in by_address.values():
        first_slug, *other_slugs = sorted({profile.slug for profile in same_address})
        if other_slugs:
            for profile in same_address:
                other = other_slugs[0] if profile.slug == first_slug else first_slug
                values = {"url": str(profile.official_url), "other": other}
                yield problem_at_key(profile, "official_url", "official-url-shared", aliases, **values)


def _missing_translations(profiles: Sequence[ComparedProfile]) -> Findings:
    """Report products that lack a locale of most products, if most products have at least two locales."""
    products: dict[str, dict[str, str]] = defaultdict(dict)
    for profile in profiles:
        products[profile.slug][profile.locale] = profile.profile_id
    counts = Counter(locale for versions in products.values() for locale in versions)
    usual_locales = sorted(locale for locale, count in counts.items() if 2 * count > len(products))
    if len(usual_locales) > 1:
        for versions in products.values():
            for locale in usual_locales:
                if locale not in versions:
                    yield versions[min(versions)], Problem("translation-missing", 1, 1, {"locale": locale})
