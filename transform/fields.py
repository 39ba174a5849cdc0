"""Front-matter values to typed fields: texts, dates, tags, and every key as JSON."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from steckbrief.extract.model import FrontMatter, Problem
from steckbrief.schema.rows import FrontMatterRow

# Column -> the front-matter keys it is read from; the first key with a value wins.
KEYS: Mapping[str, tuple[str, ...]] = {
    "slug": ("slug",),
    "title": ("title",),
    "locale": ("locale", "lang"),
    "category": ("category",),
    "price_model": ("price_model",),
    "official_url": ("official_url",),
    "description": ("description",),
    "tags": ("tags",),
    "created_on": ("created_at",),
    "updated_on": ("updated_at",),
    "reviewed_on": ("editorial_reviewed_at", "lastReviewed", "reviewed_at"),
}

# A date; a time after it is ignored.
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]+\d{1,2}:.*)?")
_HAS_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
# "price_model: 'tags: [a, b]'": a lost line break made one key swallow the next.
_ANOTHER_KEY = re.compile(
    r"^(?:slug|title|category|price_model|tags|official_url|description|created_at|updated_at):\s"
)
# YAML can escape a NUL ("\0"), which neither CSV nor a database can store.
_REPLACEMENT = "\ufffd"


def _one_line(text: str) -> str:
    return " ".join(text.replace("\0", _REPLACEMENT).split())


def swallows_key(text: str) -> bool:
    """Return whether a value is the line of another key: a line break is missing, or quotes enclose too much.

    >>> swallows_key("tags: [a, b]"), swallows_key("free: for ever")
    (True, False)
    """
    return _ANOTHER_KEY.match(text) is not None


def with_known_keys(front_matter: FrontMatter, aliases: Mapping[str, str]) -> tuple[FrontMatter, dict[str, str]]:
    """Rename a site's own keys to the names in KEYS.

    Args:
        front_matter: the front matter as written.
        aliases: key of the site -> column. An alias with a value wins over the known key; if two aliases of one column
            have values, the first in the file wins.

    Returns:
        The renamed front matter, and known key -> the site's key.
    """
    names: dict[str, str] = {}
    for key, value in front_matter.values.items():
        if key in aliases and value not in (None, "", []):
            names.setdefault(KEYS[aliases[key]][0], key)
    if not names:
        return front_matter, names
    renamed = {written: known for known, written in names.items()}
    values = {renamed.get(key, key): value for key, value in front_matter.values.items() if key not in names}
    texts = {renamed.get(key, key): text for key, text in front_matter.texts.items() if key not in names}
    lines = {renamed.get(key, key): line for key, line in front_matter.lines.items() if key not in names}
    return FrontMatter(front_matter.raw, values, texts, lines), names


class FieldReader:
    """Reads the fields of one profile and collects their problems in `problems`.

    `names` maps the keys that with_known_keys renamed to the keys in the file, for messages.
    """

    def __init__(self, front_matter: FrontMatter, names: Mapping[str, str] | None = None) -> None:
        self._values = front_matter.values
        self._texts = front_matter.texts
        self._lines = front_matter.lines
        self._names = names or {}
        self.problems: list[Problem] = []

    def text(self, column: str) -> str | None:
        """Return the text of a column as written (0123, not 83); None for empty values, lists and mappings."""
        key, value = self._text(column)
        if value is None or isinstance(value, str):
            text = _one_line(value or "")
            if swallows_key(text):
                self._report("front-matter-swallowed-key", key, value=text)
            return text or None
        self._report("front-matter-wrong-type", key, expected="text", found=_type_name(value))
        return None

    def texts(self, column: str) -> tuple[str, ...]:
        """Return the texts of a column that holds one text or a list. Other values are left out with a problem."""
        key, value = self._text(column)
        if not isinstance(value, list):
            text = self.text(column)
            return (text,) if text else ()
        texts = [item for item in value if isinstance(item, str)]
        if len(texts) != len(value):
            self._report("front-matter-wrong-type", key, expected="a text or a list of texts", found="other values")
        return tuple(line for text in texts if (line := _one_line(text)))

    def date(self, column: str) -> dt.date | None:
        """Return the day in a column: a YAML date, a timestamp or ISO text. Anything else gives None and a problem."""
        key, text = self._text(column)
        value = self._values.get(key)
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        if isinstance(text, str) and _DATE.fullmatch(text.strip()):
            with suppress(ValueError):
                return dt.date.fromisoformat(text.strip()[:10])
        if text is not None and text != "":
            self._report("date-invalid", key, value=str(text)[:80])
        return None

    def tags(self) -> tuple[str, ...]:
        """Return the tags from a list, or from a text that contains one ("[a, b]" in quotes, or comma-separated)."""
        key, value = self._text("tags")
        if isinstance(value, str):
            inner = value.strip().removeprefix("[").removesuffix("]")
            if inner.strip():
                self._report("tags-not-a-list", key, value=value[:80])
            value = [part.strip().strip("\"'") for part in inner.split(",")]
        if value is None:
            return ()
        if not isinstance(value, list):
            self._report("front-matter-wrong-type", key, expected="a list of tags", found=_type_name(value))
            return ()
        tags = [tag for tag in value if isinstance(tag, str)]
        if len(tags) != len(value):
            self._report("front-matter-wrong-type", key, expected="a list of texts", found="other values in it")
        return tuple(text for tag in tags if (text := _one_line(tag)))

    def _text(self, column: str) -> tuple[str, object]:
        """Return the key of a column, and its value with the source text of every scalar."""
        keys = KEYS[column]
        key = next((key for key in keys if self._texts.get(key) not in (None, "")), keys[0])
        return key, self._texts.get(key)

    def report(self, rule: str, column: str, **values: str) -> None:
        """Report a problem with the value of a column."""
        self._report(rule, self._text(column)[0], **values)

    def _report(self, rule: str, key: str, **values: str) -> None:
        line = self._lines.get(key)
        self.problems.append(Problem(rule, line, line, {"key": self._names.get(key, key), **values}))


_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def front_matter_rows(front_matter: FrontMatter, profile_id: str) -> list[FrontMatterRow]:
    """Return a row for every key, in file order, with its value as JSON.

    An empty key is named `""`, and a NUL in a key becomes U+FFFD. If that makes two keys equal, further U+FFFD
    characters distinguish them.
    """
    rows: dict[str, FrontMatterRow] = {}
    for position, (key, value) in enumerate(front_matter.values.items(), 1):
        name = key.replace("\0", _REPLACEMENT) or '""'
        while name in rows:
            name += _REPLACEMENT
        rows[name] = FrontMatterRow(profile_id, name, position, to_json(value))
    return list(rows.values())


def to_json(value: object) -> str:
    """Return a front-matter value as JSON text. Dates, infinity and not-a-number become strings.

    >>> to_json({"day": dt.date(2026, 5, 31), "share": math.inf, "names": ["öl"]})
    '{"day": "2026-05-31", "share": "inf", "names": ["öl"]}'
    """
    return _JSON.encode(_plain(value))


def _plain(value: object) -> object:
    """Replace everything in a value that JSON cannot represent."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return value if not isinstance(value, float) or math.isfinite(value) else str(value)


def domain(url: str | None) -> str | None:
    """Return the host of a web address in lower case, without a leading "www."; None if it has no host.

    >>> domain("https://www.Krita.org/en/"), domain("krita.org"), domain("soon")
    ('krita.org', 'krita.org', None)
    """
    if not url:
        return None
    try:
        host = urlsplit(url if _HAS_SCHEME.match(url) else f"//{url}").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") or None if host and "." in host else None


def _type_name(value: object) -> str:
    return "a list" if isinstance(value, list) else "a mapping"
