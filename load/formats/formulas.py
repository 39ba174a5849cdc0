"""Neutralise texts that a spreadsheet would run as formulas, by an apostrophe in front of them."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

_FORMULA: Final = r"\A'*[=+\-@\t\r]"
"""The start of a formula in Excel, LibreOffice or Google Sheets (OWASP, CSV Injection). Preceding apostrophes are
included, so that removing one apostrophe always restores the original text."""

_NEUTRALISED: Final = r"\A'('*[=+\-@\t\r])"

_RISKY: Final = (b"'", b"=", b"+", b"-", b"@", b"\t", b"\r")
"""The first bytes of texts that _FORMULA can match."""


def neutralise(table: pa.Table) -> tuple[pa.Table, int]:
    """Put an apostrophe before every text that a spreadsheet would run, and return the number of such texts as well.

    These texts start with any number of apostrophes and then = + - @, a tab or a carriage return. `restore` is the
    exact inverse.

    >>> safe, cells = neutralise(pa.table({"tag": ["=1+1", "'=1", "1+1"]}))
    >>> safe["tag"].to_pylist(), cells
    (["'=1+1", "''=1", '1+1'], 2)
    """
    cells = 0
    for index, field in enumerate(table.schema):
        if not pa.types.is_string(field.type):
            continue
        column = table.column(index)
        # Comparing the first bytes excludes nearly every column in half the time of the regular expression.
        if not pc.any(pc.is_in(pc.binary_slice(column.cast(pa.binary()), 0, 1), value_set=pa.array(_RISKY))).as_py():
            continue
        risky = pc.match_substring_regex(column, _FORMULA)
        number = pc.sum(risky).as_py() or 0
        if number:
            cells += number
            marked = pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
            table = table.set_column(index, field, marked)
    return table, cells


def restore(table: pa.Table) -> pa.Table:
    """Remove the apostrophes that `neutralise` added."""
    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            original = pc.replace_substring_regex(table.column(index), _NEUTRALISED, r"\1")
            table = table.set_column(index, field, original)
    return table
