"""Features, pros, cons, use cases and audiences: one row per top-level list item, or per paragraph without a list.

Belongs here: the one rule that these five tables share. Does not belong here: alternatives and questions, which read
an item differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from extract.model import Block, BlockKind, Document
from transform.content import block_text, bold_lead, is_bold_line, is_furniture, runs_of
from transform.identity import RowIds
from transform.kinds import KindedSection, Placed, bold_extents, extents
from transform.rows import PENDING_SHARED_BY, Row

# Table -> kind of the sections it is read from.
ITEM_TABLES: Mapping[str, str] = {
    "features": "features",
    "pros": "pros",
    "cons": "cons",
    "use_cases": "use_cases",
    "audiences": "audience",
}


def top_level_items(placed: Sequence[Placed]) -> Iterator[Placed]:
    """The items of every list that stands directly in a section, however many lists there are."""
    for each in placed:
        if each.block.kind is BlockKind.LIST:
            yield from (Placed(item, each.section_position) for item in each.block.children)


def item_rows(
    table: str, document: Document, sections: tuple[KindedSection, ...], title: str, language: str, ids: RowIds
) -> list[Row]:
    """The rows of one of ITEM_TABLES for one profile, in document order."""
    kind = ITEM_TABLES[table]
    found = [placed for _, placed in extents(sections, kind)]
    if kind in ("pros", "cons"):
        found.extend(bold_extents(document, sections, kind, title, language))
    rows = chain.from_iterable(_extent_rows(placed, document.references) for placed in found)
    ordered = sorted(rows, key=lambda row: int(str(row["line_start"])))
    for position, row in enumerate(ordered, 1):
        row["position"] = position
        row["row_id"] = ids.row_id(table, str(row["text"]))
    return ordered


def _extent_rows(placed: Sequence[Placed], references: Mapping[str, object]) -> Iterator[Row]:
    items = list(top_level_items(placed))
    if items:
        for item in items:
            row = _item_row(item, references)
            if row is not None:
                yield row
        return
    for each in placed:
        block = each.block
        if block.kind is BlockKind.PARAGRAPH and not is_furniture(block, references):
            text = block_text(block, references)
            if text and not is_bold_line(block, references):
                yield _row(each, "paragraph", None, None, text)


def _item_row(item: Placed, references: Mapping[str, object]) -> Row | None:
    """The row of a list item; None where the item is empty."""
    text = block_text(item.block, references)
    if not text:
        return None
    first, *others = item.block.children
    lead = None
    if first.kind is BlockKind.PARAGRAPH:
        lead = bold_lead(runs_of(first, references), _texts(others, references))
    return _row(item, "item", lead.name if lead else None, lead.rest if lead else None, text)


def _texts(blocks: Sequence[Block], references: Mapping[str, object]) -> str:
    return " ".join(text for block in blocks if (text := block_text(block, references)))


def _row(placed: Placed, form: str, name: str | None, description: str | None, text: str) -> Row:
    return {
        "section_position": placed.section_position,
        "name": name,
        "description": description,
        "text": text,
        "form": form,
        "shared_by": PENDING_SHARED_BY,
        "line_start": placed.block.line_start,
        "line_end": placed.block.line_end,
    }
