"""One record per shape of table. `python -m steckbrief.schema.row_types` writes this module; do not edit it."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple


class ProfileRow(NamedTuple):
    """A row of profiles."""

    profile_id: str
    slug: str
    locale: str
    language: str
    title: str
    category: str | None
    price_model: str | None
    official_url: str | None
    official_domain: str | None
    description: str | None
    lead: str | None
    created_on: dt.date | None
    updated_on: dt.date | None
    reviewed_on: dt.date | None
    word_count: int
    section_count: int
    feature_count: int
    pro_count: int
    con_count: int
    use_case_count: int
    audience_count: int
    faq_count: int
    faq_answered_count: int
    alternative_count: int
    source_path: str
    source_sha256: str
    source_bytes: int
    front_matter_raw: str | None


class TagRow(NamedTuple):
    """A row of tags."""

    profile_id: str
    position: int
    tag: str


class PriceModelRow(NamedTuple):
    """A row of price_models."""

    profile_id: str
    position: int
    price_model: str


class FrontMatterRow(NamedTuple):
    """A row of front_matter."""

    profile_id: str
    key: str
    position: int
    value_json: str


class SectionRow(NamedTuple):
    """A row of sections."""

    profile_id: str
    position: int
    parent_position: int | None
    level: int
    heading: str | None
    kind: str
    text: str | None
    markdown: str
    line_start: int
    line_end: int
    word_count: int


class ItemRow(NamedTuple):
    """A row of features, pros, cons, use_cases, audiences."""

    profile_id: str
    position: int
    row_id: str
    section_position: int
    name: str | None
    description: str | None
    text: str
    form: str
    shared_by: int
    shared_key: str
    line_start: int
    line_end: int


class AlternativeRow(NamedTuple):
    """A row of alternatives."""

    profile_id: str
    position: int
    row_id: str
    section_position: int
    name: str | None
    description: str | None
    url: str | None
    target_slug: str | None
    linked_profile_id: str | None
    target_profile_id: str | None
    match: str
    shared_by: int
    shared_key: str
    line_start: int
    line_end: int


class FaqRow(NamedTuple):
    """A row of faqs."""

    profile_id: str
    position: int
    row_id: str
    section_position: int
    question: str
    answer: str | None
    answer_markdown: str | None
    is_answered: bool
    shared_by: int
    shared_key: str
    line_start: int
    line_end: int
    answer_line_start: int | None
    answer_line_end: int | None
    suggested_answer: str | None
    suggested_answer_line_start: int | None
    suggested_answer_line_end: int | None


class TemplateRow(NamedTuple):
    """A row of templates."""

    table: str
    masked_text: str
    shared_key: str
    profile_count: int
    row_count: int
    first_profile_id: str
    first_text: str
    second_profile_id: str
    second_text: str


class LinkRow(NamedTuple):
    """A row of links."""

    profile_id: str
    position: int
    section_position: int
    text: str | None
    url: str | None
    kind: str
    target_slug: str | None
    linked_profile_id: str | None
    target_profile_id: str | None
    line_start: int


class DiagnosticRow(NamedTuple):
    """A row of diagnostics."""

    position: int
    rule: str
    severity: str
    message: str
    hint: str
    source_path: str | None
    profile_id: str | None
    line_start: int | None
    line_end: int | None


class ChangeRow(NamedTuple):
    """A row of changes."""

    table: str
    row_key: str
    column: str
    change: str
    profile_id: str
    before: str | None
    after: str | None
