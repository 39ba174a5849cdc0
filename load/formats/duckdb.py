"""DuckDB: all tables in one file with comments, and views that join each child table with profiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from steckbrief.load.database import brief, connected
from steckbrief.load.disk import sync_file
from steckbrief.load.formats.format import Column, DatabaseFormat
from steckbrief.schema.csv_options import sql_type
from steckbrief.schema.model import TableSchema
from steckbrief.schema.sql import literal, quoted
from steckbrief.schema.tables import TABLES

JOINED: Final = ("title", "locale", "language", "category", "official_domain", "price_model")
"""Columns of profiles that every view adds, with the prefix profile_."""


class DuckDB(DatabaseFormat):
    """steckbrief.duckdb, for SQL."""

    name = "duckdb"
    file = "steckbrief.duckdb"
    summary = "`steckbrief.duckdb`: all tables with comments, and views such as `features_with_profile`, for SQL."
    reading = """\
```sql
-- duckdb -readonly steckbrief.duckdb
SELECT profile_category, count(*) FROM features_with_profile GROUP BY ALL ORDER BY ALL;
```
"""

    def write(self, tables: Mapping[str, pa.Table], folder: Path) -> None:
        """Write and flush steckbrief.duckdb."""
        path = folder / self.file
        try:
            with connected(path) as connection:
                # Compression halves the file and doubles the CPU time; Parquet is the compact form of a release.
                connection.execute("PRAGMA force_compression = 'uncompressed'")
                # Make the commit write to the file directly, without writing to the log first.
                connection.execute("SET checkpoint_threshold = '1KB'")
                connection.begin()  # one transaction, because every commit flushes to the device
                connection.execute(";\n".join(_tables()))
                for name in TABLES:
                    connection.from_arrow(tables[name]).insert_into(name)
                connection.execute(";\n".join(_views()))
                connection.commit()
        except duckdb.Error as error:
            raise OSError(f"{path}: {brief(error)}") from error
        sync_file(path)

    def columns(self, folder: Path, name: str, expected: pa.Table) -> Iterator[Column]:  # noqa: ARG002 - DuckDB stores the types
        """Yield the columns of the table `name`. DuckDB shares the open file with other connections of the process."""
        path = folder / self.file
        try:
            with connected(path, read_only=True) as connection:
                table = connection.sql(f"SELECT * FROM {quoted(name)}").to_arrow_table()  # noqa: S608 - a declared name
        except duckdb.Error as error:
            raise OSError(f"{path}: {brief(error)}") from error
        for column in table.column_names:
            yield 0, column, table[column]


def child_tables() -> tuple[TableSchema, ...]:
    """Return the tables that get a view: those whose profile_id refers to profiles."""
    return tuple(
        table
        for table in TABLES.values()
        if any(key.table == "profiles" and key.columns == ("profile_id",) for key in table.foreign_keys)
    )


def view_name(table: TableSchema) -> str:
    """Return the name of a child table's view.

    >>> view_name(TABLES["features"])
    'features_with_profile'
    """
    return f"{table.name}_with_profile"


def _tables() -> Iterator[str]:
    """Yield SQL statements that create and describe every table."""
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
    """Yield SQL statements that create and describe the view of every child table."""
    joined = ", ".join(f"p.{quoted(name)} AS {quoted(f'profile_{name}')}" for name in JOINED)
    profiles = TABLES["profiles"]
    for table in child_tables():
        view = view_name(table)
        yield (
            f"CREATE VIEW {quoted(view)} AS SELECT c.*, {joined} FROM {quoted(table.name)} c"  # noqa: S608 - declared names
            " JOIN profiles p USING (profile_id)"
        )
        description = (
            f"{table.description} Includes columns of the profile, named profile_..., for filters and dashboards."
        )
        yield f"COMMENT ON VIEW {quoted(view)} IS {literal(description)}"
        yield from (_comment(view, column.name, column.description) for column in table.columns)
        yield from (_comment(view, f"profile_{name}", profiles.column(name).description) for name in JOINED)


def _comment(relation: str, column: str, text: str) -> str:
    return f"COMMENT ON COLUMN {quoted(relation)}.{quoted(column)} IS {literal(text)}"
