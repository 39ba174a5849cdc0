"""Links: every link and image of a profile, with its line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from steckbrief.extract.markdown.inline import runs_text
from steckbrief.extract.model import Block, BlockKind
from steckbrief.schema.rows import LinkRow
from steckbrief.transform.links import LinkTarget
from steckbrief.transform.reading import Reading
from steckbrief.transform.tables.html_links import html_links
from steckbrief.transform.text import walk

_IMAGE = LinkTarget("image")


def link_rows(reading: Reading) -> list[LinkRow]:
    """Return all links and images of a profile in document order."""
    rows: list[LinkRow] = []
    for section, *_ in reading.sections:
        if "[" not in section.markdown and "<" not in section.markdown:
            continue
        heading = Block(BlockKind.HEADING, section.line_start, section.line_start, section.heading or "")
        for block in walk((heading, *section.blocks)):
            for text, url, is_image, line in _block_links(block, reading):
                target = _IMAGE if is_image else reading.links.target(url)
                rows.append(
                    LinkRow(
                        profile_id=reading.profile_id,
                        position=len(rows) + 1,
                        section_position=section.position,
                        text=text or None,
                        url=url or None,
                        kind=target.kind,
                        target_slug=target.slug,
                        linked_profile_id=target.profile_id,
                        target_profile_id=None,
                        line_start=line,
                    )
                )
    return rows


def _block_links(block: Block, reading: Reading) -> Iterator[tuple[str, str, bool, int]]:
    """Yield (text, address, is an image, line) of every link in a block."""
    if "[" not in block.text and "<" not in block.text:
        return
    if block.kind is BlockKind.HTML:
        yield from html_links(block.text, block.line_start)
        return
    if block.kind is BlockKind.CODE:
        return
    line = block.line_start
    for (link, is_image), group in groupby(reading.runs(block), key=lambda run: (run.link, run.kind == "image")):
        runs = list(group)
        if is_image:
            yield from ((run.text, run.url or "", True, line) for run in runs)
        elif link is not None:
            yield runs_text(runs), runs[0].url or "", False, line
        line += sum(run.text.count("\n") for run in runs if run.kind == "text")
