"""The dataset: the columns and findings that need all profiles at once, and the final order of every table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from steckbrief.transform.checks.rules import rules
from steckbrief.transform.identity import slug_from_path
from steckbrief.transform.options import OFF, Options
from steckbrief.transform.parts import FILE, Kept, joined
from steckbrief.transform.records import read_records
from steckbrief.transform.tables.displaced import Question, suggest_answers
from steckbrief.transform.tables.targets import Catalogue
from steckbrief.transform.templates import Mask, shared_by, template_rows

# Column of faqs -> attribute of a Suggestion.
_SUGGESTED = {
    "suggested_answer": "answer",
    "suggested_answer_line_start": "line_start",
    "suggested_answer_line_end": "line_end",
}


@dataclass(frozen=True, slots=True)
class _Order:
    """The numbers of the published files, in order of profile_id, and the files that lost a collision.

    A lost file is (profile_id, its path, the path of the file that is published instead).
    """

    files: tuple[int, ...]
    lost: tuple[tuple[str, str, str], ...]


def complete(
    parts: Mapping[str, pa.Table],
    unreadable: Sequence[Unreadable],
    options: Options | None = None,
    kept: Kept | None = None,
) -> dict[str, pa.Table]:
    """Return the tables of a release except `changes`, sorted by profile_id and position.

    The result does not depend on how the parts were cut, nor on which rows come from an earlier release.

    Args:
        parts: the joined parts of the profiles that were read.
        unreadable: the files that gave no document; they appear in diagnostics.
        options: the site's settings.
        kept: rows of an earlier release for the files that have no part. The same code and the same options, except
            for `today`, must have produced them.

    Raises:
        ValueError: a rule that fires here is not declared `across` in rules.toml.
    """
    options = options or Options()
    order = _order(parts["profiles"], kept)
    tables = {
        name: joined(order.files, part, (kept.tables[name], kept.files) if kept else None)
        for name, part in parts.items()
        if name != "diagnostics"
    }
    profiles = tables["profiles"]
    ids, locales, titles, slugs = _columns(profiles, "profile_id", "locale", "title", "slug")
    catalogue = Catalogue(ids, locales, titles)
    tables["links"] = _with_links(tables["links"], profiles.column("profile_id"))
    tables["alternatives"] = _with_targets(tables["alternatives"], catalogue, dict(zip(ids, locales, strict=True)))
    masks = {profile_id: Mask(title, slug) for profile_id, title, slug in zip(ids, titles, slugs, strict=True)}
    templates: list[TemplateRow] = []
    for name in ROW_TABLES:
        shared = shared_by(tables[name].column("shared_key"), tables[name].column("profile_id"))
        tables[name] = _replaced(tables[name], "shared_by", shared)
        templates += template_rows(name, tables[name], shared, masks, options.template_profiles)
    tables["templates"] = to_arrow("templates", templates)
    tables["faqs"] = _with_suggestions(tables["faqs"], masks)
    paths = dict(zip(ids, profiles.column("source_path").to_pylist(), strict=True))
    links = read_records(tables["links"], ComparedLink)
    price_models = read_records(tables["price_models"], PriceModelRow)
    findings = [
        *alternative_problems(read_records(tables["alternatives"], ComparedAlternative), links, catalogue, paths),
        *link_problems(links),
        *cross_problems(read_records(profiles, ComparedProfile), price_models, options),
        *_suggestion_problems(tables["faqs"]),
    ]
    rows = [_across(problem, paths[profile_id], profile_id) for profile_id, problem in findings]
    rows += [diagnostic_row(file.problem, file.path, None) for file in unreadable]
    rows += [_collision(*collision) for collision in order.lost]
    rows += read_records(parts["diagnostics"], DiagnosticRow)
    if kept:
        rows += _kept_diagnostics(kept)
    tables["diagnostics"] = _diagnostics(rows, options.severities)
    return tables


def _order(profiles: pa.Table, kept: Kept | None) -> _Order:
    """Choose the file from which each profile_id is published.

    If two files claim one profile_id, the file named like its slug wins, otherwise the first by path.
    """
    columns = ("profile_id", "slug", "source_path")
    files = [*zip(*(profiles.column(name).to_pylist() for name in (*columns, FILE)), strict=True)]
    if kept:
        profile_rows = zip(*(kept.tables["profiles"].column(name).to_pylist() for name in columns), strict=True)
        files += [(*row, kept.files[row[0]]) for row in profile_rows if row[0] in kept.files]
    files.sort(key=lambda row: (row[0], slug_from_path(row[2]) != row[1].casefold(), row[2]))
    published: dict[str, tuple[str, int]] = {}
    lost = []
    for profile_id, _, path, file in files:
        if profile_id in published:
            lost.append((profile_id, path, published[profile_id][0]))
        else:
            published[profile_id] = path, file
    return _Order(tuple(file for _, file in published.values()), tuple(lost))


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


def _with_links(links: pa.Table, profile_ids: pa.ChunkedArray) -> pa.Table:
    linked = links.column("linked_profile_id")
    exists = pc.is_in(linked, profile_ids.combine_chunks())
    return _replaced(links, "target_profile_id", pc.if_else(exists, linked, pa.scalar(None, pa.string())))


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


def _collision(profile_id: str, path: str, other: str) -> DiagnosticRow:
    values = {"profile_id": profile_id, "other": other}
    return diagnostic_row(Problem("profile-id-collision", 1, 1, values), path, profile_id)


def _columns(table: pa.Table, *names: str) -> list[list[Any]]:
    return [table.column(name).to_pylist() for name in names]


def _diagnostics(rows: list[DiagnosticRow], severities: Mapping[str, str]) -> pa.Table:
    """Return all diagnostics with the configured severities, sorted by file, line, rule and message, and numbered."""
    if severities:
        rows = [row._replace(severity=severities.get(row.rule, row.severity)) for row in rows]
        rows = [row for row in rows if row.severity != OFF]
    rows.sort(key=lambda row: (str(row.source_path), row.line_start or 0, row.rule, row.message))
    return to_arrow("diagnostics", (row._replace(position=position) for position, row in enumerate(rows, 1)))
