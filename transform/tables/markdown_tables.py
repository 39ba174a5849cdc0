"""Tables as lists: which tables of a section name its items, and what their rows and cells say.

A table's header row names its columns and is no item. Its first column with words in it is the one that names the
items. Where the header of that column announces another core kind than the section's ("Price" below "Features"), or
says nothing while another column holds prices, the table lists something else and is not read.
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
"""Kinds that one section, or one table, may hold side by side."""

# In a table cell this tag is the only way to break a line.
_BREAK = re.compile(r"<br[^<>]*>", re.IGNORECASE)
_BULLET = re.compile("^(?:[-*+]\\s+|[•·▪●–—✓✔✗✘✅❌👍👎]\ufe0f?\\s*)")


class TableItem(NamedTuple):
    """One row of a table read as an item: the cell that names it, and all cells with words after it, as inline source.

    `is_alone`: the table has no column but that of the names, so that a cell is the whole item.
    """

    row: Placed
    name: str
    others: tuple[str, ...]
    is_alone: bool


class TableEntry(NamedTuple):
    """One entry of a table of pros and cons: its inline source, and the label its row starts with, if any."""

    row: Placed
    label: str | None
    source: str


def table_items(placed: Sequence[Placed], kind: str, reading: Reading) -> Iterator[TableItem]:
    """The items that the tables standing directly in a section of `kind` list."""
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
    """The entries of `kind`, pros or cons, in tables that hold both side by side.

    A cell holds one entry, or several between line breaks (`<br>`), with or without a bullet before each.
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
                    found = (part for part in parts if _has_word(part, reading))
                    yield from (TableEntry(Placed(row, position), label, part) for part in found)


def cell_text(source: str, reading: Reading) -> str:
    """The plain text of a cell's inline source, a line break being a space."""
    return reading.plain(_BREAK.sub(" ", source))


def _grid(table: Block) -> list[list[str]]:
    """The inline source of all cells by row, the header first; every row is as wide as the header."""
    return [[cell.text for cell in row.children] for row in table.children]


def _naming_column(body: Sequence[Sequence[str]], reading: Reading) -> int | None:
    """The first column with a word in it: not numbers, ticks, pictures or empty cells; None where there is none."""
    width = len(body[0]) if body else 0
    has_name = (
        any(char.isalpha() for row in body for char in _without_images(row[column], reading)) for column in range(width)
    )
    return next((column for column, named in enumerate(has_name) if named), None)


def _without_images(source: str, reading: Reading) -> str:
    return runs_text(run for run in reading.inline(source) if run.kind != "image")


def _lists(kind: str, header: Sequence[str], column: int, reading: Reading) -> bool:
    """Whether a table with this header lists items of `kind`."""
    titles = [cell_text(cell, reading) for cell in header]
    announced = reading.headings.kind(titles[column]) if titles[column] else "other"
    if announced in CORE_KINDS and announced != kind:
        return False
    kinds = {reading.headings.kind(title) for title in titles if title}
    if set(SIDES) <= kinds and kind in SIDES:
        return False
    if kind != "alternatives":
        return announced == kind or "pricing" not in kinds
    # A comparison has one column for each product, its own among them, and criteria in its rows.
    others = titles[column + 1 :]
    is_own = any(title.casefold() == reading.title.casefold() for title in others)
    return not is_own and bool(titles[column] or not any(others))


def _columns(table: Block, reading: Reading) -> list[str]:
    """The kind of every column where a table holds pros and cons side by side; else none.

    Only the first column may hold something else: labels.
    """
    if table.kind is not BlockKind.TABLE:
        return []
    kinds = [reading.headings.kind(cell_text(cell, reading)) if cell else "other" for cell in _grid(table)[0]]
    beside = kinds if kinds[0] in SIDES else kinds[1:]
    return kinds if set(beside) == set(SIDES) else []


def _has_word(source: str, reading: Reading) -> bool:
    return any(char.isalnum() for char in cell_text(source, reading))
