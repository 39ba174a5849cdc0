"""DuckDB: all tables in one file, with comments, and views that join profiles to each child table."""

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
"""Columns of profiles that each view adds to every row, with the prefix profile_."""


class DuckDB(DatabaseFormat):
    """steckbrief.duckdb, for SQL."""

    name = "duckdb"
    file = "steckbrief.duckdb"
    summary = "`steckbrief.duckdb`: all tables with comments, and views such as `features_with_profile`."
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
                # Write straight into the file at the commit, not into a log first and then into the file.
                connection.execute("SET checkpoint_threshold = '1KB'")
                connection.begin()  # one transaction, because each statement on its own would flush to the device
                connection.execute(";\n".join(_tables()))
                for name in TABLES:
                    connection.from_arrow(tables[name]).insert_into(name)
                connection.execute(";\n".join(_views()))
                connection.commit()
        except duckdb.Error as error:
            raise OSError(f"{path}: {brief(error)}") from error
        sync_file(path)

    def columns(self, folder: Path, name: str, expected: pa.Table) -> Iterator[Column]:  # noqa: ARG002 - it knows its types
        """The columns of the table `name`. The file is opened once per process as long as a caller holds it open."""
        path = folder / self.file
        try:
            with connected(path, read_only=True) as connection:
                table = connection.sql(f"SELECT * FROM {quoted(name)}").to_arrow_table()  # noqa: S608 - a declared name
        except duckdb.Error as error:
            raise OSError(f"{path}: {brief(error)}") from error
        for column in table.column_names:
            yield 0, column, table[column]


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
