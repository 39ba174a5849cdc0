"""The table `changes`: the differences from the previous release.

Profiles are compared by profile_id, and the tables whose rows have a row_id by that. The other tables follow from these
tables or from source_sha256 (sections, links, tags, front_matter), or describe a run (diagnostics).

Analysts can rely on this:

- A row that only moved has not changed, because only versioned columns are compared (schema/history.py).
- A row_id depends on the text of the row, so an edited text is one removed and one added row. A changed row has the
  same row_id: for example, a question with a new answer, or an alternative with a new description or target.
- An edited file always has a change, at least of source_sha256 in profiles. A moved file has a change of source_path.
- An added or removed row gives one row with column "*". Its title, text, question or name is in after or before.
  A changed row gives one row per changed column.
- A column is compared only if both releases have it with the same type. If only one release has a table, all its rows
  were added or removed.
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
    """Return the changes between two releases, sorted by table, row_key and column.

    Args:
        new: the folder of the newer release, or its tables if they are in memory.
        previous: the folder of the older release; if None, there are no changes.

    Raises:
        ReleaseError: a release cannot be read.
    """
    if previous is None:
        return empty("changes")
    changes: list[ChangeRow] = []
    try:
        schemas, old_schemas = history_schemas(new), history_schemas(previous)
        for name in HISTORY_TABLES:
            columns = comparable_columns(name, schemas.get(name), old_schemas.get(name)) - UNVERSIONED
            rows = _rows(new, name, schemas.get(name), columns)
            # If the rows cannot be matched, the old table only had the same name, and its rows are not compared.
            is_comparable = columns or name not in schemas
            old_rows = _rows(previous, name, old_schemas.get(name) if is_comparable else None, columns)
            changes += _changes(name, rows, old_rows, columns)
    except (OSError, KeyError) as error:
        raise ReleaseError(
            f"{previous}: cannot compare with the previous release ({error}). Restore it from a backup, or point"
            " latest at another release (ln -sfn releases/ID latest), then build again."
        ) from error
    changes.sort(key=lambda row: (row.table, row.row_key, row.column))
    return to_arrow("changes", changes)


def _rows(
    source: Path | Mapping[str, pa.Table], name: str, stored: pa.Schema | None, columns: Collection[str]
) -> pa.Table:
    """Return the compared part of a release's table: `columns`, the identity, and the column that labels a row."""
    label = pa.field(_label(name), pa.string())
    if stored is None:
        return pa.schema([*(pa.field(key, pa.string()) for key in sorted(identity(name))), label]).empty_table()
    table = rows_of(source, name, {*columns, *identity(name), label.name})
    return (
        table if label.name in table.column_names else table.append_column(label, pa.nulls(table.num_rows, label.type))
    )


def _label(name: str) -> str:
    """Return the column that identifies a row of the table `name` to a person.

    >>> _label("profiles"), _label("faqs"), _label("pros")
    ('title', 'question', 'text')
    """
    return _LABELS.get(name, "text")


def _changes(name: str, new: pa.Table, old: pa.Table, columns: Collection[str]) -> Iterator[ChangeRow]:
    """Yield the changes between two versions of one table in `columns`, in no particular order.

    Usually only a few profiles change, so comparing their rows as Python objects is faster than planning queries.
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
    """Return the rows of a table by key, with every value as text as in CSV."""
    texts = pa.table({field.name: table[field.name].cast(pa.string()) for field in table.schema})
    return {row[key]: row for row in texts.to_pylist()}
