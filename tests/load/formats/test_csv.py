"""Texts that a spreadsheet would run as formulas are neutralised in CSV and counted, and can be restored."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steckbrief import schema
from steckbrief.load.formats.csv import Csv
from steckbrief.load.formats.formulas import neutralise, restore
from steckbrief.load.formats.parquet import read_parquet
from tests.load import fake
from tests.records import arrow


def tags(*texts: str):
    return arrow("tags", [{"profile_id": "de/x", "position": n, "tag": text} for n, text in enumerate(texts)])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_starts_like_a_formula_gets_an_apostrophe(start):
    safe, cells = neutralise(tags(f"{start}x", "x", f"x{start}", f" {start}", f"\n{start}"))
    assert safe["tag"].to_pylist() == [f"'{start}x", "x", f"x{start}", f" {start}", f"\n{start}"]
    assert cells == 1


def test_numbers_dates_and_empty_cells_are_left_alone():
    made = fake.rows(2)
    made["profiles"][0]["description"] = None
    made["tags"][0]["position"] = -5
    table = fake.tables(made)["tags"]
    assert neutralise(table) == (table, 0)


@settings(deadline=None)
@given(texts=st.lists(st.text("'=+-@\t\r\nab", min_size=1, max_size=5), max_size=10))
def test_removing_the_apostrophes_restores_the_original(texts):
    table = tags(*texts)
    safe, cells = neutralise(table)
    assert restore(safe) == table
    assert not [text for text in safe["tag"].to_pylist() if text[0] in "=+-@\t\r"]
    assert cells == sum(before != after for before, after in zip(table["tag"], safe["tag"], strict=True))


def _with_formulas() -> fake.Rows:
    made = fake.rows(3)
    made["tags"][0]["tag"] = "=cmd|' /C calc'!A0"
    made["tags"][1]["tag"] = "@x"
    made["features"][0]["text"] = "-40 °C"
    return made


def test_a_release_counts_what_it_neutralised_in_csv_and_leaves_parquet_alone(output):
    release = fake.publish(output, _with_formulas())
    counts = {name: entry["neutralised_cells"] for name, entry in release.manifest["tables"].items()}
    assert counts == dict.fromkeys(schema.TABLES, 0) | {"tags": 2, "features": 1}
    assert "\"'=cmd" in Csv().path(release.path, "tags").read_text(encoding="utf-8-sig")
    assert read_parquet(release.path, "tags")["tag"][0].as_py() == "=cmd|' /C calc'!A0"


def test_neutralising_can_be_switched_off(output):
    release = fake.publish(output, _with_formulas(), neutralise=False)
    assert not any(entry["neutralised_cells"] for entry in release.manifest["tables"].values())
    assert '"=cmd' in Csv().path(release.path, "tags").read_text(encoding="utf-8-sig")
