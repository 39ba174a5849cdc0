"""Rows as typed records: the rows of one profile, and rows read back from Arrow tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

import pyarrow as pa

Rows: TypeAlias = Mapping[str, Sequence[NamedTuple]]
"""The rows of one profile: table -> records of schema/rows.py."""

_Record = TypeVar("_Record", bound=NamedTuple)


def of_type(rows: Sequence[NamedTuple], record: type[_Record]) -> Sequence[_Record]:
    """Return the rows of type `record`."""
    return [row for row in rows if isinstance(row, record)]


def read_records(table: pa.Table, record: type[_Record]) -> list[_Record]:
    """Return the rows of `table` as records of some of its columns. The other columns cost nothing."""
    columns = [table.column(name).to_pylist() for name in record._fields]
    return [*map(record._make, zip(*columns, strict=True))]
