"""Identity: what makes a profile, a slug and a row the same from one night to the next."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath

# A slug stands in addresses and file names: letters, digits and inner dots, dashes, underscores. 100 characters are
# four times the longest one seen in real profiles.
_SLUG = re.compile(r"[^\W_](?:[\w.-]{0,98}\w)?")
_NOT_SLUG = re.compile(r"[^\w.-]+")
_LOCALE = re.compile(r"(?P<language>[a-z]{2})(?:[-_][a-z]{2})?", re.IGNORECASE)

# ISO 639-1, all 183 two-letter codes: a folder name is a locale only when it is one of these.
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
    """Whether `text` can be a slug as it is: no slashes, blanks, leading dots, at most 100 characters."""
    return _SLUG.fullmatch(text) is not None


def slug_from_path(path: str) -> str:
    """The slug a file's name gives: its stem, with what cannot stand in a slug replaced by dashes; never empty."""
    stem = _NOT_SLUG.sub("-", PurePosixPath(path).stem.casefold()).strip("-._")[:100].strip("-._")
    return stem or "profile-" + hashlib.sha256(path.encode()).hexdigest()[:8]


def locale_from_path(path: str, rules: Mapping[str, str | None] | None = None) -> str | None:
    """The locale a file's folders give: that of the first folder `rules` name, else the first language code; or None.

    `rules` are folder names in lower case -> locale, or None for a folder that looks like a language code and is none.
    A language code may have a region ("en", "pt-br").
    """
    folders = PurePosixPath(path).parts[:-1]
    named = [(rules or {}).get(folder.casefold(), "") for folder in folders]
    unnamed = (locale_code(folder) for folder, locale in zip(folders, named, strict=True) if locale == "")
    return next(filter(None, (*named, *unnamed)), None)


def locale_code(text: str) -> str | None:
    """`text` as a locale ("EN" -> "en", "pt_BR" -> "pt-br"); None where it is none."""
    match = _LOCALE.fullmatch(text)
    if match is None or match["language"].lower() not in LANGUAGE_CODES:
        return None
    return text.lower().replace("_", "-")


class RowIds:
    """Gives the rows of one profile their row_id.

    A row_id is "r" and 16 hexadecimal digits of a hash over profile, table, normalised text (case and white space
    folded) and the number of earlier rows with the same text, so that a row keeps it when it moves and twins stay
    apart. The letter keeps spreadsheets from reading one that is all digits, or "12e34...", as a number.
    """

    def __init__(self, profile_id: str) -> None:
        self._profile_id = profile_id
        self._seen: Counter[tuple[str, str]] = Counter()

    def row_id(self, table: str, text: str) -> str:
        """The id of the next row of `table` with this text."""
        normalised = " ".join(text.casefold().split())
        occurrence = self._seen[table, normalised]
        self._seen[table, normalised] += 1
        key = "\0".join((self._profile_id, table, normalised, str(occurrence)))
        return "r" + hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
