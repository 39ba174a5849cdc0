"""Rows written as mappings, turned into records for schema.to_arrow."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from steckbrief.schema import TABLES, to_arrow


def record(table: str, row: Mapping[str, Any]) -> Any:
    """A record with the columns of `row`, those of the table in its order; further ones follow."""
    known = [name for name in TABLES[table].column_names if name in row]
    row_type = namedtuple("Row", dict.fromkeys((*known, *row)))  # type: ignore[misc]
    return row_type(**row)


def arrow(table: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """The Arrow table of `rows`."""
    return to_arrow(table, [record(table, row) for row in rows])
