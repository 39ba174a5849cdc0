"""Markdown tables as lists: the tables of a section that list its items, and the items in their rows.

The header row names the columns. The first column with words in it names the items. A table lists something else, and
is not read, if the header of that column announces another core kind ("Price" below "Features"), or announces nothing
while another column contains prices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from steckbrief.extract.markdown.inline import runs_text
from steckbrief.extract.model import Block, BlockKind
from steckbrief.transform.headings.vocabulary import CORE_KINDS
from steckbrief.transform.reading import Reading
from steckbrief.transform.sections import Placed

SIDES = ("pros", "cons")
"""Kinds that one section or table can contain side by side."""

# Only this tag can break a line in a table cell.
_BREAK = re.compile(r"<br[^<>]*>", re.IGNORECASE)
_BULLET = re.compile("^(?:[-*+]\\s+|[•·▪●–—✓✔✗✘✅❌👍👎]\ufe0f?\\s*)")


class TableItem(NamedTuple):
    """A table row as an item: the cell that names it and all later cells with words, as inline source.

    `is_alone` says that no column follows the names, so that a cell is the whole item.
    """

    row: Placed
    name: str
    others: tuple[str, ...]
    is_alone: bool


class TableEntry(NamedTuple):
    """An entry of a table of pros and cons: its inline source, and the label of its row, if any."""

    row: Placed
    label: str | None
    source: str


def table_items(placed: Sequence[Placed], kind: str, reading: Reading) -> Iterator[TableItem]:
    """Yield the items of the tables directly in a section of `kind`."""
    for block, position in placed:
        if block.kind is not BlockKind.TABLE:
            continue
        header, *body = _grid(block)
        column = _naming_column(body, reading)
        if column is None or not _lists(kind, header, column, reading):
            continue
        for row, cells in zip(block.children[1:], body, strict=True):
            if _has_word(" ".join(cells[column:]), reading):
                others = tuple(cell for cell in cells[column + 1 :] if _has_word(cell, reading))
                yield TableItem(Placed(row, position), cells[column], others, column + 1 == len(header))


def side_by_side(placed: Sequence[Placed], kind: str, reading: Reading) -> Iterator[TableEntry]:
    """Yield the entries of `kind`, pros or cons, in tables that list both side by side.

    A cell contains one entry, or several separated by line breaks (`<br>`), with or without bullets.
    """
    for block, position in placed:
        kinds = _columns(block, reading)
        if not kinds:
            continue
        for row, cells in zip(block.children[1:], _grid(block)[1:], strict=True):
            label = None if kinds[0] in SIDES else cell_text(cells[0], reading) or None
            for cell, column in zip(cells, kinds, strict=True):
                if column == kind:
                    parts = (_BULLET.sub("", part.strip()) for part in _BREAK.split(cell))
                    entries = (part for part in parts if _has_word(part, reading))
                    yield from (TableEntry(Placed(row, position), label, entry) for entry in entries)


def cell_text(source: str, reading: Reading) -> str:
    """Return the plain text of a cell, with line breaks as spaces."""
    return reading.plain(_BREAK.sub(" ", source))


def _grid(table: Block) -> list[list[str]]:
    """Return the inline source of all cells by row, the header first. Every row is as wide as the header."""
    return [[cell.text for cell in row.children] for row in table.children]


def _naming_column(body: Sequence[Sequence[str]], reading: Reading) -> int | None:
    """Return the first column with words in it, not only numbers, ticks, pictures or empty cells; None without one."""
    width = len(body[0]) if body else 0
    has_name = (
        any(char.isalpha() for row in body for char in _without_images(row[column], reading)) for column in range(width)
    )
    return next((column for column, named in enumerate(has_name) if named), None)


def _without_images(source: str, reading: Reading) -> str:
    return runs_text(run for run in reading.inline(source) if run.kind != "image")


def _lists(kind: str, header: Sequence[str], column: int, reading: Reading) -> bool:
    """Return whether a table with this header lists items of `kind`."""
    titles = [cell_text(cell, reading) for cell in header]
    announced = reading.headings.kind(titles[column]) if titles[column] else "other"
    if announced in CORE_KINDS and announced != kind:
        return False
    kinds = {reading.headings.kind(title) for title in titles if title}
    if set(SIDES) <= kinds and kind in SIDES:
        return False
    if kind != "alternatives":
        return announced == kind or "pricing" not in kinds
    # A comparison has one column per product, including this one, and one row per criterion.
    others = titles[column + 1 :]
    is_own = any(title.casefold() == reading.title.casefold() for title in others)
    return not is_own and bool(titles[column] or not any(others))


def _columns(table: Block, reading: Reading) -> list[str]:
    """Return the kinds of the columns of a table that lists pros and cons side by side; else an empty list.

    Only the first column may contain something else: labels.
    """
    if table.kind is not BlockKind.TABLE:
        return []
    kinds = [reading.headings.kind(cell_text(cell, reading)) if cell else "other" for cell in _grid(table)[0]]
    beside = kinds if kinds[0] in SIDES else kinds[1:]
    return kinds if set(beside) == set(SIDES) else []


def _has_word(source: str, reading: Reading) -> bool:
    return any(char.isalnum() for char in cell_text(source, reading))
