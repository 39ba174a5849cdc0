"""What a person can set about the meaning of profiles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

# A link to another profile of the catalogue: /tools/x/, /en/tools/x/.
CATALOGUE_LINK = r"/(?:(?P<locale>[a-z]{2}(?:-[a-z]{2})?)/)?tools/(?P<slug>[^/?#\s]+)/?(?:[?#].*)?"

# What a catalogue page cannot do without.
REQUIRED_KEYS = ("slug", "title", "category", "price_model", "official_url")

# A severity that leaves a rule's findings out.
OFF = "off"


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of the transformation.

    default_locale: locale of files that stand below no language folder and name none in their front matter.
    catalogue_links: regular expressions for the whole address of a link to another profile, each with a group `slug`,
    asked in turn. A group `locale` names the locale (where it did not match, the default locale); without such a group,
    a link stays within the locale of its profile.
    template_profiles: number of profiles that must share a masked text before it is listed in `templates`.
    aliases: front-matter key of the site -> column of `profiles` (or "tags") that it holds.
    price_models: what the site writes for a price, as price_models.fold gives it -> price models.
    headings: headings of the site, as phrases.own_phrases gives them -> kind.
    locales: folder names and values of a locale key, in lower case -> locale; None where a folder is no locale.
    required_keys: columns of `profiles` that every front matter must give.
    severities: rule -> severity, where it differs from transform/checks/rules.toml; OFF leaves the rule's findings out.
    today: the day of the build in UTC, with which dates are compared; None leaves that rule out.
    """

    default_locale: str = "de"
    catalogue_links: tuple[str, ...] = (CATALOGUE_LINK,)
    template_profiles: int = 5
    aliases: Mapping[str, str] = field(default_factory=dict, hash=False)
    price_models: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    headings: Mapping[str, str] = field(default_factory=dict, hash=False)
    locales: Mapping[str, str | None] = field(default_factory=dict, hash=False)
    required_keys: tuple[str, ...] = REQUIRED_KEYS
    severities: Mapping[str, str] = field(default_factory=dict, hash=False)
    today: dt.date | None = None
