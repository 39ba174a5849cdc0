"""Alternatives whose link leads to another language's folder although the product has a profile in this one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from steckbrief.extract.model import Problem
from steckbrief.transform.checks.compared import Findings
from steckbrief.transform.tables.targets import Catalogue


class LinkedAlternative(NamedTuple):
    """Some columns of `alternatives`."""

    profile_id: str
    name: str | None
    linked_profile_id: str | None
    target_profile_id: str | None
    match: str
    line_start: int
    line_end: int


def other_locale_problems(rows: Sequence[LinkedAlternative], catalogue: Catalogue) -> Findings:
    """Yield (profile_id, problem) for every alternative whose target is not the page that its link leads to."""
    for row in rows:
        page = catalogue.by_link(row.linked_profile_id)
        if row.match == "link" and page and row.target_profile_id and page != row.target_profile_id:
            values = {"name": row.name or page, "page": page, "target": row.target_profile_id}
            yield row.profile_id, Problem("alternative-other-locale", row.line_start, row.line_end, values)
