"""The settings that say what profiles mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

# A link to another profile of the catalogue: /tools/x/, /en/tools/x/.
CATALOGUE_LINK = r"/(?:(?P<locale>[a-z]{2}(?:-[a-z]{2})?)/)?tools/(?P<slug>[^/?#\s]+)/?(?:[?#].*)?"

# A catalogue page needs all of these.
REQUIRED_KEYS = ("slug", "title", "category", "price_model", "official_url")

# The severity that drops a rule's findings.
OFF = "off"


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of the transformation.

    Attributes:
        default_locale: the locale of files outside every language folder whose front matter names no locale.
        catalogue_links: regular expressions that match the whole address of a link to another profile, tried in turn.
            Each has a group `slug`. A group `locale` gives the locale, or the default locale if it does not match.
            Without such a group, a link stays within the locale of its profile.
        template_profiles: the number of profiles that must share a masked text before `templates` lists it.
        aliases: front-matter key of the site -> the column of `profiles` (or "tags") that it fills.
        price_models: the site's word for a price, folded by price_models.fold -> price models.
        headings: the site's headings, normalised by phrases.own_phrases -> kind.
        locales: folder name or value of a locale key, in lower case -> locale; None if a folder is not a locale.
        required_keys: columns of `profiles` that every front matter must fill.
        slug_from: where slugs come from: "front_matter" (the key `slug`, otherwise the file name), "path" (always the
            file name) or "full_path" (the file name and all folders above it, joined by dashes).
        locale_suffixes: whether file names end in a language code ("krita.de.md").
        dated_files: which of several dated files of one profile is published: the "newest" or the "oldest" date in the
            path. "separate" makes every date a profile of its own.
        severities: rule -> severity, if it differs from transform/checks/rules.toml; OFF drops the rule's findings.
        today: the day of the build in UTC, for rules that compare dates; None skips those rules.
    """

    default_locale: str = "de"
    catalogue_links: tuple[str, ...] = (CATALOGUE_LINK,)
    template_profiles: int = 5
    aliases: Mapping[str, str] = field(default_factory=dict, hash=False)
    price_models: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    headings: Mapping[str, str] = field(default_factory=dict, hash=False)
    locales: Mapping[str, str | None] = field(default_factory=dict, hash=False)
    required_keys: tuple[str, ...] = REQUIRED_KEYS
    slug_from: str = "front_matter"
    locale_suffixes: bool = False
    dated_files: str = "newest"
    severities: Mapping[str, str] = field(default_factory=dict, hash=False)
    today: dt.date | None = None
