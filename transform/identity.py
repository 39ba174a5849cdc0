"""Identity: the slug and locale of a profile, and the ids of its rows, which stay the same from night to night."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath

# A slug is part of addresses and file names: letters and digits, with dots, dashes and underscores between them.
# 100 characters are four times the longest slug seen in real profiles.
_SLUG = re.compile(r"[^\W_](?:[\w.-]{0,98}\w)?")
_NOT_SLUG = re.compile(r"[^\w.-]+")
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
    return _SLUG.fullmatch(text) is not None


def slug_from_path(path: str) -> str:
    """Return a file's slug: its name without the extension, with every other character replaced by a dash.

    The slug is never empty: a name without any letter or digit gives a hash of the path.

    >>> slug_from_path("tools/_Paint Shop.md")
    'paint-shop'
    """
    stem = _NOT_SLUG.sub("-", PurePosixPath(path).stem.casefold()).strip("-._")[:100].strip("-._")
    return stem or "profile-" + hashlib.sha256(path.encode()).hexdigest()[:8]


def locale_from_path(path: str, rules: Mapping[str, str | None] | None = None) -> str | None:
    """Return the locale that a file's folders give, or None.

    The first folder that `rules` name decides, otherwise the first language code ("en", "pt-br").

    Args:
        path: the path of the file below the source.
        rules: folder name in lower case -> locale, or None if the folder only looks like a language code.

    >>> locale_from_path("en/tools/krita.md"), locale_from_path("tools/krita.md")
    ('en', None)
    >>> locale_from_path("it/krita.md", {"it": None}), locale_from_path("english/krita.md", {"english": "en"})
    (None, 'en')
    """
    folders = PurePosixPath(path).parts[:-1]
    named = [(rules or {}).get(folder.casefold(), "") for folder in folders]
    unnamed = (locale_code(folder) for folder, locale in zip(folders, named, strict=True) if locale == "")
    return next(filter(None, (*named, *unnamed)), None)


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
