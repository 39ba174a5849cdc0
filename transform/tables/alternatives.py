"""Alternatives: one row per top-level list item of an alternatives section, or per table row where it has no list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from steckbrief.extract.markdown.inline import inline_runs, runs_text
from steckbrief.extract.model import BlockKind, Document, Run
from steckbrief.transform.content import block_text, bold_lead, runs_of, split_bold_lead
from steckbrief.transform.headings.phrases import HeadingReader
from steckbrief.transform.identity import RowIds
from steckbrief.transform.kinds import KindedSection, Placed, extents
from steckbrief.transform.rows import PENDING_MATCH, PENDING_SHARED_BY, PENDING_TARGET, Row
from steckbrief.transform.tables.items import top_level_items
from steckbrief.transform.tables.links import LinkReader
from steckbrief.transform.tables.markdown_tables import TableItem, cell_text, table_items

_SEPARATOR = re.compile(r"\s*:(?=\s|$)\s*|\s+[–—-]\s+|\s*—\s*")
_LEADING_SEPARATOR = re.compile(r"^\s*(?:[:–—]|-(?=\s))\s*")
# A product's name is short and is no sentence; the longest in real profiles has seven words.
_LONGEST_NAME = 8
# What is left behind a name once a link in brackets or after a dash is taken away.
_JOINTS = " :–—-([,;)]"
_SENTENCE_END = re.compile(r"[.!?;]$|[.!?;]\s")


@dataclass(frozen=True, slots=True)
class _Named:
    """What an item's first paragraph gives: the name, the link that goes with it, and the text after the name."""

    name: str | None
    url: str | None
    rest: str


def alternative_rows(
    document: Document, sections: tuple[KindedSection, ...], headings: HeadingReader, ids: RowIds, links: LinkReader
) -> list[Row]:
    """The alternatives of one profile, in document order; sections of prose alone give none."""
    references = document.references
    rows: list[Row] = []
    for _, placed in extents(sections, "alternatives"):
        items = list(top_level_items(placed))
        for item in items:
            text = block_text(item.block, references)
            if text:
                rows.append(_row(item, _item(item, text, references, links), text, ids, links))
        for row in () if items else table_items(placed, "alternatives", headings, references):
            text = "; ".join(cell_text(cell, references) for cell in (row.name, *row.others))
            rows.append(_row(row.row, _table_row(row, references, links), text, ids, links))
    for position, row_found in enumerate(rows, 1):
        row_found["position"] = position
    return rows


def _row(placed: Placed, named: _Named, text: str, ids: RowIds, links: LinkReader) -> Row:
    """The row of an alternative that stands in `placed` and reads, as a whole, `text`."""
    kind, target_slug = links.kind_and_target(named.url) if named.url else ("", None)
    return {
        "section_position": placed.section_position,
        "row_id": ids.row_id("alternatives", text),
        "name": named.name,
        "description": named.rest or None,
        "url": named.url if kind == "external" else None,
        "target_slug": target_slug,
        "linked_profile_id": links.linked_profile_id(named.url) if named.url else None,
        "target_profile_id": PENDING_TARGET,
        "match": PENDING_MATCH,
        "shared_by": PENDING_SHARED_BY,
        "line_start": placed.block.line_start,
        "line_end": placed.block.line_end,
    }


def _item(item: Placed, text: str, references: Mapping[str, object], links: LinkReader) -> _Named:
    """What a list item gives, its further paragraphs and lists included."""
    first, *others = item.block.children
    runs = runs_of(first, references) if first.kind is BlockKind.PARAGRAPH else ()
    if not runs:
        return _Named(None, None, text)
    named = _read(runs, links)
    below = " ".join(part for block in others if (part := block_text(block, references)))
    return _Named(named.name, named.url, f"{named.rest} {below}".strip())


def _table_row(item: TableItem, references: Mapping[str, object], links: LinkReader) -> _Named:
    """What a table row gives: the cell that names the product, and the text of all others.

    In that cell, too, a link or bold text at its start is the name; links behind a plain name are not part of it.
    """
    runs = inline_runs(item.name, references)
    others = [run for cell in item.others for run in inline_runs(cell, references)]
    description = "; ".join(cell_text(cell, references) for cell in item.others)
    unlinked = [run for run in runs if run.link is None]
    if not runs or runs[0].link is not None or runs[0].strong:
        named = _read(runs, links) if runs else _Named(None, None, "")
        rest = "; ".join(part for part in (named.rest, description) if part)
        return _Named(named.name, named.url or _best_url(others, links), rest)
    name = cell_text(item.name, references) if unlinked == list(runs) else runs_text(unlinked).rstrip(_JOINTS)
    return _Named(name or None, _best_url(runs, links) or _best_url(others, links), description)


def _read(runs: Sequence[Run], links: LinkReader) -> _Named:
    """Name, link and rest: a link at the start, else a bold lead, else text before a separator, else any link."""
    text = runs_text(runs)
    url = _best_url(runs, links)
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


def _best_url(runs: Sequence[Run], links: LinkReader) -> str | None:
    """The item's first link to the catalogue, else its first link."""
    urls = [run.url for run in runs if run.link is not None and run.url and run.kind != "image"]
    return next((url for url in urls if links.kind_and_target(url)[0] == "catalogue"), urls[0] if urls else None)
