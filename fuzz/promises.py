"""Properties of every file, whatever its bytes: the oracle of the fuzzer and of the corpus test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from steckbrief.extract.document import parse_document
from steckbrief.extract.model import Block, Document, Unreadable
from steckbrief.extract.text import lines
from steckbrief.schema import ROW_TABLES, to_arrow
from steckbrief.schema.checks import COUNTED
from steckbrief.transform.checks.diagnostics import diagnostic_row
from steckbrief.transform.options import Options
from steckbrief.transform.profile import profile_rows

PATH = "tools/krita.md"
# Fixed, so that the same bytes always give the same result.
OPTIONS = Options(today=dt.date(2026, 1, 1))
# Tables without a position per profile: one row per profile, or numbered after all profiles are known.
_UNNUMBERED = frozenset({"profiles", "diagnostics"})


class BrokenPromiseError(AssertionError):
    """A file lacks a property that every file should have."""


def check_promises(data: bytes) -> Document | Unreadable:
    """Read the bytes of one file into rows, check all properties and return the document.

    Raises BrokenPromiseError if a property is broken. Errors that extract, transform or schema raise are bugs too and
    are not caught.
    """
    document = parse_document(PATH, data)
    if isinstance(document, Unreadable):
        diagnostic_row(document.problem, PATH, None)
        return document
    tables = profile_rows(document, OPTIONS)
    rows_by_table = {name: [row._asdict() for row in rows] for name, rows in tables.items()}
    for message in (*_document_errors(document, data), *_row_errors(document, rows_by_table)):
        raise BrokenPromiseError(message)
    for name, rows in tables.items():
        to_arrow(name, rows)
    return document


def _document_errors(document: Document, data: bytes) -> Iterator[str]:
    """Check that nothing is lost and that the sections cover the body without gaps."""
    stored = data.decode(document.encoding, errors="replace").replace("\0", "\ufffd")
    if document.text != stored:
        yield "the document's text is not the file"
    last = len(lines(stored))
    # The body starts on the last line of `raw`, or on the next line if `raw` ends with a line end.
    raw_lines = lines(document.front_matter.raw)
    start = len(raw_lines) + (not raw_lines or raw_lines[-1].endswith(("\n", "\r")))
    for section in document.sections:
        end = start + len(lines(section.markdown)) - 1
        if (section.line_start, section.line_end) != (start, end) or end > last:
            span = f"{section.line_start} to {section.line_end}"
            yield f"section {section.position} should span {start} to {end}, but spans {span}"
        yield from _block_errors(section.blocks, section.line_start, section.line_end)
        start = end + 1
    if document.sections and start != last + 1:
        yield f"the sections end at line {start - 1} of {last}"
    for problem in document.problems:
        if problem.line_start and not 1 <= problem.line_start <= (problem.line_end or 0) <= last:
            yield f"{problem.rule} is reported at {problem.line_start} to {problem.line_end} of {last}"


def _block_errors(blocks: Sequence[Block], start: int, end: int) -> Iterator[str]:
    """Check that every block lies inside its parent and does not start before its predecessor."""
    pending = [(blocks, start, end)]
    while pending:
        siblings, first, end = pending.pop()
        for block in siblings:
            if not first <= block.line_start <= block.line_end <= end:
                yield f"a {block.kind} spans {block.line_start} to {block.line_end}, outside {first} to {end}"
            first = block.line_start
            pending.append((block.children, block.line_start, block.line_end))


def _row_errors(document: Document, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """Check that rows are numbered, lie inside their section and are counted."""
    last = len(lines(document.text))
    spans: dict[object, tuple[int, int]] = {
        section.position: (section.line_start, section.line_end) for section in document.sections
    }
    for name, rows in tables.items():
        numbers = [row["position"] for row in rows if name not in _UNNUMBERED]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{name}: the positions are {numbers}"
        for row in rows:
            start, end = _span(row)
            first, final = spans[row["section_position"]] if "section_position" in row else (1, last)
            if start is not None and not first <= start <= (end or start) <= final:
                yield f"{name}: a row spans {start} to {end}, outside {first} to {final}"
    (profile,) = tables["profiles"]
    for count, (name, condition) in COUNTED.items():
        number = sum(condition is None or row[condition] for row in tables[name])
        if profile[count] != number:
            yield f"profiles.{count} is {profile[count]} for {number} rows"
    for name in ROW_TABLES:
        if len({row["row_id"] for row in tables[name]}) < len(tables[name]):
            yield f"{name}: two rows have one row_id"
    yield from _answer_errors(tables["faqs"])


def _answer_errors(faqs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Check that every answer has lines, which do not precede those of the question."""
    for row in faqs:
        start, end = row["answer_line_start"], row["answer_line_end"]
        if not (row["answer"] is None) == (not row["is_answered"]) == (start is None) == (end is None):
            yield "an answer and its lines do not agree"
        elif start is not None and not row["line_start"] <= start <= end:
            yield "an answer precedes its question"


def _span(row: Mapping[str, Any]) -> tuple[int | None, int | None]:
    start = row.get("line_start")
    return (None, None) if start is None else (start, row.get("line_end") or start)
