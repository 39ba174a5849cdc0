"""The closed vocabularies: every value a column with allowed values may hold, with its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from steckbrief.schema.listings import LISTINGS


def _closed(values: dict[str, str]) -> Mapping[str, str]:
    """Make a vocabulary read-only, so that nobody extends it anywhere but here."""
    return MappingProxyType(values)


SECTION_KINDS: Final = _closed(
    {
        "preamble": "text before the first heading",
        "title": "the main heading with the opening text below it",
        **{listing.kind: listing.meaning for listing in LISTINGS},
        "pros_cons": "a container whose sub-headings, or columns of a table, are pros and cons",
        "pricing": "prices, plans and costs",
        "question": "a sub-heading that is one question of a faq section",
        "verdict": "a conclusion or recommendation",
        "workflow": "how to work with the product, step by step",
        "privacy": "data protection, security and law",
        "operations": "set-up, integration, hosting and day-to-day running",
        "quality": "quality, accuracy and performance",
        "overview": "what the product is, in short",
        "update": "news about the product or about the profile",
        "related": "further reading and related pages",
        "ambiguous": "two core kinds under one heading, or a negated one; it gives no rows",
        "other": "a heading the vocabulary does not know",
    }
)

FORMS: Final = _closed(
    {
        "item": "a top-level list item, a row of a table, or an entry of a table of pros and cons",
        "paragraph": "a paragraph of a section without a list or such a table",
    }
)

MATCHES: Final = _closed(
    {
        "link": "found through a link to the catalogue page",
        "title": "found through a name that equals the title of one profile of the same locale",
        "slug": "found through the slug of a broken link, or a name written as a slug, in the same locale",
        "title_other_locale": "found like title, but in another locale",
        "slug_other_locale": "found like slug, but in another locale",
        "none": "no profile found",
    }
)

LINK_KINDS: Final = _closed(
    {
        "catalogue": "a page of this catalogue",
        "external": "another site, or a mail or phone address",
        "image": "an embedded picture",
        "anchor": "a place in the same document",
        "relative": "any other target inside the site",
    }
)

PRICE_MODELS: Final = _closed(
    {
        "free": "free of charge",
        "freemium": "a free tier beside paid ones",
        "open_source": "published under an open-source licence",
        "subscription": "a recurring fee",
        "usage_based": "billed by consumption",
        "one_time": "bought once",
        "plan_dependent": "depends on the chosen plan",
        "custom_quote": "a price on request",
        "paid": "paid, with nothing more said",
        "unknown": "written in the profile but not understood",
    }
)

SEVERITIES: Final = _closed(
    {
        "error": "something in the profile could not be read",
        "warning": "read, but probably not what its editor meant",
        "info": "worth knowing, nothing to repair",
    }
)

CHANGES: Final = _closed(
    {
        "added": "the row is new in this release",
        "removed": "the row was in the previous release and is gone",
        "changed": "the row is in both, with another value in this column",
    }
)
