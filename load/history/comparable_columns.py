"""The columns in which two releases can be compared, whatever their schema versions.

docs/schema-policy.md allows tables and columns to be added, removed and retyped. A missing table counts as empty, and a
column with a different type as a different column.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pyarrow as pa

from steckbrief.load.formats.parquet import parquet_schema, read_parquet
from steckbrief.load.releases.published import MANIFEST, read
from steckbrief.schema.history import HISTORY_TABLES, identity


def history_schemas(release: Path | Mapping[str, pa.Table]) -> Mapping[str, pa.Schema]:
    """Return the schema of every table of a release that can have a history.

    A table of an old release whose rows have no row_id is left out, because its rows cannot be identified.

    Args:
        release: its folder, which may not be published yet, or its tables if they are in memory.

    Raises:
        OSError: a table of the release cannot be read.
    """
    if isinstance(release, Path):
        tables = read(release).manifest["tables"] if (release / MANIFEST).is_file() else HISTORY_TABLES
        schemas = {name: parquet_schema(release, name) for name in HISTORY_TABLES if name in tables}
    else:
        schemas = {name: release[name].schema for name in HISTORY_TABLES}
    return {name: schema for name, schema in schemas.items() if identity(name) <= set(schema.names)}


def rows_of(release: Path | Mapping[str, pa.Table], name: str, columns: Collection[str]) -> pa.Table:
    """Return those of `columns` that the table `name` of a release has, in the table's order.

    Args:
        release: its folder, or its tables if they are in memory.
        name: the table.
        columns: the names of the columns.

    Raises:
        OSError: the file cannot be read.
    """
    if isinstance(release, Path):
        return read_parquet(release, name, columns)
    return release[name].select([column for column in release[name].column_names if column in columns])


def comparable_columns(name: str, one: pa.Schema | None, other: pa.Schema | None) -> frozenset[str]:
    """Return the columns that both schemas have with the same type; none if the rows cannot be matched."""
    if one is None or other is None:
        return frozenset()
    types = {field.name: field.type for field in other}
    common = frozenset(field.name for field in one if types.get(field.name) == field.type)
    return common if identity(name) <= common else frozenset()
