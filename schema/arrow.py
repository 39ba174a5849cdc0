"""Rows to Arrow tables, strictly. Nothing is coerced, dropped or filled in here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from steckbrief.schema.model import Column, TableSchema
from steckbrief.schema.tables import TABLES


def empty(table_name: str) -> pa.Table:
    """The table `table_name` without rows; KeyError if no such table is declared."""
    return TABLES[table_name].arrow_schema.empty_table()


def equal_runs(column: pa.ChunkedArray) -> Iterator[tuple[Any, int, int]]:
    """(value, first row, row after the last) of every stretch of equal values."""
    encoded = pc.run_end_encode(column.combine_chunks())
    ends = encoded.run_ends.to_pylist()
    # The last end starts no stretch.
    return zip(encoded.values.to_pylist(), [0, *ends], ends, strict=False)


def to_arrow(table_name: str, rows: Iterable[NamedTuple]) -> pa.Table:
    """Turn rows (records of schema/rows.py) into the Arrow table `table_name`.

    Raises:
        ValueError: naming table, column and row (counted from 0), if a row has other columns than the table, if a value
            has another type than its column or does not fit in it, if None stands in a column that is never NULL, and
            if a text is empty.
        KeyError: if no such table is declared.
    """
    table = TABLES[table_name]
    listed = list(rows)
    if not listed:
        return table.arrow_schema.empty_table()
    if any(row._fields != table.column_names for row in {type(row): row for row in listed}.values()):
        raise ValueError(_wrong_columns(table, listed))
    cells = zip(*listed, strict=True)
    arrays = [_array(table, column, values) for column, values in zip(table.columns, cells, strict=True)]
    return pa.Table.from_arrays(arrays, schema=table.arrow_schema)


def _array(table: TableSchema, column: Column, cells: Sequence[object]) -> pa.Array:
    python_type = column.python_type
    if not {python_type, type(None)}.issuperset(map(type, cells)):
        wrong = next(i for i, cell in enumerate(cells) if cell is not None and type(cell) is not python_type)
        raise ValueError(
            f"{_place(table, column, wrong)}: expected {python_type.__name__} or None, found"
            f" {type(cells[wrong]).__name__} {_shown(cells[wrong])}. Convert it where the row is made."
        )
    if not column.nullable and None in cells:
        raise ValueError(
            f"{_place(table, column, cells.index(None))}: found None in a column that is never NULL."
            " Fill it where the row is made, or leave the row out and report a diagnostic."
        )
    if python_type is str and "" in cells:
        raise ValueError(
            f"{_place(table, column, cells.index(''))}: found an empty text; nothing is None in these tables."
            " Use `value or None` where the row is made."
        )
    try:
        return pa.array(cells, type=column.arrow_type)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError) as error:
        wrong = next(i for i, cell in enumerate(cells) if not _fits(column, cell))
        raise ValueError(
            f"{_place(table, column, wrong)}: {_shown(cells[wrong])} does not fit in {column.arrow_type}: {error}"
        ) from error


def _fits(column: Column, cell: object) -> bool:
    try:
        pa.scalar(cell, type=column.arrow_type)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        return False
    return True


def _place(table: TableSchema, column: Column, index: int) -> str:
    return f"Table {table.name}, column {column.name}, row {index}"


def _shown(cell: object) -> str:
    """A value short enough for a message."""
    text = repr(cell)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _wrong_columns(table: TableSchema, rows: Sequence[NamedTuple]) -> str:
    index, found = next((i, row._fields) for i, row in enumerate(rows) if row._fields != table.column_names)
    missing = [name for name in table.column_names if name not in found]
    unknown = [name for name in found if name not in table.column_names]
    wrong = [f"column {', '.join(missing)} missing"] if missing else []
    wrong += [f"column {', '.join(unknown)} unknown"] if unknown else []
    return (
        f"Table {table.name}, row {index}: {'; '.join(wrong) or 'columns in another order'}. Expected a"
        f" {table.row_type} ({', '.join(table.column_names)})."
    )
