"""Rows as typed records: those of one profile by table, and those of Arrow tables read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

import pyarrow as pa

Rows: TypeAlias = Mapping[str, Sequence[NamedTuple]]
"""The rows of one profile: table -> records of schema/rows.py."""

_Record = TypeVar("_Record", bound=NamedTuple)


def of_type(rows: Sequence[NamedTuple], record: type[_Record]) -> Sequence[_Record]:
    """The rows that are of type `record`."""
    return [row for row in rows if isinstance(row, record)]


def read_records(table: pa.Table, record: type[_Record]) -> list[_Record]:
    """The rows of `table` as records that name some of its columns; texts nobody asks for are not made into objects."""
    columns = [table.column(name).to_pylist() for name in record._fields]
    return [*map(record._make, zip(*columns, strict=True))]
