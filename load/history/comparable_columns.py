"""What a release of any schema version has of the tables that are followed from release to release.

docs/schema-policy.md lets tables and columns come, go and take another type. So a table that one of two releases does
not have counts as empty there, and a column of another type as another column.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pyarrow as pa

from steckbrief.load.formats.parquet import parquet_schema, read_parquet
from steckbrief.load.releases.published import MANIFEST, read
from steckbrief.schema.history import HISTORY_TABLES, identity


def stored_schemas(folder: Path) -> Mapping[str, pa.Schema]:
    """Table -> schema, for every followed table of the release in `folder`, which may still be in the making.

    A table whose rows cannot be told apart yet (it had no row_id then) is left out. Raises OSError where a table's
    file cannot be read although the release has the table.
    """
    has = read(folder).manifest["tables"] if (folder / MANIFEST).is_file() else HISTORY_TABLES
    schemas = {name: parquet_schema(folder, name) for name in HISTORY_TABLES if name in has}
    return {name: schema for name, schema in schemas.items() if identity(name) <= set(schema.names)}


def rows_of(folder: Path, name: str, columns: Collection[str], made: Mapping[str, pa.Table] | None = None) -> pa.Table:
    """Those of `columns` that the table `name` of the release in `folder` has, in its order.

    Taken from `made`, the tables of that release, where they are still in memory: that they are what its files hold is
    checked before it is published (read_back.py). Else OSError where the file cannot be read.
    """
    if made is None:
        return read_parquet(folder, name, columns)
    return made[name].select([each for each in made[name].column_names if each in columns])


def comparable(name: str, one: pa.Schema | None, other: pa.Schema | None) -> frozenset[str]:
    """The columns that two versions of the table `name` have with the same type; none where rows cannot be matched."""
    if one is None or other is None:
        return frozenset()
    types = {each.name: each.type for each in other}
    both = frozenset(each.name for each in one if types.get(each.name) == each.type)
    return both if identity(name) <= both else frozenset()
