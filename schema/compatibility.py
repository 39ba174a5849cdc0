"""Compatibility: how the shape of the tables changed, and which version bump the change requires.

When a version is tagged, `python -m steckbrief.schema.compatibility` writes the current shape to schema/shapes/. The
newest file there is the last tagged version. Tests read it instead of git tags, because a source archive has none.
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
"""Table -> column -> {"type": Arrow type as text, "nullable": bool, and, if known, "values" and "key"}."""


class Bump(IntEnum):
    """The size of a change of the schema version."""

    NONE = 0
    MINOR = 1
    MAJOR = 2

    def __str__(self) -> str:
        return self.name.lower()


def shape_of_declarations() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the shape of the declared tables, including allowed values and primary keys."""
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
    """Return the bump that a change of shape requires. Properties that only one shape records are not compared.

    Major: a removed table or column, a different type, a column that may now be NULL, a different primary key, a value
    that is no longer allowed, a different order of existing columns. Minor: a new table or column, a new allowed value,
    a column that is now never NULL.

    >>> old = {"tags": {"tag": {"type": "string", "nullable": False}}}
    >>> new = {"tags": {"tag": {"type": "string", "nullable": True}}}
    >>> str(bump_needed(old, new)), str(bump_needed(new, old)), str(bump_needed(old, {}))
    ('major', 'minor', 'major')
    """
    bump = Bump.NONE
    for table, old_columns in before.items():
        if table not in after:
            return Bump.MAJOR
        new_columns = after[table]
        if [name for name in new_columns if name in old_columns] != list(old_columns):
            return Bump.MAJOR
        bump = max(bump, *(_column_bump(old_columns[name], new_columns[name]) for name in old_columns))
    has_additions = any(set(after[table]) - set(before.get(table, ())) for table in after)
    return max(bump, Bump.MINOR) if has_additions else bump


def _column_bump(before: Mapping[str, Any], after: Mapping[str, Any]) -> Bump:
    if before["type"] != after["type"] or (after["nullable"] and not before["nullable"]):
        return Bump.MAJOR
    is_minor = before["nullable"] != after["nullable"]
    if "values" in before and "values" in after:
        old, new = set(before["values"]), set(after["values"])
        if before["key"] != after["key"] or (new and (not old or old - new)):
            return Bump.MAJOR
        is_minor = is_minor or old != new
    return Bump.MINOR if is_minor else Bump.NONE


def bump_made(before: str, after: str) -> Bump:
    """Return the bump from one schema version to another; NONE if the version went back.

    >>> str(bump_made("1.9", "1.10")), str(bump_made("1.9", "2.0")), str(bump_made("2.0", "1.9"))
    ('minor', 'major', 'none')
    """
    old, new = _numbers(before), _numbers(after)
    if new <= old:
        return Bump.NONE
    return Bump.MAJOR if new[0] > old[0] else Bump.MINOR


def went_back(before: str, after: str) -> bool:
    """Return whether the schema version `after` is older than `before`."""
    return _numbers(after) < _numbers(before)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def tagged() -> tuple[str, Shape]:
    """Return the newest version in schema/shapes/ and its shape."""
    newest = max(SHAPES.glob("*.json"), key=lambda file: _numbers(file.stem))
    return newest.stem, json.loads(newest.read_text(encoding="utf-8"))


def record(folder: Path = SHAPES) -> Path:
    """Write the current shape to a file in `folder` that is named after the current version, and return the file.

    Raises:
        FileExistsError: the version has a file. Readers rely on a tagged shape, so it never changes.
    """
    file = folder / f"{SCHEMA_VERSION}.json"
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(json.dumps(shape_of_declarations(), indent=1) + "\n")
    except FileExistsError as error:
        raise FileExistsError(
            f"{file} already exists: schema version {SCHEMA_VERSION} has been tagged, so its shape cannot change. For a"
            " new shape, raise SCHEMA_VERSION in schema/tables.py as docs/schema-policy.md says. If the version was"
            " never tagged, remove the file first."
        ) from error
    return file


if __name__ == "__main__":
    try:
        record()
    except FileExistsError as error:
        sys.exit(str(error))
