"""Identity: the slug and locale of a profile, and the ids of its rows, which stay the same from night to night."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import unquote

# Four times the longest slug in real profiles.
_LONGEST_SLUG = 100
_LOCALE = re.compile(r"(?P<language>[a-z]{2})(?:[-_][a-z]{2})?", re.IGNORECASE)

# All 183 codes of ISO 639-1: a folder name is a locale only if it is one of these.
LANGUAGE_CODES = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
    es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka
    kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng
    nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su
    sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """.split()
)


def is_slug(text: str) -> bool:
    """Return whether `text` is a valid slug: no slashes, spaces or leading dots, at most 100 characters.

    >>> is_slug("node.js"), is_slug("öl"), is_slug(".x"), is_slug("a b")
    (True, True, False, False)
    """
    return (
        0 < len(text) <= _LONGEST_SLUG
        and text[0].isalnum()
        and text[-1] not in ".-"
        and all(map(_is_slug_character, text))
    )


def slug_from_name(name: str) -> str:
    """Return a name as a slug: in lower case, composed (NFC), with a dash for every run of other characters.

    Letters stay as they are, so "straße" does not become "strasse". A name without any letter or digit gives "".

    >>> slug_from_name("_Paint Shop"), slug_from_name("Straße"), slug_from_name("---")
    ('paint-shop', 'straße', '')
    """
    characters = [char if _is_slug_character(char) else " " for char in compose(compose(name).lower())]
    text = "-".join("".join(characters).split())
    start = next((i for i, char in enumerate(text) if char.isalnum()), len(text))
    return text[start : start + _LONGEST_SLUG].rstrip("-._")


def _is_slug_character(char: str) -> bool:
    """Return whether a slug may contain a character: letters with their marks, digits, dots, dashes, underscores."""
    return char.isalnum() or char in "._-" or unicodedata.category(char).startswith("M")


def slug_from_text(text: str) -> str | None:
    """Return the slug that a front-matter value names, or None if it is not valid: the last segment of a path.

    >>> slug_from_text("/tools/alpha/"), slug_from_text("Krita"), slug_from_text("../alpha"), slug_from_text("a b")
    ('alpha', 'Krita', None, None)
    """
    segments = [compose(unquote(segment)) for segment in text.strip("/").split("/")]
    return segments[-1] if all(map(is_slug, segments)) else None


@lru_cache(maxsize=4_096)  # the same profiles are linked again and again
def slug_from_link(segment: str) -> str:
    """Return the slug in an address: percent-decoded and composed (NFC), unless that gives no valid slug.

    >>> slug_from_link("%C3%B6l"), slug_from_link("a%2Fb")
    ('öl', 'a%2Fb')
    """
    slug = compose(unquote(segment))
    return slug if is_slug(slug) else segment


def compose(text: str) -> str:
    """Return `text` with composed letters (NFC), so that both spellings of "ö" are equal."""
    return unicodedata.normalize("NFC", text)


def locale_folder(folders: Sequence[str], rules: Mapping[str, str | None]) -> tuple[int, str] | None:
    """Return the index and the locale of the folder that gives a file its locale, or None.

    The first folder that `rules` name decides, otherwise the first language code ("en", "pt-br").

    Args:
        folders: the folders of the file below the source.
        rules: folder name in lower case -> locale, or None if the folder only looks like a language code.

    >>> locale_folder(["en", "tools"], {}), locale_folder(["tools"], {})
    ((0, 'en'), None)
    >>> locale_folder(["it"], {"it": None}), locale_folder(["en", "deutsch"], {"deutsch": "de"})
    (None, (1, 'de'))
    """
    by_rule = [(i, rules.get(folder.casefold())) for i, folder in enumerate(folders)]
    by_code = [(i, locale_code(folder)) for i, folder in enumerate(folders) if folder.casefold() not in rules]
    return next(((i, locale) for i, locale in (*by_rule, *by_code) if locale), None)


def locale_code(text: str) -> str | None:
    """Return `text` as a locale, or None if it is not a language code.

    >>> locale_code("EN"), locale_code("pt_BR"), locale_code("xx"), locale_code("tools")
    ('en', 'pt-br', None, None)
    """
    match = _LOCALE.fullmatch(text)
    if match is None or match["language"].lower() not in LANGUAGE_CODES:
        return None
    return text.lower().replace("_", "-")


class RowIds:
    """Assigns row ids to the rows of one profile.

    A row_id is "r" and 16 hexadecimal digits of a hash of the profile, the table, the normalised text (case and white
    space folded) and the number of earlier rows with the same text. A row therefore keeps its id when it moves, and
    repeated texts get different ids. The letter keeps spreadsheets from reading an id as a number ("12e34...").
    """

    def __init__(self, profile_id: str) -> None:
        self._profile_id = profile_id
        self._seen: Counter[tuple[str, str]] = Counter()

    def row_id(self, table: str, text: str) -> str:
        """Return the id of the next row of `table` with this text."""
        normalised = " ".join(text.casefold().split())
        occurrence = self._seen[table, normalised]
        self._seen[table, normalised] += 1
        key = "\0".join((self._profile_id, table, normalised, str(occurrence)))
        return "r" + hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
