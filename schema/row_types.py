"""The declarations as Python types: one record per shape of table.

`python -m steckbrief.schema.row_types` writes schema/rows.py, and a test fails if that file is stale.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from steckbrief.schema.model import Column, TableSchema
from steckbrief.schema.tables import TABLES

MODULE: Final = Path(__file__).resolve().parent / "rows.py"

_INTRODUCTION: Final = '''\
"""One record per shape of table. `python -m steckbrief.schema.row_types` writes this module; do not edit it."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple
'''


def render() -> str:
    """The whole module."""
    tables: dict[str, list[TableSchema]] = {}
    for table in TABLES.values():
        tables.setdefault(table.row_type, []).append(table)
    return _INTRODUCTION + "".join(_record(name, same) for name, same in tables.items())


def _record(name: str, tables: list[TableSchema]) -> str:
    names = ", ".join(table.name for table in tables)
    fields = [f"    {column.name}: {_type(column)}\n" for column in tables[0].columns]
    return f'\n\nclass {name}(NamedTuple):\n    """A row of {names}."""\n\n{"".join(fields)}'


def _type(column: Column) -> str:
    name = "dt.date" if column.is_date else column.python_type.__name__
    return f"{name} | None" if column.nullable else name


if __name__ == "__main__":
    MODULE.write_text(render(), encoding="utf-8")
