"""Reads Markdown fixtures: a title, the Markdown of a profile, and its expected rows.

A file starts with the tables and columns that its cases compare. The cases follow, in the form of markdown-it-py's own
fixtures:

    Title
    .
    Markdown
    .
    cell | cell
    .

"-" means no value, "\\n" a line break and "\\|" a bar; spaces around a value are ignored. Line numbers count from the
first line of the Markdown. Tables that the file does not name are not compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.transform.support import FRONT, AnyRow, rows

Cells = tuple[str, ...]

_PREAMBLE = re.compile(r"^Tables: (?P<tables>.+)\nColumns: (?P<columns>.+)\n", re.MULTILINE)
_CASE = re.compile(r"^(?P<title>[^\n]+)\n\.\n(?P<body>.*?)^\.\n(?P<rows>.*?)^\.\n", re.MULTILINE | re.DOTALL)
_FRONT_LINES = FRONT.count("\n")


@dataclass(frozen=True)
class Case:
    """A case: its place in the fixture file, its title, the Markdown and the expected rows."""

    place: str
    title: str
    tables: tuple[str, ...]
    columns: tuple[str, ...]
    body: str
    expected: tuple[Cells, ...]

    @property
    def actual(self) -> tuple[Cells, ...]:
        """The actual rows, in the same form as the expected ones."""
        tables = rows(self.body)
        return tuple(_cells(row, table, self.columns) for table in self.tables for row in tables[table])


def read_cases(file: Path) -> list[Case]:
    """Return all cases of a fixture file in order."""
    text = file.read_text(encoding="utf-8")
    preamble = _PREAMBLE.search(text)
    assert preamble, f"{file}: expected the lines 'Tables: ...' and 'Columns: ...' before the first case"
    tables, columns = tuple(preamble["tables"].split()), tuple(preamble["columns"].split(" | "))
    cases = []
    for case in _CASE.finditer(text, preamble.end()):
        place = f"{file.name}:{text.count(chr(10), 0, case.start()) + 1}"
        expected = tuple(_split(line) for line in case["rows"].splitlines())
        cases.append(Case(place, case["title"], tables, columns, case["body"], expected))
    left = _CASE.sub("", text[preamble.end() :]).strip()
    assert not left, f"{file}: this is not part of a case: {left[:80]!r}"
    return cases


def _split(line: str) -> Cells:
    cells = (cell.strip() for cell in re.split(r"(?<!\\)\|", line))
    return tuple(cell.replace("\\n", "\n").replace("\\|", "|") for cell in cells)


def _cells(row: AnyRow, table: str, columns: Cells) -> Cells:
    values: AnyRow = row | {"table": table, "lines": _lines(row, "line"), "answer_lines": _lines(row, "answer_line")}
    return tuple("-" if values.get(column) is None else str(values[column]).strip() for column in columns)


def _lines(row: AnyRow, prefix: str) -> Any:
    """Return the first and last line of a row or of its answer; None if it has none."""
    if row.get(f"{prefix}_start") is None:
        return None
    start, end = row[f"{prefix}_start"] - _FRONT_LINES, row[f"{prefix}_end"] - _FRONT_LINES
    return str(start) if start == end else f"{start}-{end}"
