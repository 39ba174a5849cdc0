"""The declarations as a data dictionary in Markdown.

`python -m steckbrief.schema.dictionary` writes docs/data-dictionary.md; a test fails if that file is stale. The
README.md of every release contains the same tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from steckbrief.schema.model import Column, TableSchema
from steckbrief.schema.tables import SCHEMA_VERSION, TABLES

DOCUMENT: Final = Path(__file__).resolve().parent.parent / "docs" / "data-dictionary.md"

_INTRODUCTION: Final = f"""\
# Data dictionary

Schema version {SCHEMA_VERSION}. This page is generated from the declarations in `schema/` by
`python -m steckbrief.schema.dictionary`; do not edit it.

Rows are sorted by `profile_id` and `position`, except diagnostics, which are sorted by `position`, and changes, which
are sorted by their primary key. Missing values are NULL, which is an empty cell in CSV; an empty text is never stored.
Types are Arrow types. In CSV, `bool` is `true` or `false`, and `date32` is YYYY-MM-DD. Lines are counted from 1 in the
file as stored, including the front matter.
"""


def render() -> str:
    """Return the whole data dictionary."""
    return f"{_INTRODUCTION}\n{overview()}\n{tables()}"


def overview() -> str:
    """Return a Markdown table of all tables with their keys."""
    lines = ["| table | primary key | what a row is |", "| --- | --- | --- |"]
    lines += [
        f"| [{table.name}](#{table.name}) | {_names(table.primary_key)} | {_cell(table.description)} |"
        for table in TABLES.values()
    ]
    return "\n".join(lines) + "\n"


def tables() -> str:
    """Return one Markdown section per table."""
    return "\n".join(_table(table) for table in TABLES.values())


def _table(table: TableSchema) -> str:
    lines = [f"## {table.name}", "", table.description, "", f"- Primary key: {_names(table.primary_key)}"]
    lines += [f"- Unique: {_names(columns)}" for columns in table.unique]
    lines += [
        f"- {_names(key.columns)} refers to [{key.table}](#{key.table}) ({_names(key.references)})"
        for key in table.foreign_keys
    ]
    lines += ["", "| column | type | NULL | meaning |", "| --- | --- | --- | --- |"]
    lines += [_row(column) for column in table.columns]
    for column in table.columns:
        if column.allowed:
            lines += ["", f"Values of `{column.name}`:", ""]
            lines += [f"- `{value}`: {meaning}" for value, meaning in column.values.items()]
    return "\n".join(lines) + "\n"


def _row(column: Column) -> str:
    null = "yes" if column.nullable else "no"
    return f"| `{column.name}` | {_type(column)} | {null} | {_cell(column.description)} |"


def _type(column: Column) -> str:
    # Arrow also prints the unit: date32[day].
    return "date32" if column.is_date else str(column.arrow_type)


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in columns)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(render(), encoding="utf-8")
