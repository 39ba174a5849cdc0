"""Listings: every table that lists what sections of one kind say, declared once.

The section kinds, the counters in `profiles`, the tables themselves, their checks and their docs derive from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Counter:
    """A column of `profiles` that repeats a number of rows; `condition` is the column that must be true in them."""

    column: str
    description: str
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A table with a row for everything that the sections of one kind list.

    Attributes:
        name: the table.
        description: what a row is.
        kind: the kind of the sections it is read from.
        meaning: what a section of this kind is about.
        counters: columns of `profiles` that count its rows.
        row_type: the record of schema/rows.py that its rows are; its reader in transform is chosen by it.
        columns: its columns in published order.
        compared: columns of which the first that is not NULL is compared across profiles (shared_by).
        label: the column that names a row to a person.
        has_targets: whether its rows point at other profiles.
    """

    name: str
    description: str
    kind: str
    meaning: str
    counters: tuple[Counter, ...]
    row_type: str
    columns: str
    compared: tuple[str, ...]
    label: str
    has_targets: bool = False


def _items(name: str, description: str, counter: str, kind: str, meaning: str) -> Listing:
    """A table of list items or paragraphs, the shape that most listings share."""
    return Listing(
        name,
        description,
        kind,
        meaning,
        (Counter(counter, f"Number of the profile's rows in the table {name}."),),
        row_type="ItemRow",
        columns="""
        profile_id position row_id section_position name description text form shared_by shared_key line_start line_end
        """,
        compared=("text",),
        label="text",
    )


LISTINGS: Final = (
    _items(
        "features",
        "One row per feature a profile lists.",
        "feature_count",
        "features",
        "functions, features and capabilities",
    ),
    _items("pros", "One row per advantage a profile lists.", "pro_count", "pros", "advantages, strengths and benefits"),
    _items(
        "cons",
        "One row per disadvantage or limit a profile lists.",
        "con_count",
        "cons",
        "disadvantages, weaknesses, limits and risks",
    ),
    _items(
        "use_cases",
        "One row per typical scenario a profile lists.",
        "use_case_count",
        "use_cases",
        "typical scenarios",
    ),
    _items(
        "audiences", "One row per audience a profile names.", "audience_count", "audience", "whom the product is for"
    ),
    Listing(
        "alternatives",
        "One row per alternative product a profile lists.",
        "alternatives",
        "other products to consider",
        (Counter("alternative_count", "Number of the profile's rows in the table alternatives."),),
        row_type="AlternativeRow",
        columns="""
        profile_id position row_id section_position name description url target_slug linked_profile_id
        target_profile_id match shared_by shared_key line_start line_end
        """,
        compared=("description", "name"),
        label="name",
        has_targets=True,
    ),
    Listing(
        "faqs",
        "One row per frequently asked question of a profile, answered or not.",
        "faq",
        "frequently asked questions",
        (
            Counter("faq_count", "Number of the profile's rows in the table faqs, answered or not."),
            Counter(
                "faq_answered_count",
                "Number of the profile's rows in the table faqs that have an answer.",
                condition="is_answered",
            ),
        ),
        row_type="FaqRow",
        columns="""
        profile_id position row_id section_position question answer answer_markdown is_answered shared_by shared_key
        line_start line_end answer_line_start answer_line_end
        suggested_answer suggested_answer_line_start suggested_answer_line_end
        """,
        compared=("question",),
        label="question",
    ),
)
"""Every listing in publication order."""

ITEM_LISTINGS: Final = tuple(listing for listing in LISTINGS if listing.row_type == "ItemRow")
"""The listings of items, which share one shape."""

ROW_TABLES: Final = tuple(listing.name for listing in LISTINGS)
"""Tables whose rows carry a row_id and can be followed from release to release."""
