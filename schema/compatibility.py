"""Compatibility: what changed in the shape of the tables, and which step of the schema version that asks for.

`python -m steckbrief.schema.compatibility` writes today's shape to schema/shapes/ when a version is tagged. The newest
file there records what was tagged last. Tests read it instead of git tags, which a copy of the sources may lack.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

from steckbrief.schema.tables import SCHEMA_VERSION, TABLES

SHAPES: Final = Path(__file__).parent / "shapes"
"""A file for each tagged version of the schema, named after it."""

Shape = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Table -> column -> {"type": Arrow type as text, "nullable": bool, and, where known, "values", "key"}."""


class Bump(IntEnum):
    """A step of the schema version, by how much readers must care."""

    NONE = 0
    MINOR = 1
    MAJOR = 2

    def __str__(self) -> str:
        return self.name.lower()


def shape_of_declarations() -> dict[str, dict[str, dict[str, Any]]]:
    """The shape of the declared tables, allowed values and primary keys included."""
    return {
        table.name: {
            column.name: {
                "type": str(column.arrow_type),
                "nullable": column.nullable,
                "values": list(column.allowed),
                "key": column.name in table.primary_key,
            }
            for column in table.columns
        }
        for table in TABLES.values()
    }


def bump_needed(before: Shape, after: Shape) -> Bump:
    """The step that going from one shape to the other asks for; what one of them does not tell is not compared.

    Major: a table or column that is gone, another type, a column that may now be NULL, another primary key, a value
    that is no longer allowed. Minor: a new table or column, a new allowed value, a column that is no longer NULL. The
    order of columns is part of the shape too: new ones may stand anywhere, old ones keep theirs.
    """
    found = Bump.NONE
    for table, columns in before.items():
        if table not in after:
            return Bump.MAJOR
        now = after[table]
        if [name for name in now if name in columns] != list(columns):
            return Bump.MAJOR
        found = max(found, *(_column(columns[name], now[name]) for name in columns))
    more = any(set(after[table]) - set(before.get(table, ())) for table in after)
    return max(found, Bump.MINOR) if more else found


def _column(before: Mapping[str, Any], after: Mapping[str, Any]) -> Bump:
    if before["type"] != after["type"] or (after["nullable"] and not before["nullable"]):
        return Bump.MAJOR
    looser = before["nullable"] != after["nullable"]
    if "values" in before and "values" in after:
        old, new = set(before["values"]), set(after["values"])
        if before["key"] != after["key"] or (new and (not old or old - new)):
            return Bump.MAJOR
        looser = looser or old != new
    return Bump.MINOR if looser else Bump.NONE


def bump_made(before: str, after: str) -> Bump:
    """The step from one schema version ("1.0") to another; none where the version went back."""
    old, new = _numbers(before), _numbers(after)
    if new <= old:
        return Bump.NONE
    return Bump.MAJOR if new[0] > old[0] else Bump.MINOR


def went_back(before: str, after: str) -> bool:
    """Whether the schema version `after` is older than `before`."""
    return _numbers(after) < _numbers(before)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def tagged() -> tuple[str, Shape]:
    """The newest version that has a file in schema/shapes/, and its shape."""
    newest = max(SHAPES.glob("*.json"), key=lambda file: _numbers(file.stem))
    return newest.stem, json.loads(newest.read_text(encoding="utf-8"))


def record(folder: Path = SHAPES) -> Path:
    """Write today's shape to `folder`, named after today's version; gives the file.

    FileExistsError where that version has one: what was tagged once is what readers rely on, and never changes.
    """
    file = folder / f"{SCHEMA_VERSION}.json"
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(json.dumps(shape_of_declarations(), indent=1) + "\n")
    except FileExistsError as error:
        raise FileExistsError(
            f"{file} is there already: schema version {SCHEMA_VERSION} has been tagged, and its shape stays. For"
            " another shape raise SCHEMA_VERSION in schema/tables.py as docs/schema-policy.md says; where the version"
            " was never tagged, remove the file first."
        ) from error
    return file


if __name__ == "__main__":
    try:
        record()
    except FileExistsError as error:
        sys.exit(str(error))
