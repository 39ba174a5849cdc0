"""Items: one row per list item of a section, per table row if it has no list, else per paragraph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from steckbrief.extract.model import BlockKind
from steckbrief.schema.listings import Listing
from steckbrief.schema.rows import ItemRow
from steckbrief.transform.reading import Reading
from steckbrief.transform.sections import Placed
from steckbrief.transform.tables.markdown_tables import (
    SIDES,
    TableEntry,
    TableItem,
    cell_text,
    side_by_side,
    table_items,
)
from steckbrief.transform.text import bold_lead


class _Item(NamedTuple):
    """A row before it is numbered."""

    placed: Placed
    text: str
    name: str | None = None
    description: str | None = None
    form: str = "item"


def item_rows(reading: Reading, listing: Listing) -> list[ItemRow]:
    """Return the rows of a listing of items for one profile, in document order."""
    items = sorted(_items(reading, listing.kind), key=lambda item: item.placed.block.line_start)
    return [
        ItemRow(
            profile_id=reading.profile_id,
            position=position,
            row_id=reading.row_id(listing.name, text),
            section_position=section_position,
            name=name,
            description=description,
            text=text,
            form=form,
            shared_by=0,
            shared_key=reading.shared_key(text),
            line_start=block.line_start,
            line_end=block.line_end,
        )
        for position, ((block, section_position), text, name, description, form) in enumerate(items, 1)
    ]


def top_level_items(placed: Sequence[Placed]) -> Iterator[Placed]:
    """Yield the top-level items of all lists among the blocks of a section."""
    for block, position in placed:
        if block.kind is BlockKind.LIST:
            yield from (Placed(item, position) for item in block.children)


def _items(reading: Reading, kind: str) -> Iterator[_Item]:
    """Yield all items of one kind, first from container sections, then from the kind's own sections."""
    if kind in SIDES:
        for container in reading.extents("pros_cons"):
            yield from _entries(container.blocks, kind, reading)
            for blocks in _below_bold_lines(container.blocks, kind, reading):
                yield from _section_items(blocks, kind, reading)
    for extent in reading.extents(kind):
        yield from _section_items(extent.blocks, kind, reading)


def _below_bold_lines(placed: Sequence[Placed], kind: str, reading: Reading) -> Iterator[Sequence[Placed]]:
    """Yield the blocks below each bold line that announces `kind` inside a container ("**Vorteile**" and a list)."""
    current: list[Placed] | None = None
    for block in placed:
        if reading.is_bold_line(block.block):
            if current:
                yield current
            current = [] if reading.headings.kind(reading.text(block.block)) == kind else None
        elif current is not None:
            current.append(block)
    if current:
        yield current


def _section_items(placed: Sequence[Placed], kind: str, reading: Reading) -> Sequence[_Item]:
    """Return the list items of a section; the rows of its tables if it has no list; else its paragraphs."""
    list_items = list(top_level_items(placed))
    if list_items:
        return [item for list_item in list_items if (item := _list_item(list_item, reading))]
    rows = [_table_row(item, reading) for item in table_items(placed, kind, reading)]
    if kind in SIDES:
        rows.extend(_entries(placed, kind, reading))
    return rows or list(_paragraphs(placed, reading))


def _entries(placed: Sequence[Placed], kind: str, reading: Reading) -> Iterator[_Item]:
    """Yield the items of tables that list pros and cons side by side."""
    return (_entry(entry, reading) for entry in side_by_side(placed, kind, reading))


def _paragraphs(placed: Sequence[Placed], reading: Reading) -> Iterator[_Item]:
    for block, position in placed:
        if block.kind is BlockKind.PARAGRAPH and not reading.is_furniture(block):
            text = reading.text(block)
            if text and not reading.is_bold_line(block):
                yield _Item(Placed(block, position), text, form="paragraph")


def _table_row(item: TableItem, reading: Reading) -> _Item:
    """Read a table row. Its first cell is the name, unless the table has only that column."""
    name = cell_text(item.name, reading)
    description = "; ".join(cell_text(cell, reading) for cell in item.others)
    if item.is_alone or not name:
        return _Item(item.row, name or description)
    text = f"{name.removesuffix(':')}: {description}" if description else name
    return _Item(item.row, text, name, description or None)


def _entry(entry: TableEntry, reading: Reading) -> _Item:
    """Read an entry of a table of pros and cons, named by its row's label or by a bold lead."""
    text = cell_text(entry.source, reading)
    if entry.label:
        return _Item(entry.row, f"{entry.label.removesuffix(':')}: {text}", entry.label, text)
    lead = bold_lead(reading.inline(entry.source))
    return _Item(entry.row, text, *(lead or ()))


def _list_item(item: Placed, reading: Reading) -> _Item | None:
    """Read a list item; None if it is empty."""
    text = reading.text(item.block)
    if not text:
        return None
    first, *others = item.block.children
    if first.kind is BlockKind.PARAGRAPH and ("**" in first.text or "__" in first.text):
        return _Item(item, text, *(bold_lead(reading.runs(first), reading.joined_text(others)) or ()))
    return _Item(item, text)
