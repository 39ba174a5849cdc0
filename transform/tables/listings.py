"""The function that reads each listing table, by row type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from steckbrief.schema.listings import Listing
from steckbrief.transform.reading import Reading
from steckbrief.transform.tables.alternatives import alternative_rows
from steckbrief.transform.tables.faqs import faq_rows
from steckbrief.transform.tables.items import item_rows

READERS: Final[Mapping[str, Callable[[Reading, Listing], Sequence[NamedTuple]]]] = {
    "ItemRow": item_rows,
    "AlternativeRow": alternative_rows,
    "FaqRow": faq_rows,
}
"""Row type of a listing -> the function that returns its rows."""
