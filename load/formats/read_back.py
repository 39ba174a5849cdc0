"""Read the files of a release back and compare them with the tables that were written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from steckbrief.load.errors import Violation
from steckbrief.load.formats.format import Column, Format
from steckbrief.load.formats.formulas import neutralise

_LONGEST: Final = 80
"""The longest value in a message, in characters."""

_REMEDY: Final = (
    "The file on disk is not what was written. Look for errors on the disk or in the file system, then build again."
)


def read_back(
    folder: Path, name: str, table: pa.Table, formats: Iterable[Format], *, neutralised: bool
) -> Iterator[Violation]:
    """Compare the files of a table with the table.

    Args:
        folder: the release.
        name: the table's name.
        table: the expected contents.
        formats: the formats to read.
        neutralised: whether files for spreadsheets contain neutralised texts.

    Yields:
        A violation for every file that cannot be read or differs.
    """
    safe = neutralise(table)[0] if neutralised else table
    for format_ in formats:
        expected = safe if format_.for_spreadsheets else table
        try:
            difference = _difference(format_.columns(folder, name, expected), expected)
        except OSError as error:
            difference = str(error)
        if difference:
            yield Violation(
                check=f"{format_.path(folder, name).name} reads back as written",
                table=name,
                columns=(),
                count=1,
                problem=f"difference ({difference})",
                examples=(),
                remedy=_REMEDY,
            )


def shown(value: object) -> str:
    """Return a value as shown in a message, shortened if it is long.

    >>> shown(None), shown("x")
    ('NULL', "'x'")
    """
    text = "NULL" if value is None else repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _difference(columns: Iterator[Column], expected: pa.Table) -> str:
    """Return the first difference in names, values or number of rows; "" if there is none.

    Nullability is not compared, because neither CSV files nor query results record it.
    """
    rows = dict.fromkeys(expected.column_names, 0)
    for start, name, values in columns:
        if name not in rows:
            return f"unknown column {name}, expected {', '.join(expected.column_names)}"
        expected_values = expected[name].slice(start, len(values))
        rows[name] = start + len(values)
        if len(expected_values) == len(values) and not values.equals(expected_values):
            return _first_difference(name, start, values, expected_values)
    for name, count in rows.items():
        if count != expected.num_rows:
            return f"column {name}: {count} rows, expected {expected.num_rows}"
    return ""


def _first_difference(name: str, start: int, values: pa.ChunkedArray, expected: pa.ChunkedArray) -> str:
    for row, (value, expected_value) in enumerate(zip(values.to_pylist(), expected.to_pylist(), strict=True), start):
        if value != expected_value:
            return f"column {name}, row {row}: found {shown(value)}, expected {shown(expected_value)}"
    return f"column {name}: found type {values.type}, expected {expected.type}"
