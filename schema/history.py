"""History: which tables have one, and which columns every version of a row carries.

A column has a history where a change of it means that somebody edited something. Positions and line numbers change when
other rows come or go, shared_by when other profiles do, and source_bytes never without source_sha256.
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
"""Columns whose change makes no new version of a row, and which its history therefore leaves out.

Another list makes other histories, so it is a major step of the schema version as well."""

FROM: Final = "valid_from"
TO: Final = "valid_to"
TIME: Final = pa.timestamp("us", tz="UTC")

DESCRIPTIONS: Final = {
    FROM: "Time of the first release that has the row like this.",
    TO: "Time of the first release that has it otherwise or not at all; NULL where the newest release has it.",
}


def key_of(name: str) -> str:
    """The column that tells which row of the table `name` a version is of."""
    return "profile_id" if name == "profiles" else "row_id"


def identity(name: str) -> frozenset[str]:
    """The columns without which a row of the table `name` cannot be followed."""
    return frozenset({key_of(name), "profile_id"})


def versioned(name: str) -> tuple[str, ...]:
    """The columns of the table `name` that its history carries, key included, in published order."""
    return tuple(column for column in TABLES[name].column_names if column not in UNVERSIONED)


@cache
def history_schema(name: str) -> pa.Schema:
    """The Arrow schema of the history of `name`, as declared today."""
    return history_of(name, TABLES[name].arrow_schema)


def history_of(name: str, stored: pa.Schema) -> pa.Schema:
    """The Arrow schema of the history of `name` in a release whose table is `stored`, which may be of another day.

    It has the versioned columns, then valid_from and valid_to. All but the identity and valid_from may be NULL: a
    column may be younger than a version.
    """
    always = identity(name)
    fields = [each for each in stored if each.name not in UNVERSIONED]
    fields = [each if each.name in always else each.with_nullable(True) for each in fields]  # noqa: FBT003 - pyarrow's
    fields += [
        pa.field(column, TIME, nullable=column == TO, metadata={"description": DESCRIPTIONS[column]})
        for column in (FROM, TO)
    ]
    return pa.schema(fields, metadata={"description": f"Every version of every row of {name}, one row each."})
