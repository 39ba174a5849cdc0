"""Tables to steckbrief.duckdb: the same tables with comments, and views that join profiles to each child table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from steckbrief.load.database import brief, connected
from steckbrief.load.disk import sync_file
from steckbrief.schema.csv_options import sql_type
from steckbrief.schema.model import TableSchema
from steckbrief.schema.sql import literal, quoted
from steckbrief.schema.tables import TABLES

FILE: Final = "steckbrief.duckdb"

JOINED: Final = ("title", "locale", "language", "category", "official_domain", "price_model")
"""Columns of profiles that a view puts beside every row, each with the prefix profile_."""


def write_duckdb(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    """Write and flush steckbrief.duckdb in `folder` from `tables`, all that are declared.

    OSError where the disk does not take it.
    """
    path = folder / FILE
    try:
        with connected(path) as connection:
            # Compressing halves the file and doubles the CPU for it; Parquet is the compact form of a release.
            connection.execute("PRAGMA force_compression = 'uncompressed'")
            # Straight into the file at the commit, not into a log first and then into the file.
            connection.execute("SET checkpoint_threshold = '1KB'")
            connection.begin()  # one transaction: every statement on its own would flush to the device
            connection.execute(";\n".join(_tables()))
            for name in TABLES:
                connection.from_arrow(tables[name]).insert_into(name)
            connection.execute(";\n".join(_views()))
            connection.commit()
    except duckdb.Error as error:
        raise OSError(f"{path}: {brief(error)}") from error
    sync_file(path)


def child_tables() -> tuple[TableSchema, ...]:
    """Tables whose profile_id points at profiles: those that get a view."""
    return tuple(
        table
        for table in TABLES.values()
        if any(key.table == "profiles" and key.columns == ("profile_id",) for key in table.foreign_keys)
    )


def view_name(table: TableSchema) -> str:
    """The name of a child table's view, for example features_with_profile."""
    return f"{table.name}_with_profile"


def _tables() -> Iterator[str]:
    """SQL that makes and describes every table."""
    for table in TABLES.values():
        name = quoted(table.name)
        columns = ", ".join(
            f"{quoted(column.name)} {sql_type(column)}{'' if column.nullable else ' NOT NULL'}"
            for column in table.columns
        )
        yield f"CREATE TABLE {name} ({columns})"
        yield f"COMMENT ON TABLE {name} IS {literal(table.description)}"
        yield from (_comment(table.name, column.name, column.description) for column in table.columns)


def _views() -> Iterator[str]:
    """SQL that makes and describes the view of every child table."""
    joined = ", ".join(f"p.{quoted(name)} AS {quoted(f'profile_{name}')}" for name in JOINED)
    profiles = TABLES["profiles"]
    for table in child_tables():
        view = view_name(table)
        yield (
            f"CREATE VIEW {quoted(view)} AS SELECT c.*, {joined} FROM {quoted(table.name)} c"  # noqa: S608 - declared names
            " JOIN profiles p USING (profile_id)"
        )
        about = f"{table.description} With columns of its profile, named profile_...; for filters and dashboards."
        yield f"COMMENT ON VIEW {quoted(view)} IS {literal(about)}"
        yield from (_comment(view, column.name, column.description) for column in table.columns)
        yield from (_comment(view, f"profile_{name}", profiles.column(name).description) for name in JOINED)


def _comment(relation: str, column: str, text: str) -> str:
    return f"COMMENT ON COLUMN {quoted(relation)}.{quoted(column)} IS {literal(text)}"
