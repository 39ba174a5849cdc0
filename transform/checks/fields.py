"""Checks of one profile's fields: required keys, slug, official_url, price model, language."""

from __future__ import annotations

from collections.abc import Iterator

from steckbrief.extract.model import Document, Problem
from steckbrief.schema.rows import ProfileRow
from steckbrief.transform.checks.addresses import is_web_address
from steckbrief.transform.fields import KEYS, swallows_key
from steckbrief.transform.headings.language import UNKNOWN
from steckbrief.transform.identity import slug_from_text
from steckbrief.transform.reading import Reading

# Missing, these two are made up from elsewhere; their rules say from what.
_REPLACED = {"slug": "slug-missing", "title": "title-missing"}


def field_problems(reading: Reading, profile: ProfileRow) -> Iterator[Problem]:
    """What is wrong with the fields of one profile; nothing about keys where there is no front matter to read."""
    document, options = reading.document, reading.options
    values = document.front_matter.values
    names_slug = options.slug_from == "front_matter"
    if values:
        for column in options.required_keys:
            if column == "slug" and not names_slug:
                continue
            keys = KEYS.get(column, (column,))
            if all(_is_blank(values.get(key)) for key in keys):
                own = next((key for key, meant in options.aliases.items() if meant == column), keys[0])
                found = {"key": own, column: str(getattr(profile, column, None))}
                yield Problem(_REPLACED.get(column, "key-missing"), 1, 1, found)
        slug = values.get("slug")
        if names_slug and not _is_blank(slug) and slug_from_text(" ".join(str(slug).split())) is None:
            yield _at(document, "slug", "slug-invalid", value=str(slug), slug=profile.slug)
    url = profile.official_url
    if url and not swallows_key(url) and not is_web_address(url):
        yield _at(document, "official_url", "official-url-invalid", value=url)
    if profile.language not in (UNKNOWN, profile.locale[:2]):
        yield Problem("language-differs", 1, 1, {"locale": profile.locale, "language": profile.language})


def _at(document: Document, column: str, rule: str, **values: str) -> Problem:
    lines = document.front_matter.lines
    line = next((lines[key] for key in KEYS.get(column, (column,)) if key in lines), None)
    return Problem(rule, line, line, values)


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
