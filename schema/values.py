"""Closed vocabularies: the allowed values of columns, with their meanings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from steckbrief.schema.listings import LISTINGS


def _closed(values: dict[str, str]) -> Mapping[str, str]:
    """Return the vocabulary as a read-only mapping, so that it can be extended only here."""
    return MappingProxyType(values)


SECTION_KINDS: Final = _closed(
    {
        "preamble": "text before the first heading",
        "title": "the main heading and the text directly below it",
        **{listing.kind: listing.meaning for listing in LISTINGS},
        "pros_cons": "a section whose sub-headings, bold lines or table columns separate pros from cons",
        "pricing": "prices, plans and costs",
        "question": "a sub-heading that is a question in a faq section",
        "verdict": "a conclusion or recommendation",
        "workflow": "how to work with the product, step by step",
        "privacy": "data protection, security and legal matters",
        "operations": "setup, integration, hosting and day-to-day operation",
        "quality": "quality, accuracy and performance",
        "overview": "a short summary of the product",
        "update": "news about the product or about the profile",
        "related": "further reading and related pages",
        "ambiguous": "a heading that names two core kinds or negates one; the section gives no rows",
        "other": "a heading that the vocabulary does not know",
    }
)

FORMS: Final = _closed(
    {
        "item": "a top-level list item, a table row, or an entry in a table of pros and cons",
        "paragraph": "a paragraph of a section that has no list and no such table",
    }
)

MATCHES: Final = _closed(
    {
        "link": "the row links to the profile's catalogue page",
        "title": "the name equals the title of exactly one profile in the same locale",
        "slug": "the slug of a broken link, or the name written as a slug, belongs to a profile in the same locale",
        "title_other_locale": "like title, but in another locale",
        "slug_other_locale": "like slug, but in another locale",
        "none": "no profile found",
    }
)

LINK_KINDS: Final = _closed(
    {
        "catalogue": "a page of this catalogue",
        "external": "another website, or an e-mail or phone address",
        "image": "an embedded image",
        "anchor": "a place in the same document",
        "relative": "any other address without a scheme or host, such as another page of the site",
    }
)

PRICE_MODELS: Final = _closed(
    {
        "free": "free of charge",
        "freemium": "a free tier next to paid ones",
        "open_source": "published under an open-source licence",
        "subscription": "a recurring fee",
        "usage_based": "billed by usage",
        "one_time": "a one-time purchase",
        "plan_dependent": "depends on the chosen plan",
        "custom_quote": "price on request",
        "paid": "paid, without further details",
        "unknown": "the profile states a price model that is not recognized",
    }
)

SEVERITIES: Final = _closed(
    {
        "error": "something in the profile could not be read",
        "warning": "it was read, but is probably not what the editor meant",
        "info": "worth knowing; nothing needs to be fixed",
    }
)

CHANGES: Final = _closed(
    {
        "added": "the row is new in this release",
        "removed": "the row was in the previous release but is not in this one",
        "changed": "the row is in both releases, with a different value in this column",
    }
)
