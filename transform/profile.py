"""The rows of one profile: the entry point for a single document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from steckbrief.extract.model import BlockKind, Document
from steckbrief.schema.checks import COUNTED
from steckbrief.schema.listings import LISTINGS
from steckbrief.schema.rows import PriceModelRow, ProfileRow, SectionRow, TagRow
from steckbrief.transform.checks.diagnostics import diagnostic_row
from steckbrief.transform.checks.profile import profile_problems
from steckbrief.transform.fields import domain, front_matter_rows, swallows_key
from steckbrief.transform.options import Options
from steckbrief.transform.reading import Reading
from steckbrief.transform.records import Rows
from steckbrief.transform.tables.links import link_rows
from steckbrief.transform.tables.listings import READERS
from steckbrief.transform.tables.price_models import read_tiers


def profile_rows(document: Document, options: Options) -> Rows:
    """Return the rows of one document by table name.

    Columns that depend on other profiles contain placeholders until dataset.complete fills them.
    """
    reading = Reading(document, options)
    sections = _section_rows(reading)
    tiers = reading.fields.texts("price_model")
    tables: dict[str, Sequence[NamedTuple]] = {
        "front_matter": front_matter_rows(document.front_matter, reading.profile_id),
        "tags": [TagRow(reading.profile_id, position, tag) for position, tag in enumerate(reading.fields.tags(), 1)],
        "price_models": _price_model_rows(reading, tiers),
        "sections": sections,
        "links": link_rows(reading),
    }
    for listing in LISTINGS:
        tables[listing.name] = READERS[listing.row_type](reading, listing)
    profile = _profile_row(reading, tiers, sections, tables)
    tables["profiles"] = [profile]
    problems = [*document.problems, *reading.fields.problems, *profile_problems(reading, profile, tables)]
    tables["diagnostics"] = [diagnostic_row(problem, document.path, reading.profile_id) for problem in problems]
    return tables


def _profile_row(reading: Reading, tiers: Sequence[str], sections: Sequence[SectionRow], tables: Rows) -> ProfileRow:
    fields, document = reading.fields, reading.document
    official_url = fields.text("official_url")
    return ProfileRow(
        profile_id=reading.profile_id,
        slug=reading.slug,
        locale=reading.locale,
        language=reading.language,
        title=reading.title,
        category=fields.text("category"),
        price_model=", ".join(tiers) or None,
        official_url=official_url,
        official_domain=domain(official_url),
        description=fields.text("description"),
        lead=_lead(reading),
        created_on=fields.date("created_on"),
        updated_on=fields.date("updated_on"),
        reviewed_on=fields.date("reviewed_on"),
        word_count=sum(section.word_count for section in sections),
        source_path=document.path,
        source_sha256=document.sha256,
        source_bytes=document.size,
        front_matter_raw=document.front_matter.raw or None,
        **{column: _count(tables[table], condition) for column, (table, condition) in COUNTED.items()},
    )


def _count(rows: Sequence[NamedTuple], condition: str | None) -> int:
    """Count the rows, or those in which the column `condition` is true."""
    return len(rows) if condition is None else sum(getattr(row, condition) for row in rows)


def _lead(reading: Reading) -> str | None:
    """Return the paragraphs below the title, or before the first heading if there is no title."""
    kinds = {section.kind: section for section in reversed(reading.sections)}
    opening = kinds.get("title") or kinds.get("preamble")
    if opening is None:
        return None
    paragraphs = (block for block in opening.section.blocks if block.kind is BlockKind.PARAGRAPH)
    texts = (reading.text(paragraph) for paragraph in paragraphs if not reading.is_furniture(paragraph))
    return "\n\n".join(filter(None, texts)) or None


def _section_rows(reading: Reading) -> list[SectionRow]:
    return [
        SectionRow(
            profile_id=reading.profile_id,
            position=section.position,
            parent_position=section.parent,
            level=section.level,
            heading=heading,
            kind=kind,
            text=text,
            markdown=section.markdown,
            line_start=section.line_start,
            line_end=section.line_end,
            word_count=len(f"{heading or ''} {text or ''}".split()),
        )
        for section, heading, kind, text in reading.sections
    ]


def _price_model_rows(reading: Reading, tiers: Sequence[str]) -> list[PriceModelRow]:
    models, unknown = read_tiers(tiers, reading.options.price_models)
    for part in unknown:
        if not swallows_key(part):
            reading.fields.report("price-model-unknown", "price_model", value=part)
    return [PriceModelRow(reading.profile_id, position, model) for position, model in enumerate(models, 1)]
