"""Listings: the tables whose rows come from sections of one kind, each declared once.

Section kinds, the counters in `profiles`, the tables, their checks and their documentation derive from these
declarations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Counter:
    """A column of `profiles` that counts rows; `condition` is the column that must be true in a row that counts."""

    column: str
    description: str
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A table with a row for every entry in the sections of one kind.

    Attributes:
        name: name of the table.
        description: what a row is.
        kind: kind of the sections that the rows come from.
        meaning: what a section of this kind is about.
        counters: columns of `profiles` that count the rows.
        row_type: record type of the rows in schema/rows.py; it also selects the reader in transform.
        columns: the columns in published order.
        compared: the first of these columns that is not NULL is compared across profiles (shared_by).
        label: the column that identifies a row to a person.
        has_targets: whether the rows refer to other profiles.
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
    """Return a listing of list items or paragraphs, the most common kind."""
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
        "One row per feature that a profile lists.",
        "feature_count",
        "features",
        "functions, features and capabilities",
    ),
    _items(
        "pros", "One row per advantage that a profile lists.", "pro_count", "pros", "advantages, strengths and benefits"
    ),
    _items(
        "cons",
        "One row per disadvantage or limitation that a profile lists.",
        "con_count",
        "cons",
        "disadvantages, weaknesses, limitations and risks",
    ),
    _items(
        "use_cases",
        "One row per use case that a profile lists.",
        "use_case_count",
        "use_cases",
        "typical use cases",
    ),
    _items(
        "audiences",
        "One row per target audience that a profile names.",
        "audience_count",
        "audience",
        "who the product is for",
    ),
    Listing(
        "alternatives",
        "One row per alternative product that a profile lists.",
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
"""The listings whose rows are items; they have the same columns."""

ROW_TABLES: Final = tuple(listing.name for listing in LISTINGS)
"""Tables whose rows have a row_id and can be followed from release to release."""
