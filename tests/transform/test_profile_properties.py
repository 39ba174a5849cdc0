"""Properties of every profile, generated or real: rows are in place, nothing is lost, ids survive a move."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.extract.discovery import discover
from steckbrief.extract.document import parse_document, read_document
from steckbrief.extract.model import Document
from steckbrief.schema import ROW_TABLES, TABLES
from steckbrief.schema.checks import COUNTED
from steckbrief.transform.options import Options
from steckbrief.transform.parts import PART_TABLES, part_tables
from steckbrief.transform.profile import profile_rows
from tests.transform.strategies import Piecewise, piecewise, profile_texts
from tests.transform.support import (
    PROJECT,
    SHARED,
    Rows,
    column,
    document,
    read_rows,
    rows,
)


def fits_tables(read: Document, _: Rows) -> None:
    for name, table in part_tables([(0, profile_rows(read, Options()))]).items():
        for key in (TABLES[name].primary_key, *TABLES[name].unique):
            values = [tuple(row[column] for column in key) for row in table.to_pylist()]
            assert name == "diagnostics" or len(set(values)) == len(values), (name, key)


def runs_from_one_without_gaps(_: Document, tables: Rows) -> None:
    for name in set(PART_TABLES) - {"profiles", "diagnostics"}:
        assert column(tables[name], "position") == list(range(1, len(tables[name]) + 1)), name


def stands_inside_section_and_file(source: Document, tables: Rows) -> None:
    lines = len(source.text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    spans = {row["position"]: (row["line_start"], row["line_end"]) for row in tables["sections"]}
    for name in (*ROW_TABLES, "links"):
        for row in tables[name]:
            start, end = spans[row["section_position"]]
            assert start <= row["line_start"] <= row.get("line_end", row["line_start"]) <= end, name
    for row in tables["faqs"]:
        if row["is_answered"]:
            assert row["line_start"] <= row["answer_line_start"] <= row["answer_line_end"] == row["line_end"]
    for row in (*tables["sections"], *tables["diagnostics"]):
        assert row["line_start"] is None or 1 <= row["line_start"] <= row["line_end"] <= lines


def comes_in_document_order(_: Document, tables: Rows) -> None:
    for name in (*ROW_TABLES, "sections"):
        starts = column(tables[name], "line_start")
        assert starts == sorted(starts), name


def counts_its_rows(_: Document, tables: Rows) -> None:
    (row,) = tables["profiles"]
    for name, (table, condition) in COUNTED.items():
        assert row[name] == len([record for record in tables[table] if condition is None or record[condition]]), name


def is_the_file(source: Document, tables: Rows) -> None:
    (row,) = tables["profiles"]
    whole = str(row["front_matter_raw"] or "") + "".join(str(section["markdown"]) for section in tables["sections"])
    assert whole == source.text


HOLDS = (
    fits_tables,
    runs_from_one_without_gaps,
    stands_inside_section_and_file,
    comes_in_document_order,
    counts_its_rows,
    is_the_file,
)
CORPUS = SHARED / "corpus" / "current"


@pytest.mark.parametrize("holds", HOLDS, ids=lambda holds: holds.__name__)
@given(text=profile_texts())
def test_what_any_generated_file_gives(holds, text: str) -> None:
    source = parse_document("tools/krita.md", text.encode())
    if isinstance(source, Document):
        holds(source, read_rows(source))


@pytest.mark.slow
@pytest.mark.parametrize(
    "root",
    [
        pytest.param(PROJECT / "raw", id="raw"),
        pytest.param(
            CORPUS, id="corpus", marks=pytest.mark.skipif(not CORPUS.is_dir(), reason="the large corpus is not at hand")
        ),
    ],
)
def test_what_every_real_file_gives(root: Path) -> None:
    for path in discover(root).files:
        source = read_document(root, path)
        assert isinstance(source, Document), path
        tables = read_rows(source)
        for holds in HOLDS:
            holds(source, tables)


def ids(tables: Rows) -> dict[str, list[str]]:
    return {name: sorted(str(row_id) for row_id in column(tables[name], "row_id")) for name in ROW_TABLES}


@given(piecewise(), st.data())
def test_a_row_keeps_its_id_when_its_section_moves(profile: Piecewise, data: st.DataObject) -> None:
    order = list(range(len(profile.sections)))
    before = read_rows(document(profile.text(order)))
    after = read_rows(document(profile.text(data.draw(st.permutations(order)))))
    assert ids(after) == ids(before)


@given(
    st.lists(st.sampled_from(["a", "b", "**c:** d", "[GIMP](/tools/gimp/)", "A"]), min_size=1, max_size=8), st.randoms()
)
def test_a_row_keeps_its_id_when_its_item_moves(items: list[str], random) -> None:
    moved = random.sample(items, len(items))
    before, after = (
        rows("".join(f"## {heading}\n\n{listed}\n" for heading in ("Vorteile", "Alternativen")))
        for listed in ("".join(f"- {item}\n" for item in order) for order in (items, moved))
    )
    assert ids(after) == ids(before)
    assert len(set(ids(after)["pros"])) == len(items)
