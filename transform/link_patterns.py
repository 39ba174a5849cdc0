"""Patterns of catalogue links as a site's settings give them: regular expressions that are safe on any address.

The addresses come from profiles, the patterns from whoever runs the build. A pattern that repeats a group whose content
is of no fixed form ("(a+)+", "(a|ab)*") can take time exponential in the length of an address that almost matches, so
it is refused; what is left is polynomial, and addresses longer than LONGEST_ADDRESS are no catalogue links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_ADDRESS = 500
"""Characters of an address that is compared with a pattern; ten times the longest catalogue link of real profiles."""

# An escaped character, a class in brackets, the start of a group, or any other character, with its quantifier.
_QUANTIFIER = r"(?P<quantifier>[*+?]|\{\d*,?\d*\})?(?P<possessive>\+)?"
_CLASS = r"\[\^?\]?(?:\\.|[^\]\\])*\]"
_GROUP = r"\((?:\?(?:P?[<=!:>]|[aiLmsux-]*:?))?"
_PART = re.compile(rf"(?P<part>\\.|{_CLASS}|{_GROUP}|.){_QUANTIFIER}", re.DOTALL)
_FIXED = re.compile(r"\{\d+\}")
_UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")


def read_link_pattern(source: str) -> re.Pattern[str]:
    """Compile a pattern for the whole address of a catalogue link, with a group `slug` and, at will, a group `locale`.

    Raises ValueError where it is no regular expression, names no slug, or may take exponential time.
    """
    try:
        pattern = re.compile(source)
    except re.error as error:
        raise ValueError(f"this is no regular expression: {error}") from error
    if "slug" not in pattern.groupindex:
        raise ValueError("the pattern has no group (?P<slug>...)")
    for group in _repeated_groups(source):
        raise ValueError(f"the group that ends at {group!r} repeats without bound what is of no fixed form; rewrite it")
    return pattern


def _repeated_groups(source: str) -> Iterator[str]:
    """The end of every group that is repeated without bound and holds an alternative or a quantifier itself."""
    open_groups = [False]
    for match in _PART.finditer(source):
        part, quantifier = match["part"], match["quantifier"]
        is_loose = part == "|" or (quantifier is not None and _FIXED.fullmatch(quantifier) is None)
        if part.startswith("("):
            open_groups.append(False)
        elif part == ")" and len(open_groups) > 1:
            inner = open_groups.pop()
            if inner and quantifier and _UNBOUNDED.fullmatch(quantifier) and not match["possessive"]:
                yield source[: match.end()][-20:]
            is_loose = is_loose or inner
        open_groups[-1] = open_groups[-1] or is_loose
