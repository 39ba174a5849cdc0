"""Patterns of catalogue links from a site's settings: RE2 regular expressions, which take linear time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import re2

LONGEST_ADDRESS = 500
"""Characters of an address that is matched with patterns: ten times the longest catalogue link of real profiles."""

_EXAMPLE = "/apps/(?P<slug>[^/]+)/?"
_QUIET = re2.Options()
_QUIET.log_errors = False  # RE2 would also write every refused pattern to standard error


def check_link_pattern(source: str) -> str:
    r"""Return `source` if it is a pattern for the whole address of a catalogue link.

    A pattern needs a group `slug` and may have a group `locale`. In RE2, \w, \d, \s and \b only match ASCII.
    Raises ValueError if RE2 does not accept the pattern or if the group `slug` is missing.

    >>> check_link_pattern("/apps/(?P<slug>[^/]+)/?")
    '/apps/(?P<slug>[^/]+)/?'
    """
    try:
        pattern = _compile(source)
    except re2.error as error:
        (reason,) = error.args
        raise ValueError(
            f"not a regular expression that RE2 accepts ({reason.decode(errors='replace')}). RE2 has no look-around"
            " such as (?=...) or (?<!...), no backreferences such as \\1, no possessive quantifiers such as ++ and no"
            f" repetition above 1000; write the pattern without them, for example {_EXAMPLE}"
        ) from error
    if "slug" not in pattern.groupindex:
        raise ValueError(f"the pattern has no group (?P<slug>...); put it around the slug, for example {_EXAMPLE}")
    return source


@lru_cache(maxsize=4_096)
def match_link(patterns: tuple[str, ...], address: str) -> Mapping[str, str | None] | None:
    """Return the named groups of the first pattern that matches the whole address, or None if none does.

    >>> match_link(("/apps/(?P<slug>[^/]+)",), "/apps/krita")
    {'slug': 'krita'}
    >>> match_link(("/apps/(?P<slug>[^/]+)",), "https://krita.org") is None
    True
    """
    if len(address) > LONGEST_ADDRESS:
        return None
    for source in patterns:
        match = _compile(source).fullmatch(address)
        if match:
            groups: dict[str, str | None] = match.groupdict()
            return groups
    return None


@lru_cache
def _compile(source: str) -> re2._Regexp:
    return re2.compile(source, _QUIET)
