"""Alternatives: one row per top-level list item of an alternatives section, or per table row if it has no list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from steckbrief.extract.markdown.inline import runs_text
from steckbrief.extract.model import BlockKind, Run
from steckbrief.schema.listings import Listing
from steckbrief.schema.rows import AlternativeRow
from steckbrief.transform.reading import Reading
from steckbrief.transform.sections import Placed
from steckbrief.transform.tables.items import top_level_items
from steckbrief.transform.tables.markdown_tables import TableItem, cell_text, table_items
from steckbrief.transform.text import bold_lead, split_bold_lead

_SEPARATOR = re.compile(r"\s*:(?=\s|$)\s*|\s+[–—-]\s+|\s*—\s*")
_LEADING_SEPARATOR = re.compile(r"^\s*(?:[:–—]|-(?=\s))\s*")
# A product's name is short and not a sentence; the longest in real profiles has seven words.
_LONGEST_NAME = 8
# Characters left after a name once a link in brackets or after a dash is removed.
_JOINTS = " :–—-([,;)]"
_SENTENCE_END = re.compile(r"[.!?;]$|[.!?;]\s")


class _Named(NamedTuple):
    """The name in an item, the link that belongs to it, and the text after the name."""

    name: str | None
    url: str | None
    rest: str


def alternative_rows(reading: Reading, listing: Listing) -> list[AlternativeRow]:
    """Return the alternatives of one profile in document order. A section without a list or table gives none."""
    return [
        _row(reading, listing, position, *alternative)
        for position, alternative in enumerate(_alternatives(reading, listing.kind), 1)
    ]


def _alternatives(reading: Reading, kind: str) -> Iterator[tuple[Placed, _Named, str]]:
    """Yield the block, the name and the whole text of every alternative."""
    for extent in reading.extents(kind):
        items = list(top_level_items(extent.blocks))
        for item in items:
            if text := reading.text(item.block):
                yield item, _item(item, text, reading), text
        for row in () if items else table_items(extent.blocks, kind, reading):
            text = "; ".join(cell_text(cell, reading) for cell in (row.name, *row.others))
            yield row.row, _table_row(row, reading), text


def _row(reading: Reading, listing: Listing, position: int, placed: Placed, named: _Named, text: str) -> AlternativeRow:
    target = reading.links.target(named.url) if named.url else None
    description = named.rest or None
    return AlternativeRow(
        profile_id=reading.profile_id,
        position=position,
        row_id=reading.row_id(listing.name, text),
        section_position=placed.section_position,
        name=named.name,
        description=description,
        url=named.url if target and target.kind == "external" else None,
        target_slug=target.slug if target else None,
        linked_profile_id=target.profile_id if target else None,
        target_profile_id=None,
        match="none",
        shared_by=0,
        shared_key=reading.shared_key(description or named.name),
        line_start=placed.block.line_start,
        line_end=placed.block.line_end,
    )


def _item(item: Placed, text: str, reading: Reading) -> _Named:
    """Read a list item with its further paragraphs and nested lists."""
    first, *others = item.block.children
    runs = reading.runs(first) if first.kind is BlockKind.PARAGRAPH else ()
    if not runs:
        return _Named(None, None, text)
    named = _read(runs, reading)
    below = reading.joined_text(others)
    return _Named(named.name, named.url, f"{named.rest} {below}".strip())


def _table_row(item: TableItem, reading: Reading) -> _Named:
    """Read a table row: one cell names the product, and the others describe it.

    In that cell, a link or bold text at the start is the name. A link after a plain name is not part of the name.
    """
    runs = reading.inline(item.name)
    others = [run for cell in item.others for run in reading.inline(cell)]
    description = "; ".join(cell_text(cell, reading) for cell in item.others)
    unlinked = [run for run in runs if run.link is None]
    if not runs or runs[0].link is not None or runs[0].strong:
        named = _read(runs, reading) if runs else _Named(None, None, "")
        rest = "; ".join(part for part in (named.rest, description) if part)
        return _Named(named.name, named.url or _best_url(others, reading), rest)
    name = cell_text(item.name, reading) if unlinked == list(runs) else runs_text(unlinked).rstrip(_JOINTS)
    return _Named(name or None, _best_url(runs, reading) or _best_url(others, reading), description)


def _read(runs: Sequence[Run], reading: Reading) -> _Named:
    """Take the name from a link at the start, else a bold lead, else the text before a separator, else any link."""
    text = runs_text(runs)
    url = _best_url(runs, reading)
    start = next((index for index, run in enumerate(runs) if run.text.strip()), 0)
    if runs[start].link is not None and runs[start].kind != "image":
        end = next((i for i in range(start, len(runs)) if runs[i].link != runs[start].link), len(runs))
        name = runs_text(runs[start:end]).rstrip(":").rstrip()
        rest = _LEADING_SEPARATOR.sub("", runs_text(runs[end:]))
        return _Named(name, runs[start].url, rest) if name else _Named(None, runs[start].url, text)
    lead = bold_lead(runs)
    if lead:
        return _Named(lead.name, url, lead.rest or "")
    bold = split_bold_lead(runs)
    if bold and (not runs_text(bold[1]) or bold[1][0].text.startswith("\n")):
        name = bold[0].rstrip(":").rstrip()
        return _Named(name, url, runs_text(bold[1])) if name else _Named(None, url, text)
    parts = _SEPARATOR.split(text, maxsplit=1)
    if _is_name(parts[0]) and (len(parts) > 1 or not url):
        return _Named(parts[0].strip(), url, parts[1] if len(parts) > 1 else "")
    linked = next((run for run in runs if run.link is not None and run.kind != "image"), None)
    if linked is not None:
        return _Named(runs_text([run for run in runs if run.link == linked.link]) or None, linked.url, text)
    return _Named(None, None, text)


def _is_name(text: str) -> bool:
    return bool(text.strip()) and len(text.split()) <= _LONGEST_NAME and not _SENTENCE_END.search(text)


def _best_url(runs: Sequence[Run], reading: Reading) -> str | None:
    """Return the first link to the catalogue, else the first link."""
    urls = [run.url for run in runs if run.link is not None and run.url and run.kind != "image"]
    return next((url for url in urls if reading.links.target(url).kind == "catalogue"), urls[0] if urls else None)
