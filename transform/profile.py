"""One document to its rows in every table: the front door for a single profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from steckbrief.extract.markdown.inline import plain_text
from steckbrief.extract.model import BlockKind, Document
from steckbrief.schema import ROW_TABLES
from steckbrief.transform.checks.diagnostics import diagnostic_row, profile_problems
from steckbrief.transform.content import block_text, blocks_text, is_furniture
from steckbrief.transform.fields import FieldReader, domain, front_matter_rows, swallows_key, with_known_keys
from steckbrief.transform.headings.language import detect_language
from steckbrief.transform.headings.phrases import HeadingReader
from steckbrief.transform.identity import RowIds, is_slug, locale_code, locale_from_path, slug_from_path
from steckbrief.transform.kinds import KindedSection, give_kinds
from steckbrief.transform.options import Options
from steckbrief.transform.rows import Row
from steckbrief.transform.tables.alternatives import alternative_rows
from steckbrief.transform.tables.faqs import faq_rows
from steckbrief.transform.tables.items import ITEM_TABLES, item_rows
from steckbrief.transform.tables.links import LinkReader, link_rows
from steckbrief.transform.tables.price_models import read_tiers
from steckbrief.transform.templates import Mask, compared_text, shared_key

# Counting column of profiles -> table it counts.
_COUNTS: Mapping[str, str] = {
    "section_count": "sections",
    "feature_count": "features",
    "pro_count": "pros",
    "con_count": "cons",
    "use_case_count": "use_cases",
    "audience_count": "audiences",
    "faq_count": "faqs",
    "alternative_count": "alternatives",
}

# Characters of each section's text from which the language is told: sixty words, and never the whole text.
_LANGUAGE_SAMPLE = 400


def profile_rows(document: Document, options: Options) -> Mapping[str, list[Row]]:
    """Read one document into its rows: table name -> rows with every column of the table.

    Columns that depend on other profiles hold the placeholders of transform.rows until dataset.complete fills them.
    """
    written = document.front_matter
    front_matter, names = with_known_keys(written, options.aliases)
    document = replace(document, front_matter=front_matter)
    fields = FieldReader(front_matter, names)
    slug = _slug(document, fields)
    locale = _locale(document, fields, options)
    profile_id = f"{locale}/{slug}"
    title = fields.text("title") or _main_heading(document) or slug
    texts = [blocks_text(section.blocks, document.references) for section in document.sections]
    language = detect_language("\n".join(text[:_LANGUAGE_SAMPLE] for text in texts if text))
    headings = HeadingReader(title, language, options.headings)
    sections = give_kinds(document, headings)
    ids = RowIds(profile_id)
    links = LinkReader(options, locale)
    tables: dict[str, list[Row]] = {
        "front_matter": front_matter_rows(written),
        "tags": [{"position": at, "tag": tag} for at, tag in enumerate(fields.tags(), 1)],
        "sections": _section_rows(sections, texts),
        "alternatives": alternative_rows(document, sections, headings, ids, links),
        "faqs": faq_rows(document, sections, ids),
        "links": link_rows(document, sections, links),
    }
    for table in ITEM_TABLES:
        tables[table] = item_rows(table, document, sections, headings, ids)
    mask = Mask(title, slug)
    for table in ROW_TABLES:
        for row in tables[table]:
            row["shared_key"] = shared_key(mask(compared_text(table, row)))
    tiers = fields.texts("price_model")
    models, unknown = read_tiers(tiers, options.price_models)
    for part in unknown:
        if not swallows_key(part):
            fields.report("price-model-unknown", "price_model", value=part)
    tables["price_models"] = [{"position": at, "price_model": model} for at, model in enumerate(models, 1)]
    official_url = fields.text("official_url")
    profile: Row = {
        "slug": slug,
        "locale": locale,
        "language": language,
        "title": title,
        "category": fields.text("category"),
        "price_model": ", ".join(tiers) or None,
        "official_url": official_url,
        "official_domain": domain(official_url),
        "description": fields.text("description"),
        "lead": _lead(document, sections),
        "created_on": fields.date("created_on"),
        "updated_on": fields.date("updated_on"),
        "reviewed_on": fields.date("reviewed_on"),
        "word_count": sum(int(str(row["word_count"])) for row in tables["sections"]),
        "faq_answered_count": sum(bool(row["is_answered"]) for row in tables["faqs"]),
        "source_path": document.path,
        "source_sha256": document.sha256,
        "source_bytes": document.size,
        "front_matter_raw": document.front_matter.raw or None,
    }
    profile |= {column: len(tables[table]) for column, table in _COUNTS.items()}
    tables["profiles"] = [profile]
    for rows in tables.values():
        for row in rows:
            row["profile_id"] = profile_id
    problems = [*document.problems, *fields.problems, *profile_problems(profile, document, sections, tables, options)]
    tables["diagnostics"] = [diagnostic_row(problem, document.path, profile_id) for problem in problems]
    return tables


def _slug(document: Document, fields: FieldReader) -> str:
    """The front matter's slug where it can be one, else one made of the file's name."""
    slug = fields.text("slug")
    return slug if slug and is_slug(slug) else slug_from_path(document.path)


def _locale(document: Document, fields: FieldReader, options: Options) -> str:
    named = fields.text("locale")
    by_name = (options.locales.get(named.casefold()) or locale_code(named)) if named else None
    return locale_from_path(document.path, options.locales) or by_name or options.default_locale


def _main_heading(document: Document) -> str | None:
    first = next((section for section in document.sections if section.level == 1 and section.heading), None)
    return plain_text(first.heading, document.references) or None if first and first.heading else None


def _lead(document: Document, sections: tuple[KindedSection, ...]) -> str | None:
    """The paragraphs below the title, or before the first heading where there is no title."""
    opening = next((each for each in sections if each.kind == "title"), None)
    opening = opening or next((each for each in sections if each.kind == "preamble"), None)
    if opening is None:
        return None
    paragraphs = [block for block in opening.section.blocks if block.kind is BlockKind.PARAGRAPH]
    texts = (block_text(p, document.references) for p in paragraphs if not is_furniture(p, document.references))
    return "\n\n".join(text for text in texts if text) or None


def _section_rows(sections: tuple[KindedSection, ...], texts: list[str | None]) -> list[Row]:
    return [
        {
            "position": each.section.position,
            "parent_position": each.section.parent,
            "level": each.section.level,
            "heading": each.heading,
            "kind": each.kind,
            "text": text,
            "markdown": each.section.markdown,
            "line_start": each.section.line_start,
            "line_end": each.section.line_end,
            "word_count": len(f"{each.heading or ''} {text or ''}".split()),
        }
        for each, text in zip(sections, texts, strict=True)
    ]
