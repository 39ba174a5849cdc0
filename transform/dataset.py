"""The dataset: what needs all profiles at once, and the final order of every table.

Belongs here: collisions of profile_id, targets, shared_by, the list of diagnostics, sorting. Does not belong here:
reading a profile (profile.py), comparing releases or writing them (load).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from extract.model import Problem, Unreadable
from schema import ROW_TABLES, to_arrow
from transform.alternative_checks import alternative_problems
from transform.cross_checks import cross_problems
from transform.diagnostics import diagnostic_row
from transform.displaced import Question, suggest_answers, suggestion_problems
from transform.identity import slug_from_path
from transform.options import OFF, Options
from transform.parts import FILE
from transform.rows import Row
from transform.shared import Mask, shared_by, template_rows
from transform.targets import Catalogue, link_problems

# Row table -> column whose text is compared across profiles, and the one that stands in where it is NULL.
_COMPARED = {"alternatives": ("description", "name"), "faqs": ("question", "question")}

# What the checks across profiles look at.
_PROFILE_COLUMNS = """
profile_id slug locale category price_model official_url created_on updated_on reviewed_on front_matter_raw
"""
_ALTERNATIVE_COLUMNS = "profile_id name target_slug target_profile_id match line_start line_end"
_LINK_COLUMNS = "profile_id url kind target_slug target_profile_id line_start"

# Column of faqs -> attribute of a Suggestion.
_SUGGESTED = {
    "suggested_answer": "answer",
    "suggested_answer_line_start": "line_start",
    "suggested_answer_line_end": "line_end",
}


@dataclass(frozen=True, slots=True)
class _Order:
    """The published profiles: their files in order of profile_id, and the files that lost a collision."""

    ranks: np.ndarray
    lost: tuple[tuple[str, str, str], ...]


def complete(
    parts: Mapping[str, pa.Table], unreadable: Sequence[Unreadable], options: Options | None = None
) -> dict[str, pa.Table]:
    """Turn joined parts into the tables of a release (all but `changes`), sorted by profile_id and position.

    `unreadable` are the files that gave no document; they appear in diagnostics. Nothing but the order of profile_id
    and position shows in the result, so that it does not depend on how the parts were cut.
    """
    options = options or Options()
    order = _order(parts["profiles"])
    tables = {name: _in_order(part, order.ranks) for name, part in parts.items() if name != "diagnostics"}
    profiles = tables["profiles"]
    ids, locales, titles, slugs = (
        profiles.column(name).to_pylist() for name in ("profile_id", "locale", "title", "slug")
    )
    catalogue = Catalogue(ids, locales, titles)
    tables["links"] = _with_links(tables["links"], catalogue)
    tables["alternatives"] = _with_targets(tables["alternatives"], catalogue, dict(zip(ids, locales, strict=True)))
    masks = {each: Mask(title, slug) for each, title, slug in zip(ids, titles, slugs, strict=True)}
    templates: list[Row] = []
    for name in ROW_TABLES:
        tables[name], found_templates = _with_shared_by(name, tables[name], masks, options.template_profiles)
        templates += found_templates
    tables["templates"] = to_arrow("templates", templates)
    tables["faqs"] = _with_suggestions(tables["faqs"], masks)
    paths = dict(zip(ids, profiles.column("source_path").to_pylist(), strict=True))
    links = _rows(tables["links"], _LINK_COLUMNS)
    found = [
        *alternative_problems(_rows(tables["alternatives"], _ALTERNATIVE_COLUMNS), links, catalogue, paths),
        *link_problems(links),
        *cross_problems(_rows(profiles, _PROFILE_COLUMNS), tables["price_models"].to_pylist(), options),
        *suggestion_problems(tables["faqs"].to_pylist()),
    ]
    rows = [diagnostic_row(problem, paths[profile_id], profile_id) for profile_id, problem in found]
    rows += [diagnostic_row(each.problem, each.path, None) for each in unreadable]
    rows += [_collision(*each) for each in order.lost]
    rows += parts["diagnostics"].drop_columns([FILE]).to_pylist()
    tables["diagnostics"] = _diagnostics(rows, options.severities)
    return tables


def _order(profiles: pa.Table) -> _Order:
    """Which file each profile_id is published from.

    Of two files with one profile_id the one that is named like its slug wins, else the first by path: the copy, not
    the original, is the intruder.
    """
    columns = (profiles.column(name).to_pylist() for name in ("profile_id", "slug", "source_path", FILE))
    files = sorted(
        zip(*columns, strict=True),
        key=lambda each: (each[0], slug_from_path(each[2]) != each[1].casefold(), each[2]),
    )
    ranks = np.full(max((file for *_, file in files), default=-1) + 1, -1, dtype=np.int64)
    winner: dict[str, str] = {}
    lost = []
    for profile_id, _, path, file in files:
        if profile_id in winner:
            lost.append((profile_id, path, winner[profile_id]))
        else:
            ranks[file] = len(winner)
            winner[profile_id] = path
    return _Order(ranks, tuple(lost))


def _in_order(part: pa.Table, ranks: np.ndarray) -> pa.Table:
    """The rows of published files in their order. Rows of one file already stand in order of position."""
    if part.num_rows == 0:
        return part.drop_columns([FILE]).combine_chunks()
    rank = ranks[part.column(FILE).to_numpy()]
    order = np.argsort(rank, kind="stable")
    return part.drop_columns([FILE]).take(pa.array(order[np.count_nonzero(rank < 0) :])).combine_chunks()


def _replaced(table: pa.Table, column: str, values: Sequence[object]) -> pa.Table:
    field = table.schema.field(column)
    return table.set_column(table.schema.get_field_index(column), field, pa.array(values, type=field.type))


def _with_links(links: pa.Table, catalogue: Catalogue) -> pa.Table:
    candidates = links.column("target_profile_id").to_pylist()
    return _replaced(links, "target_profile_id", [catalogue.by_link(each) for each in candidates])


def _with_targets(alternatives: pa.Table, catalogue: Catalogue, locale_of: Mapping[str, str]) -> pa.Table:
    columns = ("profile_id", "target_profile_id", "target_slug", "url", "name")
    targets = [
        catalogue.resolve(locale_of[profile_id], linked, slug, None if url else name)
        for profile_id, linked, slug, url, name in zip(
            *(alternatives.column(column).to_pylist() for column in columns), strict=True
        )
    ]
    found = _replaced(alternatives, "target_profile_id", [target.profile_id for target in targets])
    return _replaced(found, "match", [target.match for target in targets])


def _with_shared_by(name: str, table: pa.Table, masks: Mapping[str, Mask], least: int) -> tuple[pa.Table, list[Row]]:
    """A row table with `shared_by`, and its rows of `templates`."""
    column, instead = _COMPARED.get(name, ("text", "text"))
    ids = table.column("profile_id").to_pylist()
    texts = [text or "" for text in pc.coalesce(table.column(column), table.column(instead)).to_pylist()]
    masked = [masks[profile_id](text) for profile_id, text in zip(ids, texts, strict=True)]
    shared = shared_by(masked, ids)
    return _replaced(table, "shared_by", shared), template_rows(name, masked, texts, ids, shared, least)


def _with_suggestions(faqs: pa.Table, masks: Mapping[str, Mask]) -> pa.Table:
    columns = (faqs.column(field.name).to_pylist() for field in fields(Question))
    questions = [Question(*values) for values in zip(*columns, strict=True)]
    found = suggest_answers(questions, masks)
    for column, attribute in _SUGGESTED.items():
        values = [getattr(found.get(index), attribute, None) for index in range(len(questions))]
        faqs = _replaced(faqs, column, values)
    return faqs


def _collision(profile_id: str, path: str, other: str) -> Row:
    found = {"profile_id": profile_id, "other": other}
    return diagnostic_row(Problem("profile-id-collision", 1, 1, found), path, profile_id)


def _rows(table: pa.Table, columns: str) -> list[Row]:
    """Some columns of a table as rows; texts nobody asks for are not made into objects."""
    found: list[Row] = table.select(columns.split()).to_pylist()
    return found


def _diagnostics(rows: list[Row], severities: Mapping[str, str]) -> pa.Table:
    """All diagnostics with the severities that were set, sorted by file, line, rule and message, and numbered."""
    if severities:
        rows = [row | {"severity": severities.get(str(row["rule"]), row["severity"])} for row in rows]
        rows = [row for row in rows if row["severity"] != OFF]
    rows.sort(key=lambda row: (str(row["source_path"]), row["line_start"] or 0, str(row["rule"]), str(row["message"])))
    return to_arrow("diagnostics", (row | {"position": position} for position, row in enumerate(rows, 1)))
