"""Rows of plain Python values to Arrow tables, strictly. Nothing is coerced, dropped or filled in here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from steckbrief.schema.model import Column, TableSchema
from steckbrief.schema.tables import TABLES


def empty(table_name: str) -> pa.Table:
    """The table `table_name` without rows; KeyError where no such table is declared."""
    return TABLES[table_name].arrow_schema.empty_table()


def to_arrow(table_name: str, rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """Turn rows (column name -> str, int, bool, datetime.date or None) into the Arrow table `table_name`.

    Raises:
        ValueError: naming table, column and row (counted from 0), where a row lacks a column or has one that
            is not declared, where a value has another type than its column or does not fit in it, where None
            stands in a column that is never NULL, and where a text is empty.
        KeyError: where no such table is declared.
    """
    table = TABLES[table_name]
    listed = list(rows)
    expected = frozenset(table.column_names)
    for index, row in enumerate(listed):
        if row.keys() != expected:
            raise ValueError(_wrong_keys(table, index, row))
    arrays = [_array(table, column, [row[column.name] for row in listed]) for column in table.columns]
    return pa.Table.from_arrays(arrays, schema=table.arrow_schema)


def _array(table: TableSchema, column: Column, cells: Sequence[object]) -> pa.Array:
    python_type = _python_type(column)
    if any(found is not python_type and found is not type(None) for found in set(map(type, cells))):
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


def _python_type(column: Column) -> type:
    """The one Python type a column takes; exact, because bool is an int and a datetime is a date."""
    if column.is_text:
        return str
    if column.is_date:
        return dt.date
    return bool if pa.types.is_boolean(column.arrow_type) else int


def _place(table: TableSchema, column: Column, index: int) -> str:
    return f"Table {table.name}, column {column.name}, row {index}"


def _shown(cell: object) -> str:
    """A value short enough for a message."""
    text = repr(cell)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _wrong_keys(table: TableSchema, index: int, row: Mapping[str, object]) -> str:
    missing = [name for name in table.column_names if name not in row]
    unknown = [str(name) for name in row if name not in table.column_names]
    found = [f"column {', '.join(missing)} missing"] if missing else []
    if unknown:
        found.append(f"column {', '.join(unknown)} unknown")
    return (
        f"Table {table.name}, row {index}: {'; '.join(found)}. Give every declared column (None where there"
        " is nothing); new columns are declared in schema/columns.py."
    )
