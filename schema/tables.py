"""The published tables: their columns in order, and their keys. columns.py declares the columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from steckbrief.schema.columns import column_in
from steckbrief.schema.listings import LISTINGS, Listing
from steckbrief.schema.model import ForeignKey, TableSchema

SCHEMA_VERSION: Final = "1.1"
"""The first part rises if a table or column changes or goes, the second if one is added (docs/schema-policy.md)."""

_TO_PROFILE: Final = ForeignKey(("profile_id",), "profiles", ("profile_id",))
_TO_SECTION: Final = ForeignKey(("profile_id", "section_position"), "sections", ("profile_id", "position"))
_TO_PARENT: Final = ForeignKey(("profile_id", "parent_position"), "sections", ("profile_id", "position"))
_TO_TARGET: Final = ForeignKey(("target_profile_id",), "profiles", ("profile_id",))
_IN_PROFILE: Final = ("profile_id", "position")


def _row_type(name: str) -> str:
    """Return the name of the record type for the rows of a table.

    >>> _row_type("price_models")
    'PriceModelRow'
    """
    return "".join(map(str.capitalize, name.removesuffix("s").split("_"))) + "Row"


def _table(
    name: str,
    description: str,
    columns: str,
    *,
    key: tuple[str, ...] = _IN_PROFILE,
    foreign: Iterable[ForeignKey] = (_TO_PROFILE,),
    unique: Iterable[tuple[str, ...]] = (),
) -> TableSchema:
    declared = tuple(column_in(name, column) for column in columns.split())
    return TableSchema(name, description, declared, key, tuple(foreign), tuple(unique), _row_type(name))


def _listing(listing: Listing) -> TableSchema:
    table = _table(
        listing.name,
        listing.description,
        listing.columns,
        foreign=(_TO_PROFILE, _TO_SECTION, *((_TO_TARGET,) if listing.has_targets else ())),
        unique=(("row_id",),),
    )
    return replace(table, row_type=listing.row_type)


_COUNTERS: Final = " ".join(
    # Schema 1.0 put alternatives last, and columns keep their order.
    sorted(
        (counter.column for listing in LISTINGS for counter in listing.counters),
        key=lambda column: column == "alternative_count",
    )
)


_DECLARED: Final = (
    _table(
        "profiles",
        "One row per published profile: a product in one language version of the catalogue.",
        f"""
        profile_id slug locale language title category price_model official_url official_domain description
        lead created_on updated_on reviewed_on word_count section_count {_COUNTERS}
        source_path source_sha256 source_bytes front_matter_raw
        """,
        key=("profile_id",),
        foreign=(),
    ),
    _table("tags", "One row per tag of a profile.", "profile_id position tag"),
    _table(
        "price_models",
        "One row per price model of a profile, derived from the text of price_model in the front matter.",
        "profile_id position price_model",
        unique=(("profile_id", "price_model"),),
    ),
    _table(
        "front_matter",
        "One row per top-level key of a profile's front matter. No key is dropped.",
        "profile_id key position value_json",
        key=("profile_id", "key"),
        unique=(_IN_PROFILE,),
    ),
    _table(
        "sections",
        "One row per heading with the text up to the next heading, and one row for any text before the first heading.",
        "profile_id position parent_position level heading kind text markdown line_start line_end word_count",
        foreign=(_TO_PROFILE, _TO_PARENT),
    ),
    *map(_listing, LISTINGS),
    _table(
        "templates",
        "One row per text that several profiles share once their own names are masked. A filter on shared_by excludes"
        " these texts.",
        """
        table masked_text shared_key profile_count row_count first_profile_id first_text second_profile_id second_text
        """,
        key=("table", "masked_text"),
        foreign=(
            ForeignKey(("first_profile_id",), "profiles", ("profile_id",)),
            ForeignKey(("second_profile_id",), "profiles", ("profile_id",)),
        ),
    ),
    _table(
        "links",
        "One row per link or image in the text of a profile.",
        "profile_id position section_position text url kind target_slug linked_profile_id target_profile_id line_start",
        foreign=(_TO_PROFILE, _TO_SECTION, _TO_TARGET),
    ),
    _table(
        "diagnostics",
        "One row per problem found in the profiles, including quarantined files.",
        "position rule severity message hint source_path profile_id line_start line_end",
        key=("position",),
        foreign=(),
    ),
    _table(
        "changes",
        "One row per change since the previous release, in profiles and in every table with a row_id. The first release"
        " has no rows.",
        "table row_key column change profile_id before after",
        key=("table", "row_key", "column"),
        foreign=(),
    ),
)

TABLES: Final[Mapping[str, TableSchema]] = MappingProxyType({table.name: table for table in _DECLARED})
"""Every published table in publication order. A table comes after the tables that its foreign keys refer to."""
