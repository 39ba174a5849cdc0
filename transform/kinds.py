"""Sections with their kinds, and which blocks belong to a section of a kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from steckbrief.extract.markdown.inline import plain_text
from steckbrief.extract.model import Block, Document, Section
from steckbrief.transform.content import is_bold_line
from steckbrief.transform.headings.classify import AMBIGUOUS
from steckbrief.transform.headings.phrases import HeadingReader
from steckbrief.transform.headings.vocabulary import CORE_KINDS

QUESTION_MARKS = ("?", "？")
# A sub-heading of one of these kinds ends its parent's rows; all others belong to the parent.
_OWN_ROWS = frozenset({*CORE_KINDS, AMBIGUOUS, "question"})


@dataclass(frozen=True, slots=True)
class KindedSection:
    """A section with the plain text of its heading and its kind."""

    section: Section
    heading: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A block, and the section in which it stands."""

    block: Block
    section_position: int


def give_kinds(document: Document, headings: HeadingReader) -> tuple[KindedSection, ...]:
    """Give every section of a document its kind.

    The first H1 is the title, whatever it says, unless the vocabulary knows it as a core kind and it is not the
    product's title. A question-like sub-heading below a faq section, at any depth, is a question.
    """
    kinded: list[KindedSection] = []
    below_faq: set[int] = set()
    has_title = False
    for section in document.sections:
        heading = plain_text(section.heading, document.references) if section.heading else None
        in_faq = section.parent in below_faq
        kind = _kind(section, heading, headings, in_faq=in_faq)
        if section.level == 1 and not has_title and (kind not in CORE_KINDS or heading == headings.title):
            kind, has_title = "title", True
        if in_faq or kind == "faq":
            below_faq.add(section.position)
        kinded.append(KindedSection(section, heading or None, kind))
    return tuple(kinded)


def _kind(section: Section, heading: str | None, headings: HeadingReader, *, in_faq: bool) -> str:
    if section.level == 0:
        return "preamble"
    if not heading:
        return "other"
    if in_faq and heading.endswith(QUESTION_MARKS):
        return "question"
    return headings.kind(heading)


def extents(sections: tuple[KindedSection, ...], kind: str) -> Iterator[tuple[KindedSection, tuple[Placed, ...]]]:
    """Every section of `kind` with its blocks, those of sub-headings that are of no other kind included.

    Nothing is given twice: a sub-section of the same kind is an extent of its own.
    """
    owner: dict[int, int] = {}
    owned: dict[int, list[Placed]] = {}
    for each in sections:
        section = each.section
        if each.kind == kind:
            owner[section.position] = section.position
        elif section.parent in owner and each.kind not in _OWN_ROWS:
            owner[section.position] = owner[section.parent]
        if section.position in owner:
            blocks = owned.setdefault(owner[section.position], [])
            blocks.extend(Placed(block, section.position) for block in section.blocks)
    for each in sections:
        if each.section.position in owned:
            yield each, tuple(owned[each.section.position])


def bold_extents(
    document: Document, sections: tuple[KindedSection, ...], kind: str, headings: HeadingReader
) -> Iterator[tuple[Placed, ...]]:
    """The blocks below bold lines that announce `kind` inside a pros_cons container ("**Vorteile**" and a list)."""
    for _, placed in extents(sections, "pros_cons"):
        current: list[Placed] | None = None
        for each in placed:
            if is_bold_line(each.block, document.references):
                heading = plain_text(each.block.text, document.references)
                if current:
                    yield tuple(current)
                current = [] if headings.kind(heading) == kind else None
            elif current is not None:
                current.append(each)
        if current:
            yield tuple(current)
