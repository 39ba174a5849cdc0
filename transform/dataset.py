"""The dataset: the columns and findings that need all profiles at once, and the final order of every table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from steckbrief.extract.model import Problem, Unreadable
from steckbrief.schema import ROW_TABLES, to_arrow
from steckbrief.schema.rows import DiagnosticRow, FaqRow, PriceModelRow, TemplateRow
from steckbrief.transform.checks.across import cross_problems
from steckbrief.transform.checks.alternatives import alternative_problems
from steckbrief.transform.checks.compared import ComparedAlternative, ComparedLink, ComparedProfile, Findings
from steckbrief.transform.checks.diagnostics import diagnostic_row
from steckbrief.transform.checks.links import link_problems
from steckbrief.transform.checks.other_locale import LinkedAlternative, other_locale_problems
from steckbrief.transform.checks.rules import rules
from steckbrief.transform.checks.similar_slugs import similar_slug_problems
from steckbrief.transform.options import OFF, Options
from steckbrief.transform.parts import Kept, joined
from steckbrief.transform.paths import EXTENSIONS, read_path
from steckbrief.transform.publication import Publication, choose_files
from steckbrief.transform.records import read_records
from steckbrief.transform.tables.displaced import Question, suggest_answers
from steckbrief.transform.tables.targets import Catalogue, slug_of
from steckbrief.transform.templates import Mask, shared_by, template_rows

# Column of faqs -> attribute of a Suggestion.
_SUGGESTED = {
    "suggested_answer": "answer",
    "suggested_answer_line_start": "line_start",
    "suggested_answer_line_end": "line_end",
}


def complete(
    parts: Mapping[str, pa.Table],
    unreadable: Sequence[Unreadable],
    options: Options | None = None,
    kept: Kept | None = None,
    publication: Publication | None = None,
) -> dict[str, pa.Table]:
    """Return the tables of a release except `changes`, sorted by profile_id and position.

    The result does not depend on how the parts were cut, nor on which rows come from an earlier release.

    Args:
        parts: the joined parts of the profiles that were read.
        unreadable: the files that gave no document; they appear in diagnostics.
        options: the site's settings.
        kept: rows of an earlier release for the files that have no part. The same code and the same options, except
            for `today`, must have produced them.
        publication: the files to publish; by default chosen without a previous release.

    Raises:
        ValueError: a rule that fires here is not declared `across` in rules.toml.
    """
    options = options or Options()
    publication = publication or choose_files(parts["profiles"], options, kept)
    tables = {
        name: joined(publication.files, part, (kept.tables[name], kept.files) if kept else None)
        for name, part in parts.items()
        if name != "diagnostics"
    }
    profiles = tables["profiles"]
    ids, locales, titles, slugs = _columns(profiles, "profile_id", "locale", "title", "slug")
    source_paths = profiles.column("source_path").to_pylist()
    catalogue = Catalogue(ids, locales, titles, source_paths)
    tables["links"] = _with_links(tables["links"], catalogue)
    tables["alternatives"] = _with_targets(tables["alternatives"], catalogue, dict(zip(ids, locales, strict=True)))
    for name in ("links", "alternatives"):
        tables[name] = _with_slugs(tables[name], catalogue, options)
    masks = {profile_id: Mask(title, slug) for profile_id, title, slug in zip(ids, titles, slugs, strict=True)}
    templates: list[TemplateRow] = []
    for name in ROW_TABLES:
        shared = shared_by(tables[name].column("shared_key"), tables[name].column("profile_id"))
        tables[name] = _replaced(tables[name], "shared_by", shared)
        templates += template_rows(name, tables[name], shared, masks, options.template_profiles)
    tables["templates"] = to_arrow("templates", templates)
    tables["faqs"] = _with_suggestions(tables["faqs"], masks)
    paths = dict(zip(ids, source_paths, strict=True))
    compared_profiles = read_records(profiles, ComparedProfile)
    links = read_records(tables["links"], ComparedLink)
    price_models = read_records(tables["price_models"], PriceModelRow)
    findings = [
        *alternative_problems(read_records(tables["alternatives"], ComparedAlternative), links, catalogue, paths),
        *other_locale_problems(read_records(tables["alternatives"], LinkedAlternative), catalogue),
        *link_problems(links, publication.folder_pages),
        *cross_problems(compared_profiles, price_models, options),
        *similar_slug_problems(compared_profiles, options.aliases),
        *_suggestion_problems(tables["faqs"]),
    ]
    rows = [_across(problem, paths[profile_id], profile_id) for profile_id, problem in findings]
    rows += [diagnostic_row(file.problem, file.path, None) for file in unreadable]
    rows += publication.diagnostics
    of_files = read_records(parts["diagnostics"], DiagnosticRow)
    if kept:
        of_files += _kept_diagnostics(kept)
    rows += [row for row in of_files if row.source_path not in publication.folder_pages]
    tables["diagnostics"] = _diagnostics(rows, options.severities)
    return tables


def _kept_diagnostics(kept: Kept) -> list[DiagnosticRow]:
    """Return the earlier diagnostics that depend on one unchanged file alone.

    Findings across profiles are recomputed every time. So are findings about unreadable files, because an escaped name
    can equal another file's real name.
    """
    diagnostics, profiles = kept.tables["diagnostics"], kept.tables["profiles"]
    unchanged = pc.is_in(profiles.column("profile_id"), pa.array(list(kept.files), pa.string()))
    paths = profiles.filter(unchanged).column("source_path").combine_chunks()
    own_rules = pa.array([code for code, rule in rules().items() if not rule.across])
    of_file = pc.and_(
        pc.is_in(diagnostics.column("source_path"), paths), pc.is_in(diagnostics.column("rule"), own_rules)
    )
    of_profile = pc.is_valid(diagnostics.column("profile_id"))
    return read_records(diagnostics.filter(pc.and_(of_file, of_profile)), DiagnosticRow)


def _replaced(table: pa.Table, column: str, values: Sequence[object] | pa.ChunkedArray) -> pa.Table:
    field = table.schema.field(column)
    cells = values if isinstance(values, pa.ChunkedArray) else pa.array(values, type=field.type)
    return table.set_column(table.schema.get_field_index(column), field, cells)


def _with_links(links: pa.Table, catalogue: Catalogue) -> pa.Table:
    targets = [catalogue.by_link(linked) for linked in links.column("linked_profile_id").to_pylist()]
    return _replaced(links, "target_profile_id", targets)


def _with_slugs(table: pa.Table, catalogue: Catalogue, options: Options) -> pa.Table:
    """Give links to files the slug of the profile in that file, which its front matter may name."""
    slugs, linked = _columns(table, "target_slug", "linked_profile_id")
    for index, address in enumerate(linked):
        if address and address.lower().endswith(EXTENSIONS):
            page = catalogue.by_link(address)
            slugs[index] = slug_of(page) if page else read_path(address, options).slug
    return _replaced(table, "target_slug", slugs)


def _with_targets(alternatives: pa.Table, catalogue: Catalogue, locale_of: Mapping[str, str]) -> pa.Table:
    columns = _columns(alternatives, "profile_id", "linked_profile_id", "target_slug", "url", "name")
    targets = [
        catalogue.resolve(locale_of[profile_id], linked, slug, None if url else name)
        for profile_id, linked, slug, url, name in zip(*columns, strict=True)
    ]
    alternatives = _replaced(alternatives, "target_profile_id", [target.profile_id for target in targets])
    return _replaced(alternatives, "match", [target.match for target in targets])


def _with_suggestions(faqs: pa.Table, masks: Mapping[str, Mask]) -> pa.Table:
    questions = read_records(faqs, Question)
    suggestions = suggest_answers(questions, masks)
    for column, attribute in _SUGGESTED.items():
        values: list[object] = [None] * len(questions)
        for index, suggestion in suggestions.items():
            values[index] = getattr(suggestion, attribute)
        faqs = _replaced(faqs, column, values)
    return faqs


def _suggestion_problems(faqs: pa.Table) -> Findings:
    """Yield (profile_id, problem) for every unanswered question with a suggested answer."""
    for row in read_records(faqs.filter(pc.is_valid(faqs.column("suggested_answer"))), FaqRow):
        start, end = str(row.suggested_answer_line_start), str(row.suggested_answer_line_end)
        values = {"question": row.question, "start": start, "end": end}
        yield row.profile_id, Problem("faq-answer-displaced", row.line_start, row.line_start, values)


def _across(problem: Problem, path: str, profile_id: str) -> DiagnosticRow:
    if not rules()[problem.rule].across:
        raise ValueError(
            f"The rule {problem.rule} compares profiles, but transform/checks/rules.toml does not say so: "
            "set `across = true` there."
        )
    return diagnostic_row(problem, path, profile_id)


def _columns(table: pa.Table, *names: str) -> list[list[Any]]:
    return [table.column(name).to_pylist() for name in names]


def _diagnostics(rows: list[DiagnosticRow], severities: Mapping[str, str]) -> pa.Table:
    """Return all diagnostics with the configured severities, sorted by file, line, rule and message, and numbered."""
    if severities:
        rows = [row._replace(severity=severities.get(row.rule, row.severity)) for row in rows]
        rows = [row for row in rows if row.severity != OFF]
    rows.sort(key=lambda row: (str(row.source_path), row.line_start or 0, row.rule, row.message))
    return to_arrow("diagnostics", (row._replace(position=position) for position, row in enumerate(rows, 1)))
