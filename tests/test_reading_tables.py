"""docs/reading-tables.md: the tables at a glance and the formulas for spreadsheets are true of a release of raw/."""

from __future__ import annotations

import csv
import re
from fnmatch import fnmatchcase
from pathlib import Path

from steckbrief.load.releases.published import read
from tests.documents import ROOT, blocks, glance

PAGE = ROOT / "docs/reading-tables.md"
TEXT = PAGE.read_text(encoding="utf-8")
(FORMULAS,) = (block for block in blocks(PAGE) if "COUNTIFS" in block.text)


def test_the_overview_lists_the_declared_tables_with_the_rows_of_raw(release: Path) -> None:
    assert glance(release) in TEXT


def test_spreadsheet_formulas_give_the_numbers_in_the_text(release: Path) -> None:
    with (release / "faqs.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    counts = re.search(r"They give (\d+) and (\d+)", TEXT)
    assert counts
    assert [_countifs(formula, [header, *rows]) for formula in FORMULAS.text.split()] == [
        int(n) for n in counts.groups()
    ]
    columns = {letter: header[ord(letter) - ord("A")] for letter in re.findall(r"([A-Z]):\1", FORMULAS.text)}
    assert columns == {"A": "profile_id", "I": "shared_by", "F": "answer"}


def _countifs(formula: str, rows: list[list[str]]) -> int:
    """Evaluate COUNTIFS as spreadsheets do, for criteria with a wildcard, "<number" and "<>"."""
    arguments = re.fullmatch(r"=COUNTIFS\((.*)\)", formula)
    assert arguments
    parts = arguments[1].split(",")
    criteria = [(ord(a[0]) - ord("A"), wanted.strip('"')) for a, wanted in zip(parts[::2], parts[1::2], strict=True)]
    return sum(all(_meets(row[column], wanted) for column, wanted in criteria) for row in rows)


def _meets(cell: str, wanted: str) -> bool:
    if wanted == "<>":
        return cell != ""
    if wanted.startswith("<"):
        return cell.isdigit() and int(cell) < int(wanted[1:])
    return fnmatchcase(cell, wanted)


def test_front_matter_is_always_neutralised(release: Path) -> None:
    manifest = read(release).manifest
    with (release / "profiles.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [row["front_matter_raw"] for row in csv.DictReader(file)]
    assert all(cell.startswith(("'---", "'\ufeff---", "\ufeff---")) for cell in cells)
    assert manifest["tables"]["profiles"]["neutralised_cells"] >= len([c for c in cells if c.startswith("'")]) > 0
