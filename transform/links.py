"""Link targets: which profile, or what else, an address in a profile points at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from steckbrief.transform.identity import locale_code
from steckbrief.transform.link_patterns import match_link
from steckbrief.transform.options import Options

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


class LinkTarget(NamedTuple):
    """The target of an address.

    `kind` is one of schema.values.LINK_KINDS. If the target is a catalogue page, `slug` is the slug in the address and
    `profile_id` the profile it stands for, which need not exist.
    """

    kind: str
    slug: str | None = None
    profile_id: str | None = None


_ANCHOR, _EXTERNAL, _RELATIVE = LinkTarget("anchor"), LinkTarget("external"), LinkTarget("relative")


class LinkReader:
    """Finds the targets of addresses in a profile of `locale`."""

    def __init__(self, options: Options, locale: str | None = None) -> None:
        self._catalogue = options.catalogue_links
        self._default_locale = options.default_locale
        self._locales = options.locales
        self._own_locale = locale or options.default_locale

    def target(self, url: str) -> LinkTarget:
        """Return the target of `url`.

        >>> LinkReader(Options()).target("/en/tools/gimp/")
        LinkTarget(kind='catalogue', slug='gimp', profile_id='en/gimp')
        """
        if groups := match_link(self._catalogue, url):
            return LinkTarget("catalogue", groups["slug"], f"{self._locale(groups)}/{groups['slug']}")
        if url.startswith("#"):
            return _ANCHOR
        return _EXTERNAL if _SCHEME.match(url) else _RELATIVE

    def _locale(self, groups: Mapping[str, str | None]) -> str:
        if "locale" not in groups:
            return self._own_locale
        named = groups["locale"]
        if not named:
            return self._default_locale
        return self._locales.get(named.casefold()) or locale_code(named) or named
