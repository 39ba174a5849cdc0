"""Links: every link and image of a profile, and what each points at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from steckbrief.extract.markdown.inline import runs_text
from steckbrief.extract.model import Block, BlockKind, Document
from steckbrief.transform.content import runs_of, walk
from steckbrief.transform.identity import locale_code
from steckbrief.transform.kinds import KindedSection
from steckbrief.transform.link_patterns import match_link
from steckbrief.transform.options import Options
from steckbrief.transform.rows import PENDING_TARGET, Row
from steckbrief.transform.tables.html_links import html_links

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


class LinkReader:
    """Tells what an address in a profile of `locale` points at, by the configured forms of catalogue links."""

    def __init__(self, options: Options, locale: str | None = None) -> None:
        self._catalogue = options.catalogue_links
        self._default_locale = options.default_locale
        self._locales = options.locales
        self._own_locale = locale or options.default_locale

    def kind_and_target(self, url: str) -> tuple[str, str | None]:
        """The kind of a link target (catalogue, external, anchor, relative) and the slug of a catalogue page."""
        match = match_link(self._catalogue, url)
        if match:
            return "catalogue", match["slug"]
        if url.startswith("#"):
            return "anchor", None
        return ("external", None) if _SCHEME.match(url) else ("relative", None)

    def linked_profile_id(self, url: str) -> str | None:
        """The profile_id a catalogue address stands for, whether or not there is such a profile; else None."""
        match = match_link(self._catalogue, url)
        return f"{self._locale(match)}/{match['slug']}" if match else None

    def _locale(self, match: Mapping[str, str | None]) -> str:
        if "locale" not in match:
            return self._own_locale
        named = match["locale"]
        if not named:
            return self._default_locale
        return self._locales.get(named.casefold()) or locale_code(named) or named


def link_rows(document: Document, sections: tuple[KindedSection, ...], links: LinkReader) -> list[Row]:
    """All links and images of a profile with the line on which each stands, in document order."""
    rows: list[Row] = []
    for each in sections:
        section = each.section
        if "[" not in section.markdown and "<" not in section.markdown:
            continue
        heading = [Block(BlockKind.HEADING, section.line_start, section.line_start, section.heading or "")]
        for block in walk((*heading, *section.blocks)):
            for text, url, is_image, line in _found(block, document.references):
                kind, slug = ("image", None) if is_image else links.kind_and_target(url)
                rows.append(
                    {
                        "position": len(rows) + 1,
                        "section_position": section.position,
                        "text": text or None,
                        "url": url or None,
                        "kind": kind,
                        "target_slug": slug,
                        "linked_profile_id": None if is_image else links.linked_profile_id(url),
                        "target_profile_id": PENDING_TARGET,
                        "line_start": line,
                    }
                )
    return rows


def _found(block: Block, references: Mapping[str, object]) -> Iterator[tuple[str, str, bool, int]]:
    """(text, address, is an image, line) of every link in a block."""
    if "[" not in block.text and "<" not in block.text:
        return
    if block.kind is BlockKind.HTML:
        yield from html_links(block.text, block.line_start)
        return
    if block.kind is BlockKind.CODE:
        return
    line = block.line_start
    for link, group in groupby(runs_of(block, references), key=lambda run: (run.link, run.kind == "image")):
        runs = list(group)
        if link[1]:
            yield from ((run.text, run.url or "", True, line) for run in runs)
        elif link[0] is not None:
            yield runs_text(runs), runs[0].url or "", False, line
        line += sum(run.text.count("\n") for run in runs if run.kind == "text")
