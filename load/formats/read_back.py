"""Read back what was written: whether the files of a release hold the tables that were made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from steckbrief.load.errors import Violation
from steckbrief.load.formats.format import Column, Format
from steckbrief.load.formats.formulas import neutralise

_LONGEST: Final = 80
"""Characters of one value in a message."""

_REMEDY: Final = (
    "The file on disk is not what was written: look for errors of the disk or the file system, then build again."
)


def read_back(
    folder: Path, name: str, table: pa.Table, formats: Iterable[Format], *, neutralised: bool
) -> Iterator[Violation]:
    """Compare the files of a table with the table.

    Args:
        folder: the release.
        name: the table's name.
        table: what the files must hold.
        formats: the formats to read.
        neutralised: whether files for spreadsheets hold neutralised texts.

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
    """A value as it appears in a message, shortened if it is long.

    >>> shown(None), shown("x")
    ('NULL', "'x'")
    """
    text = "NULL" if value is None else repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _difference(columns: Iterator[Column], expected: pa.Table) -> str:
    """The first difference between a file and a table: in names, values or number of rows; "" if they are equal.

    Nullability is not compared, because neither CSV files nor query results record it.
    """
    rows = dict.fromkeys(expected.column_names, 0)
    for start, name, values in columns:
        if name not in rows:
            return f"column {name}, expected {', '.join(expected.column_names)}"
        wanted = expected[name].slice(start, len(values))
        rows[name] = start + len(values)
        if len(wanted) == len(values) and not values.equals(wanted):
            return _first_difference(name, start, values, wanted)
    for name, count in rows.items():
        if count != expected.num_rows:
            return f"column {name}: {count} rows, expected {expected.num_rows}"
    return ""


def _first_difference(name: str, start: int, values: pa.ChunkedArray, wanted: pa.ChunkedArray) -> str:
    for row, (left, right) in enumerate(zip(values.to_pylist(), wanted.to_pylist(), strict=True), start):
        if left != right:
            return f"column {name}, row {row}: found {shown(left)}, expected {shown(right)}"
    return f"column {name} of type {values.type}, expected {wanted.type}"
