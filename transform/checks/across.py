"""Checks across profiles: addresses that two products share, missing translations, dates in the future.

Every check is one pass over the profiles with dictionaries by slug or address: linear in their number.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from steckbrief.extract.model import Problem
from steckbrief.schema.rows import PriceModelRow
from steckbrief.transform.checks.addresses import comparable
from steckbrief.transform.checks.compared import ComparedProfile, Findings
from steckbrief.transform.checks.key_lines import problem_at_key
from steckbrief.transform.checks.locale_pairs import pair_problems
from steckbrief.transform.options import Options

_DATES = ("created_on", "updated_on", "reviewed_on")


def cross_problems(
    profiles: Sequence[ComparedProfile], price_models: Sequence[PriceModelRow], options: Options
) -> Findings:
    """Problems of `profiles` (rows in order of profile_id) that need more than one of them, or the day of the build."""
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
    owners: dict[str, list[ComparedProfile]] = defaultdict(list)
    for profile in profiles:
        if profile.official_url:
            owners[comparable(profile.official_url)].append(profile)
    for shared in owners.values():
        first, *others = sorted({profile.slug for profile in shared})
        for profile in shared if others else ():
            other = others[0] if profile.slug == first else first
            found = {"url": str(profile.official_url), "other": other}
            yield problem_at_key(profile, "official_url", "official-url-shared", aliases, **found)


def _missing_translations(profiles: Sequence[ComparedProfile]) -> Findings:
    """Profiles that lack a locale which more than half of all products have, where there are two such locales."""
    versions: dict[str, dict[str, str]] = defaultdict(dict)
    for profile in profiles:
        versions[profile.slug][profile.locale] = profile.profile_id
    times = Counter(locale for found in versions.values() for locale in found)
    usual = sorted(locale for locale, count in times.items() if 2 * count > len(versions))
    if len(usual) > 1:
        for found in versions.values():
            for locale in usual:
                if locale not in found:
                    yield found[min(found)], Problem("translation-missing", 1, 1, {"locale": locale})
