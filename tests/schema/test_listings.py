"""One declaration per listing: kinds, counters, tables and record types follow from it."""

from __future__ import annotations

import pytest

from steckbrief.schema import LISTINGS, TABLES
from steckbrief.schema import rows as row_types
from steckbrief.schema.checks import COUNTED
from steckbrief.schema.row_types import MODULE, render
from steckbrief.schema.values import SECTION_KINDS
from steckbrief.transform.headings.vocabulary import CORE_KINDS
from steckbrief.transform.tables.listings import READERS


def test_the_generated_module_of_record_types_is_up_to_date() -> None:
    assert MODULE.read_text(encoding="utf-8") == render(), "run: python -m steckbrief.schema.row_types"


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_rows_of_every_table_have_a_record_with_its_columns(table) -> None:
    assert getattr(row_types, table.row_type)._fields == table.column_names


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.name)
def test_a_listing_has_a_reader_a_kind_and_counters_in_profiles(listing) -> None:
    assert listing.row_type in READERS
    assert listing.kind in CORE_KINDS
    assert SECTION_KINDS[listing.kind] == listing.meaning
    assert {*listing.compared, listing.label} <= set(TABLES[listing.name].column_names)
    for counter in listing.counters:
        assert COUNTED[counter.column] == (listing.name, counter.condition)
        assert counter.column in TABLES["profiles"].column_names
