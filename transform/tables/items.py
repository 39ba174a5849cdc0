"""Features, pros, cons, use cases and audiences: one row per list item, else per table row, else per paragraph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from steckbrief.extract.markdown.inline import inline_runs
from steckbrief.extract.model import Block, BlockKind, Document
from steckbrief.transform.content import block_text, bold_lead, is_bold_line, is_furniture, runs_of
from steckbrief.transform.headings.phrases import HeadingReader
from steckbrief.transform.identity import RowIds
from steckbrief.transform.kinds import KindedSection, Placed, bold_extents, extents
from steckbrief.transform.rows import PENDING_SHARED_BY, Row
from steckbrief.transform.tables.markdown_tables import Entry, TableItem, cell_text, side_by_side, table_items

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
    table: str, document: Document, sections: tuple[KindedSection, ...], headings: HeadingReader, ids: RowIds
) -> list[Row]:
    """The rows of one of ITEM_TABLES for one profile, in document order."""
    reader = _Reader(ITEM_TABLES[table], headings, document.references)
    found = [placed for _, placed in extents(sections, reader.kind)]
    rows = []
    if reader.kind in ("pros", "cons"):
        found.extend(bold_extents(document, sections, reader.kind, headings))
        rows = [row for _, placed in extents(sections, "pros_cons") for row in reader.beside(placed)]
    rows.extend(chain.from_iterable(map(reader.rows, found)))
    rows.sort(key=lambda row: int(str(row["line_start"])))
    for position, row in enumerate(rows, 1):
        row["position"] = position
        row["row_id"] = ids.row_id(table, str(row["text"]))
    return rows


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads rows of one kind."""

    kind: str
    headings: HeadingReader
    references: Mapping[str, object]

    def rows(self, placed: Sequence[Placed]) -> list[Row]:
        """The rows of a section: its list items; without a list, its tables' rows; without either, its paragraphs."""
        items = list(top_level_items(placed))
        if items:
            return [row for item in items if (row := _item_row(item, self.references))]
        tables = table_items(placed, self.kind, self.headings, self.references)
        rows = [_table_row(item, self.references) for item in tables]
        if self.kind in ("pros", "cons"):
            rows.extend(self.beside(placed))
        return rows or list(_paragraph_rows(placed, self.references))

    def beside(self, placed: Sequence[Placed]) -> Iterator[Row]:
        """The rows of a section's tables of pros and cons side by side."""
        for entry in side_by_side(placed, self.kind, self.headings, self.references):
            yield _entry_row(entry, self.references)


def _paragraph_rows(placed: Sequence[Placed], references: Mapping[str, object]) -> Iterator[Row]:
    for each in placed:
        block = each.block
        if block.kind is BlockKind.PARAGRAPH and not is_furniture(block, references):
            text = block_text(block, references)
            if text and not is_bold_line(block, references):
                yield _row(each, "paragraph", None, None, text)


def _table_row(item: TableItem, references: Mapping[str, object]) -> Row:
    """The row of a table row: its first cell is the name, unless that is all the table has."""
    name = cell_text(item.name, references)
    description = "; ".join(cell_text(cell, references) for cell in item.others)
    if item.is_alone or not name:
        return _row(item.row, "item", None, None, name or description)
    text = f"{name.removesuffix(':')}: {description}" if description else name
    return _row(item.row, "item", name, description or None, text)


def _entry_row(entry: Entry, references: Mapping[str, object]) -> Row:
    """The row of an entry of a table of pros and cons: named by its row's label, else by a bold lead."""
    text = cell_text(entry.source, references)
    if entry.label:
        return _row(entry.row, "item", entry.label, text, f"{entry.label.removesuffix(':')}: {text}")
    lead = bold_lead(inline_runs(entry.source, references))
    return _row(entry.row, "item", lead.name if lead else None, lead.rest if lead else None, text)


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
