"""Link targets: which profile, or what else, an address in a profile points at."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote

from steckbrief.transform.identity import compose, locale_code, slug_from_link, slug_from_name
from steckbrief.transform.link_patterns import match_link
from steckbrief.transform.options import Options
from steckbrief.transform.paths import EXTENSIONS, read_path

_TAIL = re.compile(r"[?#].*", re.DOTALL)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


class LinkTarget(NamedTuple):
    """The target of an address.

    `kind` is one of schema.values.LINK_KINDS. If the target is a catalogue page, `slug` is the slug in the address and
    `profile_id` the profile it stands for, which need not exist. If the address names a file, `profile_id` is the path
    of that file, and `slug` the slug in that path.
    """

    kind: str
    slug: str | None = None
    profile_id: str | None = None


_ANCHOR, _EXTERNAL, _RELATIVE = LinkTarget("anchor"), LinkTarget("external"), LinkTarget("relative")


class LinkReader:
    """Finds the targets of addresses in a profile of `locale` at `path`."""

    def __init__(self, options: Options, locale: str | None = None, path: str = "") -> None:
        self._options = options
        self._folder = posixpath.dirname(path)
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
            slug = self._slug(str(groups["slug"]))
            return LinkTarget("catalogue", slug, f"{self._locale(groups)}/{slug}")
        if url.startswith("#"):
            return _ANCHOR
        if _SCHEME.match(url):
            return _EXTERNAL
        file = self._file(url)
        return LinkTarget("catalogue", read_path(file, self._options).slug, file) if file else _RELATIVE

    def _slug(self, segment: str) -> str:
        stem, extension = posixpath.splitext(segment)
        slug = slug_from_link(stem if extension.lower() in EXTENSIONS else segment)
        return slug_from_name(slug.replace("/", "-")) if self._options.slug_from == "full_path" else slug

    def _file(self, url: str) -> str | None:
        """Return the path of the file that a relative address names, if it can be a profile."""
        address = _TAIL.sub("", url)
        if not address.lower().endswith(EXTENSIONS):
            return None
        folder = "" if address.startswith("/") else self._folder
        path = compose(posixpath.normpath(posixpath.join(folder, unquote(address).lstrip("/"))))
        return None if any(part.startswith(("_", ".")) for part in path.split("/")) else path

    def _locale(self, groups: Mapping[str, str | None]) -> str:
        if "locale" not in groups:
            return self._own_locale
        named = groups["locale"]
        if not named:
            return self._default_locale
        return self._locales.get(named.casefold()) or locale_code(named) or named
