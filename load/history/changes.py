"""What changed against the previous release: the table `changes`.

It compares profiles, by profile_id, and the tables whose rows have a row_id. The other tables follow from these or from
source_sha256 (sections, links, tags, front_matter), or describe a run (diagnostics).

What an analyst can rely on:

- A row that only moved did not change: only versioned columns are compared (schema/history.py).
- A row_id comes from a row's text, so a row whose text was edited is one removed and one added row. A changed row is
  one whose identity stayed: the answer of a question, the description or target of an alternative.
- An edited file always shows, at least as source_sha256 of its profile, and a file that moved as source_path.
- An added or removed row gives one row with column "*"; its after or before holds what names the row: the title, the
  text, the question, the name. A changed row gives one row per changed column.
- A column that only one release has, or that has another type in the other, is not compared. If only one release has
  a table, all its rows were added or removed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from steckbrief.load.errors import ReleaseError
from steckbrief.load.history.changed_profiles import changed_profiles
from steckbrief.load.history.comparable_columns import comparable_columns, history_schemas, rows_of
from steckbrief.schema.arrow import empty, to_arrow
from steckbrief.schema.history import HISTORY_TABLES, UNVERSIONED, identity, key_of
from steckbrief.schema.listings import LISTINGS
from steckbrief.schema.rows import ChangeRow

_LABELS: Final = {"profiles": "title"} | {listing.name: listing.label for listing in LISTINGS}


def compare(new: Path | Mapping[str, pa.Table], previous: Path | None) -> pa.Table:
    """The table `changes` between two releases, sorted by table, row_key and column.

    Args:
        new: the folder of the newer release, or its tables if they are in memory.
        previous: the folder of the older one; without it, there are no changes.

    Raises:
        ReleaseError: a release cannot be read.
    """
    if previous is None:
        return empty("changes")
    found: list[ChangeRow] = []
    try:
        schemas, old_schemas = history_schemas(new), history_schemas(previous)
        for name in HISTORY_TABLES:
            columns = comparable_columns(name, schemas.get(name), old_schemas.get(name)) - UNVERSIONED
            rows = _rows(new, name, schemas.get(name), columns)
            # Rows that cannot be matched with the new ones belong to another table that had the same name.
            matched = columns or name not in schemas
            old_rows = _rows(previous, name, old_schemas.get(name) if matched else None, columns)
            found += _changes(name, rows, old_rows, columns)
    except (OSError, KeyError) as error:
        raise ReleaseError(
            f"{previous}: the previous release cannot be compared with ({error}). Restore it from a backup, or point"
            " latest at another release (ln -sfn releases/ID latest), then build again."
        ) from error
    found.sort(key=lambda row: (row.table, row.row_key, row.column))
    return to_arrow("changes", found)


def _rows(
    source: Path | Mapping[str, pa.Table], name: str, stored: pa.Schema | None, columns: Collection[str]
) -> pa.Table:
    """The compared part of a release's table: `columns`, its identity, and the column that names a row to a person."""
    label = pa.field(_label(name), pa.string())
    if stored is None:
        return pa.schema([*(pa.field(key, pa.string()) for key in sorted(identity(name))), label]).empty_table()
    table = rows_of(source, name, {*columns, *identity(name), label.name})
    return (
        table if label.name in table.column_names else table.append_column(label, pa.nulls(table.num_rows, label.type))
    )


def _label(name: str) -> str:
    """The column that names a row of the table `name` to a person."""
    return _LABELS.get(name, "text")


def _changes(name: str, new: pa.Table, old: pa.Table, columns: Collection[str]) -> Iterator[ChangeRow]:
    """The rows of `changes` between two versions of one table, compared in `columns`; in any order.

    Changed profiles are few on nearly every night, so their rows may be Python objects: a query for each step costs
    more to plan than it saves.
    """
    if columns:
        new, old = changed_profiles(new, old, sorted(columns))
    key, label, compared = key_of(name), _label(name), sorted(set(columns) - identity(name))
    old_rows = _by_key(old, key)
    for row_key, row in _by_key(new, key).items():
        old_row = old_rows.pop(row_key, None)
        if old_row is None:
            yield ChangeRow(name, row_key, "*", "added", row["profile_id"], None, row[label])
            continue
        for column in compared:
            if row[column] != old_row[column]:
                yield ChangeRow(name, row_key, column, "changed", row["profile_id"], old_row[column], row[column])
    for row_key, row in old_rows.items():
        yield ChangeRow(name, row_key, "*", "removed", row["profile_id"], row[label], None)


def _by_key(table: pa.Table, key: str) -> dict[str, dict[str, Any]]:
    """The rows of a table by their key, every value as CSV has it."""
    texts = pa.table({field.name: table[field.name].cast(pa.string()) for field in table.schema})
    return {row[key]: row for row in texts.to_pylist()}
