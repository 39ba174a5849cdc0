"""Checks of a profile's fields: required keys, slug, official_url, language."""

from __future__ import annotations

from collections.abc import Iterator

from steckbrief.extract.model import Document, Problem
from steckbrief.schema.rows import ProfileRow
from steckbrief.transform.checks.addresses import is_web_address
from steckbrief.transform.fields import KEYS, swallows_key
from steckbrief.transform.headings.language import UNKNOWN
from steckbrief.transform.identity import slug_from_text
from steckbrief.transform.reading import Reading

# Columns that get another value if their key is missing. Their own rules name that value.
_RULES_WITH_SUBSTITUTE = {"slug": "slug-missing", "title": "title-missing"}


def field_problems(reading: Reading, profile: ProfileRow) -> Iterator[Problem]:
    """Yield the problems of one profile's fields; missing keys only if there is front matter to read."""
    document = reading.document
    if document.front_matter.texts:
        yield from _missing_keys(reading, profile)
        slug = document.front_matter.texts.get("slug")
        names_slug = reading.options.slug_from == "front_matter" and not _is_blank(slug)
        if names_slug and slug_from_text(" ".join(str(slug).split())) is None:
            yield _problem_at(document, "slug", "slug-invalid", value=str(slug), slug=profile.slug)
    url = profile.official_url
    if url and not swallows_key(url) and not is_web_address(url):
        yield _problem_at(document, "official_url", "official-url-invalid", value=url)
    if profile.language not in (UNKNOWN, profile.locale[:2]):
        yield Problem("language-differs", 1, 1, {"locale": profile.locale, "language": profile.language})


def _missing_keys(reading: Reading, profile: ProfileRow) -> Iterator[Problem]:
    texts, options = reading.document.front_matter.texts, reading.options
    for column in options.required_keys:
        keys = KEYS.get(column, (column,))
        if column == "slug" and options.slug_from != "front_matter":
            continue
        if all(_is_blank(texts.get(key)) for key in keys):
            key = next((alias for alias, aliased in options.aliases.items() if aliased == column), keys[0])
            rule = _RULES_WITH_SUBSTITUTE.get(column, "key-missing")
            yield Problem(rule, 1, 1, {"key": key, column: str(getattr(profile, column, None))})


def _problem_at(document: Document, column: str, rule: str, **values: str) -> Problem:
    lines = document.front_matter.lines
    line = next((lines[key] for key in KEYS.get(column, (column,)) if key in lines), None)
    return Problem(rule, line, line, values)


def _is_blank(value: object) -> bool:
    """Return whether a front-matter value counts as missing.

    >>> _is_blank(None), _is_blank(" "), _is_blank(0)
    (True, True, False)
    """
    return value is None or (isinstance(value, str) and not value.strip())
