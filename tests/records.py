"""Turns rows written as mappings into records for schema.to_arrow."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from steckbrief.schema import TABLES, to_arrow


def record(table: str, row: Mapping[str, Any]) -> Any:
    """Return a record with the columns of `row`: first those of the table, in its order, then all others."""
    declared = [name for name in TABLES[table].column_names if name in row]
    row_type = namedtuple("Row", dict.fromkeys((*declared, *row)))  # type: ignore[misc]
    return row_type(**row)


def arrow(table: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return `rows` as an Arrow table."""
    return to_arrow(table, [record(table, row) for row in rows])
