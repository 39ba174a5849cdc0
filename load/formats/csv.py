"""Tables to CSV files and back: UTF-8 with a byte order mark, CRLF row ends, ISO dates, an empty cell for NULL.

Every text is quoted, so that 007, NULL and line ends inside a cell reach the reader as they are. What a spreadsheet
would run as a formula is neutralised here, and only here: Parquet and DuckDB files keep the text as it is.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from steckbrief.schema.csv_options import LINE_END, arrow_convert_options, arrow_parse_options

_FORMULA: Final = r"\A'*[=+\-@\t\r]"
"""Starts of a formula in Excel, LibreOffice or Google Sheets (OWASP, CSV Injection). Apostrophes before one are
covered too, so that taking one apostrophe away always gives the original text back."""

_NEUTRALISED: Final = r"\A'('*[=+\-@\t\r])"

_RISKY: Final = (b"'", b"=", b"+", b"-", b"@", b"\t", b"\r")
"""The first bytes of texts that _FORMULA can match."""

_ROWS_AT_ONCE: Final = 8192
"""Rows that pyarrow turns into text in one go; its default of 1,024 costs more calls, more costs memory."""


_BLOCK: Final = 1 << 20
"""Bytes that are read at once, pyarrow's default."""

_OTHER: Final = 64
"""Bytes of a cell beyond its text: quotes, separator, or a number or a time."""


def csv_path(folder: Path, table_name: str) -> Path:
    """Where a table's CSV file stands in a release folder."""
    return folder / f"{table_name}.csv"


def write_csv(table: pa.Table, folder: Path, name: str) -> None:
    """Write and flush `<name>.csv`; OSError where the disk does not take it."""
    options = csv.WriteOptions(eol=LINE_END, batch_size=_ROWS_AT_ONCE)
    with csv_path(folder, name).open("wb") as file:
        file.write(codecs.BOM_UTF8)
        csv.write_csv(table, file, options)
        file.flush()
        os.fsync(file.fileno())


def csv_batches(folder: Path, name: str, longest: int) -> Iterator[pa.RecordBatch]:
    """The rows of `<name>.csv` with the declared types, in pieces.

    Args:
        folder: the release.
        name: the table.
        longest: bytes of the longest row; pyarrow reads blocks of bytes, and no row may be longer than one.

    Raises:
        OSError: the file is missing or does not fit the declared types.
    """
    path = csv_path(folder, name)
    try:
        # One thread: a second one reads ahead, which costs memory and saves nothing at this size.
        with csv.open_csv(
            path,
            read_options=csv.ReadOptions(use_threads=False, block_size=max(longest, _BLOCK)),
            parse_options=arrow_parse_options(),
            convert_options=arrow_convert_options(name),
        ) as reader:
            yield from reader
    except pa.ArrowInvalid as error:
        raise OSError(f"{path} is not readable as CSV: {error}") from error


def longest_row(table: pa.Table) -> int:
    """Bytes that a row of `table` has in CSV at the most: every quote doubled, separators and other types included."""
    texts = (column for column in table.columns if pa.types.is_string(column.type))
    lengths = sum(pc.max(pc.binary_length(each)).as_py() or 0 for each in texts)
    return int(2 * lengths + _OTHER * table.num_columns)


def neutralise(table: pa.Table) -> tuple[pa.Table, int]:
    """Put an apostrophe before every text a spreadsheet would take for a formula; also gives how many.

    A text is one that starts with = + - @, a tab or a carriage return, after any number of apostrophes.
    `restore` undoes it exactly.
    """
    cells = 0
    for index, field in enumerate(table.schema):
        if not pa.types.is_string(field.type):
            continue
        column = table.column(index)
        # First of all by the first byte, which rules out nearly every column in half the time of the expression.
        if not pc.any(pc.is_in(pc.binary_slice(column.cast(pa.binary()), 0, 1), value_set=pa.array(_RISKY))).as_py():
            continue
        risky = pc.match_substring_regex(column, _FORMULA)
        found = pc.sum(risky).as_py() or 0
        if found:
            cells += found
            marked = pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
            table = table.set_column(index, field, marked)
    return table, cells


def restore(table: pa.Table) -> pa.Table:
    """Take away the apostrophes that `neutralise` put in."""
    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            original = pc.replace_substring_regex(table.column(index), _NEUTRALISED, r"\1")
            table = table.set_column(index, field, original)
    return table
