"""Replace the schema during a test, as a later version of this code would declare it.

The declarations are imported by name in many modules, so they are replaced in each of them.
"""

from __future__ import annotations

import dataclasses
import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pytest

from steckbrief import schema
from steckbrief.schema.history import history_schema
from steckbrief.schema.model import Column, TableSchema


@contextmanager
def another_schema(version: str, tables: Mapping[str, TableSchema]) -> Iterator[None]:
    """Within the block, exactly `tables` are declared, as schema version `version`."""
    (declarations,) = gc.get_referents(schema.TABLES)  # the dict behind the read-only view
    before = dict(declarations)
    rows = tuple(name for name, table in tables.items() if "row_id" in table.column_names)
    names: dict[str, Any] = {"SCHEMA_VERSION": version, "ROW_TABLES": rows, "HISTORY_TABLES": ("profiles", *rows)}
    modules = [
        module for name, module in sys.modules.items() if name.startswith(("steckbrief.schema", "steckbrief.load"))
    ]
    with pytest.MonkeyPatch.context() as patch:
        for module in modules:
            for name in set(names) & set(vars(module)):
                patch.setattr(module, name, names[name])
        _declare(declarations, tables)
        try:
            yield
        finally:
            _declare(declarations, before)


def _declare(declarations: dict[str, TableSchema], tables: Mapping[str, TableSchema]) -> None:
    declarations.clear()
    declarations.update(tables)
    history_schema.cache_clear()


def with_column(table: TableSchema, name: str, arrow_type: pa.DataType, **more: Any) -> TableSchema:
    """Return the table with a new column, or with the column of that name replaced."""
    column = Column(name, arrow_type, f"{name} as {arrow_type}.", **({"nullable": True} | more))
    if name not in table.column_names:
        return dataclasses.replace(table, columns=(*table.columns, column))
    return dataclasses.replace(
        table, columns=tuple(column if existing.name == name else existing for existing in table.columns)
    )


def without_column(table: TableSchema, name: str) -> TableSchema:
    return dataclasses.replace(table, columns=tuple(column for column in table.columns if column.name != name))
