"""The columns of the finished tables that checks across profiles read, as records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from steckbrief.extract.model import Problem

Findings: TypeAlias = Iterator[tuple[str, Problem]]
"""(profile_id, problem) pairs."""


class ComparedProfile(NamedTuple):
    """Columns of `profiles`."""

    profile_id: str
    slug: str
    locale: str
    category: str | None
    price_model: str | None
    official_url: str | None
    created_on: dt.date | None
    updated_on: dt.date | None
    reviewed_on: dt.date | None
    front_matter_raw: str | None


class ComparedAlternative(NamedTuple):
    """Columns of `alternatives`."""

    profile_id: str
    name: str | None
    target_slug: str | None
    target_profile_id: str | None
    match: str
    line_start: int
    line_end: int


class ComparedLink(NamedTuple):
    """Columns of `links`."""

    profile_id: str
    url: str | None
    kind: str
    target_slug: str | None
    target_profile_id: str | None
    line_start: int
    linked_profile_id: str | None = None
