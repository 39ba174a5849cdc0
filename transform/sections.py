"""Sections with their kinds, and the blocks that belong to each section of a core kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from steckbrief.extract.model import Block, Section
from steckbrief.transform.headings.classify import AMBIGUOUS
from steckbrief.transform.headings.phrases import HeadingReader
from steckbrief.transform.headings.vocabulary import CORE_KINDS

QUESTION_MARKS = ("?", "？")
# A sub-heading of one of these kinds ends its parent's rows. All others belong to the parent.
_OWN_ROWS = frozenset({*CORE_KINDS, AMBIGUOUS, "question"})


class KindedSection(NamedTuple):
    """A section with the plain text of its heading, its kind, and the plain text below the heading."""

    section: Section
    heading: str | None
    kind: str
    text: str | None


class Placed(NamedTuple):
    """A block and the position of its section."""

    block: Block
    section_position: int


class Extent(NamedTuple):
    """A section with its blocks, including those of the sub-sections that belong to it."""

    section: KindedSection
    blocks: list[Placed]


def give_kinds(
    sections: Sequence[Section], headings: Sequence[str | None], texts: Sequence[str | None], reader: HeadingReader
) -> tuple[KindedSection, ...]:
    """Return the sections of a document with their kinds.

    The first H1 is the title, unless the vocabulary gives it a core kind and it is not the product's title. A
    question-like sub-heading below a faq section, at any depth, is a question.

    Args:
        sections: the sections of the document.
        headings: the plain texts of their headings.
        texts: the plain texts below their headings.
        reader: classifies the headings.
    """
    kinded: list[KindedSection] = []
    below_faq: set[int] = set()
    has_title = False
    for section, heading, text in zip(sections, headings, texts, strict=True):
        in_faq = section.parent in below_faq
        kind = _kind(section, heading, reader, in_faq=in_faq)
        if section.level == 1 and not has_title and (kind not in CORE_KINDS or heading == reader.title):
            kind, has_title = "title", True
        if in_faq or kind == "faq":
            below_faq.add(section.position)
        kinded.append(KindedSection(section, heading or None, kind, text))
    return tuple(kinded)


def _kind(section: Section, heading: str | None, reader: HeadingReader, *, in_faq: bool) -> str:
    if section.level == 0:
        return "preamble"
    if not heading:
        return "other"
    if in_faq and heading.endswith(QUESTION_MARKS):
        return "question"
    return reader.kind(heading)


def extents(sections: Sequence[KindedSection]) -> Mapping[str, Sequence[Extent]]:
    """Return every section of a core kind with its blocks, by kind.

    Sub-sections of other kinds belong to their parent. A sub-section of a core kind is an extent of its own, so no
    block is in two extents.
    """
    by_kind: dict[str, list[Extent]] = defaultdict(list)
    extent_of: dict[int | None, Extent] = {}
    for kinded in sections:
        section = kinded.section
        if kinded.kind in _OWN_ROWS:
            extent = Extent(kinded, [])
            by_kind[kinded.kind].append(extent)
        elif section.parent in extent_of:
            extent = extent_of[section.parent]
        else:
            continue
        extent_of[section.position] = extent
        extent.blocks.extend([Placed(block, section.position) for block in section.blocks])
    return by_kind
