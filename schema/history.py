"""The tables that have a history, and the columns of its versions.

A column has a history if a change in it means that the profile was edited. Positions and line numbers change when other
rows are added or removed, shared_by changes when other profiles change, and source_bytes only ever changes together
with source_sha256.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import pyarrow as pa

from steckbrief.schema.columns import COLUMNS
from steckbrief.schema.listings import ROW_TABLES
from steckbrief.schema.tables import TABLES

HISTORY_TABLES: Final = ("profiles", *ROW_TABLES)
"""Tables whose rows keep their identity from release to release."""

UNVERSIONED: Final = frozenset(
    {
        "source_bytes",
        "position",
        "section_position",
        "shared_by",
        "shared_key",
        *(name for name in COLUMNS if name.endswith(("line_start", "line_end"))),
    }
)
"""Columns that are not in the history, because a change in them does not make a new version of a row.

Changing this list changes the histories, which is a major change of the schema."""

FROM: Final = "valid_from"
TO: Final = "valid_to"
TIME: Final = pa.timestamp("us", tz="UTC")

DESCRIPTIONS: Final = {
    FROM: "Time of the first release that contains this version of the row.",
    TO: "Time of the first release that no longer contains this version; NULL if the newest release contains it.",
}


def key_of(name: str) -> str:
    """Return the column that identifies a row of the table `name`.

    >>> key_of("profiles"), key_of("pros")
    ('profile_id', 'row_id')
    """
    return "profile_id" if name == "profiles" else "row_id"


def identity(name: str) -> frozenset[str]:
    """Return the columns without which a row of the table `name` cannot be followed."""
    return frozenset({key_of(name), "profile_id"})


def versioned(name: str) -> tuple[str, ...]:
    """Return the columns of the table `name` in its history, including the key, in published order."""
    return tuple(column for column in TABLES[name].column_names if column not in UNVERSIONED)


@cache
def history_schema(name: str) -> pa.Schema:
    """Return the Arrow schema of the history of `name` as currently declared."""
    return history_of(name, TABLES[name].arrow_schema)


def history_of(name: str, stored: pa.Schema) -> pa.Schema:
    """Return the Arrow schema of the history of `name` for a table with the schema `stored`, possibly an older one.

    It has the versioned columns, then valid_from and valid_to. All columns except the identity and valid_from may be
    NULL, because a version can be older than a column.
    """
    never_null = identity(name)
    fields = [
        field if field.name in never_null else field.with_nullable(True)  # noqa: FBT003 - pyarrow's
        for field in stored
        if field.name not in UNVERSIONED
    ]
    fields += [
        pa.field(column, TIME, nullable=column == TO, metadata={"description": DESCRIPTIONS[column]})
        for column in (FROM, TO)
    ]
    return pa.schema(fields, metadata={"description": f"One row for every version of every row of {name}."})
