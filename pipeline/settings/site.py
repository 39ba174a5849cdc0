"""Settings that describe how a site writes its profiles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, PlainValidator

from steckbrief.extract.path_filter import EVERYTHING, MOST_PATTERNS, check_pattern
from steckbrief.pipeline.rule_filter import suggestion
from steckbrief.schema.values import PRICE_MODELS, SECTION_KINDS
from steckbrief.transform.checks.rules import rules
from steckbrief.transform.fields import KEYS
from steckbrief.transform.headings.phrases import own_phrases
from steckbrief.transform.identity import locale_code
from steckbrief.transform.link_patterns import check_link_pattern
from steckbrief.transform.options import CATALOGUE_LINK, REQUIRED_KEYS, Options
from steckbrief.transform.tables.price_models import fold

_WITHOUT_HEADING: Final = frozenset({"preamble", "title", "question", "ambiguous"})
"""Kinds that follow from the position of a section; no heading announces them."""


def _one_of(allowed: Mapping[str, object] | list[str], what: str) -> AfterValidator:
    def check(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"{text!r} is not a {what}; expected one of {', '.join(allowed)}")
        return text

    return AfterValidator(check)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _locale(text: str) -> str:
    locale = locale_code(text)
    if locale is None:
        raise ValueError(f"{text!r} is not a language code such as de, en or pt-br")
    return locale


def _locale_or_none(value: object) -> str | None:
    if value is False:
        return None
    if isinstance(value, str):
        return _locale(value)
    raise ValueError("expected a language code or false")


def _check_phrases(headings: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    own_phrases(headings)
    return headings


def _check_rule(code: str) -> str:
    if code not in rules():
        raise ValueError(f"{code!r} is not a rule. {suggestion(code, rules())}")
    return code


_Column = Annotated[str, _one_of(KEYS, "column for front matter")]
_Kind = Annotated[str, _one_of([kind for kind in SECTION_KINDS if kind not in _WITHOUT_HEADING], "kind of section")]
_PriceModels = Annotated[tuple[Annotated[str, _one_of(PRICE_MODELS, "price model")], ...], BeforeValidator(_as_list)]
_Headings = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
_Rule = Annotated[str, AfterValidator(_check_rule)]


_PathPatterns = Annotated[tuple[Annotated[str, AfterValidator(check_pattern)], ...], Field(max_length=MOST_PATTERNS)]

_MOST_LINK_PATTERNS: Final = 100
"""Every link is compared with every pattern, and strangers may have written both."""


class SiteSettings(BaseModel):
    """Settings that a site file may set, because they only describe how the site writes its profiles.

    The defaults fit the demo profiles and similar sites.
    """

    include: Annotated[
        _PathPatterns,
        Field(
            description="Patterns of the files to read, written as in .gitignore, but relative to the source: `*.md`"
            " matches only files directly in it, `**/*.md` files in all folders, `apps` everything in apps."
        ),
    ] = EVERYTHING
    exclude: Annotated[
        _PathPatterns, Field(description="Patterns of the files to leave out, written like those of include.")
    ] = ()
    default_locale: Annotated[
        str, AfterValidator(_locale), Field(description="Locale of profiles that do not name theirs, such as de.")
    ] = "de"
    catalogue_links: Annotated[
        tuple[Annotated[str, AfterValidator(check_link_pattern)], ...],
        Field(
            max_length=_MOST_LINK_PATTERNS,
            description="Patterns of links to other profiles: RE2 regular expressions for the whole address (`\\w` is"
            " ASCII), each with a group slug and, if the address names a locale, a group locale.",
        ),
    ] = (CATALOGUE_LINK,)
    template_profiles: Annotated[
        int, Field(ge=2, description="Number of profiles that must share a text before templates lists it.")
    ] = 5
    aliases: Annotated[
        dict[str, _Column], Field(description="Front-matter keys of the site, each with the column that it fills.")
    ] = {}
    price_models: Annotated[
        dict[str, _PriceModels],
        Field(description="Texts that the site writes for a price, each with the price models that it means."),
    ] = {}
    headings: Annotated[
        dict[_Kind, _Headings],
        AfterValidator(_check_phrases),
        Field(description="Headings of the site, by the kind of section that they announce."),
    ] = {}
    locales: Annotated[
        dict[str, Annotated[str | None, PlainValidator(_locale_or_none)]],
        Field(description="Folders, each with the locale that it means; false if it only looks like a language code."),
    ] = {}
    required_keys: Annotated[tuple[_Column, ...], Field(description="Columns that every front matter must fill.")] = (
        REQUIRED_KEYS
    )
    slug_from: Annotated[
        Literal["front_matter", "path", "full_path"],
        Field(
            description="Where slugs come from: front_matter (the key slug, otherwise the file name), path (always the"
            " file name) or full_path (the folders and the file name, joined by dashes)."
        ),
    ] = "front_matter"
    locale_suffixes: Annotated[
        bool, Field(description="Whether file names end in a language code, such as krita.de.md.")
    ] = False
    dated_files: Annotated[
        Literal["newest", "oldest", "separate"],
        Field(
            description="Which of several dated files of one profile is published: the newest or the oldest; separate"
            " makes each date a profile of its own."
        ),
    ] = "newest"
    severities: Annotated[
        dict[_Rule, Literal["error", "warning", "info", "off"]],
        Field(description="Rules with a severity other than their own; off disables a rule."),
    ] = {}

    def options(self, today: dt.date) -> Options:
        """Return the settings as the value type of `transform`, for a build on the day `today` (UTC)."""
        return Options(
            default_locale=self.default_locale,
            catalogue_links=self.catalogue_links,
            template_profiles=self.template_profiles,
            aliases=self.aliases,
            price_models={fold(text): models for text, models in self.price_models.items()},
            headings=own_phrases(self.headings),
            locales={folder.casefold(): locale for folder, locale in self.locales.items()},
            required_keys=self.required_keys,
            slug_from=self.slug_from,
            locale_suffixes=self.locale_suffixes,
            dated_files=self.dated_files,
            severities=self.severities,
            today=today,
        )
