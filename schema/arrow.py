"""Convert rows to Arrow tables strictly, without coercing, dropping or filling in values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from steckbrief.schema.model import Column, TableSchema
from steckbrief.schema.tables import TABLES


def empty(table_name: str) -> pa.Table:
    """Return the table `table_name` without rows; KeyError if it is not declared."""
    return TABLES[table_name].arrow_schema.empty_table()


def equal_runs(column: pa.ChunkedArray) -> Iterator[tuple[Any, int, int]]:
    """Yield (value, first row, row after the last) for every run of equal values.

    >>> list(equal_runs(pa.chunked_array([["a", "a", "b"]])))
    [('a', 0, 2), ('b', 2, 3)]
    """
    encoded = pc.run_end_encode(column.combine_chunks())
    ends = encoded.run_ends.to_pylist()
    # strict=False, because the last end does not start a run.
    return zip(encoded.values.to_pylist(), [0, *ends], ends, strict=False)


def to_arrow(table_name: str, rows: Iterable[NamedTuple]) -> pa.Table:
    """Convert rows (records from schema/rows.py) to the Arrow table `table_name`.

    Raises:
        ValueError: a row has the wrong columns, a value has the wrong type or does not fit in its column, a column
            that is never NULL contains None, or a text is empty. The message names table, column and row (counted from
            0).
        KeyError: the table is not declared.
    """
    table = TABLES[table_name]
    rows = list(rows)
    if not rows:
        return table.arrow_schema.empty_table()
    if any(row._fields != table.column_names for row in {type(row): row for row in rows}.values()):
        raise ValueError(_wrong_columns(table, rows))
    cells = zip(*rows, strict=True)
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
            f"{_place(table, column, cells.index(''))}: found an empty text. Missing values must be None."
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
    """Return a value as text, shortened for a message.

    >>> _shown("x" * 100) == "'" + "x" * 56 + "..."
    True
    """
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
