"""What changed against the previous release: the table `changes`.

Compared are profiles, by profile_id, and the tables whose rows carry a row_id. The others either follow from these
or from source_sha256 (sections, links, tags, front_matter), or describe a run (diagnostics).

What an analyst can rely on:

- A row that only moved is no change: only versioned columns are compared (schema/history.py).
- A row_id comes from a row's text, so a row whose text was edited is one removed and one added row. A changed row is
  one whose identity stayed: the answer of a question, the description or target of an alternative.
- An edited file always shows, if nowhere else then as source_sha256 of its profile; a file that moved as source_path.
- An added or removed row is one row with column "*", whose after or before holds what names it: the title, the
  text, the question, the name. A changed row gives one row per changed column.
- A column that one of the releases does not have, or has with another type, is not compared. All rows of a table that
  only one of them has were added or removed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from steckbrief.load.errors import ReleaseError
from steckbrief.load.history.changed_profiles import suspects
from steckbrief.load.history.comparable_columns import comparable, rows_of, stored_schemas
from steckbrief.schema.arrow import empty, to_arrow
from steckbrief.schema.history import HISTORY_TABLES, UNVERSIONED, identity, key_of
from steckbrief.schema.listings import LISTINGS
from steckbrief.schema.rows import ChangeRow

_LABELS: Final = {"profiles": "title"} | {listing.name: listing.label for listing in LISTINGS}


def compare(candidate: Path, previous: Path | None, made: Mapping[str, pa.Table] | None = None) -> pa.Table:
    """The table `changes` for the folder `candidate` against the release folder `previous`; empty where that is None.

    Reads the Parquet files of HISTORY_TABLES in both; of the candidate, only where its tables are not given as `made`.
    Sorted by table, row_key, column. Raises ReleaseError where the previous release cannot be read.
    """
    if previous is None:
        return empty("changes")
    found: list[ChangeRow] = []
    try:
        now, before = stored_schemas(candidate), stored_schemas(previous)
        for name in HISTORY_TABLES:
            columns = comparable(name, now.get(name), before.get(name)) - UNVERSIONED
            new = _rows(candidate, name, now.get(name), columns, made)
            # Rows that cannot be matched with tonight's are none of the same table.
            old = _rows(previous, name, before.get(name) if columns or name not in now else None, columns)
            found += _changes(name, new, old, columns)
    except (OSError, KeyError) as error:
        raise ReleaseError(
            f"{previous}: the previous release cannot be compared with ({error}). Restore it from a backup, or point"
            " latest at another release (ln -sfn releases/ID latest), then build again."
        ) from error
    found.sort(key=lambda row: (row.table, row.row_key, row.column))
    return to_arrow("changes", found)


def _rows(
    folder: Path,
    name: str,
    stored: pa.Schema | None,
    columns: Collection[str],
    made: Mapping[str, pa.Table] | None = None,
) -> pa.Table:
    """What of a release's table is compared: `columns`, what a row is known by, and what names it to a person."""
    label = pa.field(_label(name), pa.string())
    if stored is None:
        return pa.schema([*(pa.field(each, pa.string()) for each in sorted(identity(name))), label]).empty_table()
    table = rows_of(folder, name, {*columns, *identity(name), label.name}, made)
    return (
        table if label.name in table.column_names else table.append_column(label, pa.nulls(table.num_rows, label.type))
    )


def _label(name: str) -> str:
    """The column that names a row of the table `name` to a person."""
    return _LABELS.get(name, "text")


def _changes(name: str, new: pa.Table, old: pa.Table, columns: Collection[str]) -> Iterator[ChangeRow]:
    """The rows of `changes` between two versions of one table, compared in `columns`; in any order.

    Suspects are few on nearly every night, so their rows may be objects: a query for each step costs more to plan than
    it saves.
    """
    if columns:
        new, old = suspects(new, old, sorted(columns))
    key, label, compared = key_of(name), _label(name), sorted(set(columns) - identity(name))
    now, before = _by_key(new, key), _by_key(old, key)
    for row_key, row in now.items():
        earlier = before.pop(row_key, None)
        if earlier is None:
            yield ChangeRow(name, row_key, "*", "added", row["profile_id"], None, row[label])
            continue
        for column in compared:
            if row[column] != earlier[column]:
                yield ChangeRow(name, row_key, column, "changed", row["profile_id"], earlier[column], row[column])
    for row_key, row in before.items():
        yield ChangeRow(name, row_key, "*", "removed", row["profile_id"], row[label], None)


def _by_key(table: pa.Table, key: str) -> dict[str, dict[str, Any]]:
    """The rows of a table by their key, every value as CSV has it."""
    texts = pa.table({field.name: table[field.name].cast(pa.string()) for field in table.schema})
    return {row[key]: row for row in texts.to_pylist()}
