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

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from load.database import brief, connected
from load.errors import ReleaseError
from load.followed import comparable, stored_schemas
from load.parquet_files import read_parquet
from load.suspects import suspects
from schema.arrow import empty
from schema.history import HISTORY_TABLES, UNVERSIONED, identity, key_of
from schema.sql import literal, quoted
from schema.tables import TABLES

_NAMED_BY: Final = {"profiles": "title", "alternatives": "name", "faqs": "question"}


def compare(candidate: Path, previous: Path | None) -> pa.Table:
    """The table `changes` for the folder `candidate` against the release folder `previous`; empty where that is None.

    Reads the Parquet files of HISTORY_TABLES in both. Sorted by table, row_key, column. Raises ReleaseError where the
    previous release cannot be read.
    """
    if previous is None:
        return empty("changes")
    with connected() as connection:
        connection.execute(
            'CREATE TABLE changes ("table" VARCHAR, row_key VARCHAR, "column" VARCHAR, change VARCHAR,'
            " profile_id VARCHAR, before VARCHAR, after VARCHAR)"
        )
        try:
            now, before = stored_schemas(candidate), stored_schemas(previous)
            for name in HISTORY_TABLES:
                columns = comparable(name, now.get(name), before.get(name)) - UNVERSIONED
                new = _rows(candidate, name, now.get(name), columns)
                # Rows that cannot be matched with tonight's are none of the same table.
                old = _rows(previous, name, before.get(name) if columns or name not in now else None, columns)
                _compare_table(connection, name, new, old, columns)
        except (OSError, KeyError, duckdb.Error) as error:
            raise ReleaseError(
                f"{previous}: the previous release cannot be compared with ({_brief(error)}). Restore it from a"
                " backup, or point latest at another release (ln -sfn releases/ID latest), then build again."
            ) from error
        found = connection.sql('SELECT * FROM changes ORDER BY "table", row_key, "column"').to_arrow_table()
    return found.cast(TABLES["changes"].arrow_schema)


def _brief(error: Exception) -> str:
    return brief(error) if isinstance(error, duckdb.Error) else str(error)


def _rows(folder: Path, name: str, stored: pa.Schema | None, columns: Collection[str]) -> pa.Table:
    """What of a release's table is compared: `columns`, what a row is known by, and what names it to a person."""
    label = pa.field(_label(name), pa.string())
    if stored is None:
        return pa.schema([*(pa.field(each, pa.string()) for each in sorted(identity(name))), label]).empty_table()
    table = read_parquet(folder, name, {*columns, *identity(name), label.name})
    return (
        table if label.name in table.column_names else table.append_column(label, pa.nulls(table.num_rows, label.type))
    )


def _label(name: str) -> str:
    """The column that names a row of the table `name` to a person."""
    return _NAMED_BY.get(name, "text")


def _compare_table(
    connection: duckdb.DuckDBPyConnection, name: str, new: pa.Table, old: pa.Table, columns: Collection[str]
) -> None:
    """Add what changed between two versions of one table in `columns` to the relation changes."""
    key = key_of(name)
    if columns:
        new, old = suspects(new, old, sorted(columns))
    if not new.num_rows and not old.num_rows:
        return
    connection.register("new", new)
    connection.register("old", old)
    columns = sorted(set(columns) - identity(name))
    connection.execute(_touched(key, columns))
    if connection.sql("SELECT 1 FROM touched LIMIT 1").fetchone():
        for statement in (*_whole_rows(name, key), *_single_columns(name, key, columns)):
            connection.execute(statement)


def _touched(key: str, columns: Sequence[str]) -> str:
    """SQL that makes the relation touched: key and change of every row that is not the same in old and new.

    Rows are told apart by a 64-bit hash: joining the texts themselves takes three times as long, and that two of a
    million rows which differ have one hash is to be expected once in 18 million million builds.
    """
    hashed = f"SELECT {key} AS k, hash({', '.join(map(quoted, (key, *columns)))}) AS h FROM"
    return (
        "CREATE OR REPLACE TEMP TABLE touched AS SELECT k, CASE WHEN o.h IS NULL THEN 'added'"  # noqa: S608 - declared names
        f" WHEN n.h IS NULL THEN 'removed' ELSE 'changed' END AS change"
        f" FROM ({hashed} new) n FULL JOIN ({hashed} old) o USING (k) WHERE n.h IS DISTINCT FROM o.h"
    )


def _whole_rows(name: str, key: str) -> Iterator[str]:
    """SQL that adds the rows that are in only one of the releases."""
    label = f"CAST({quoted(_label(name))} AS VARCHAR)"
    for change, relation, values in (("added", "new", f"NULL, {label}"), ("removed", "old", f"{label}, NULL")):
        yield (
            f"INSERT INTO changes SELECT {literal(name)}, k, '*', change, profile_id, {values}"  # noqa: S608 - declared names
            f" FROM {relation} JOIN touched ON {key} = k WHERE change = '{change}'"
        )


def _single_columns(name: str, key: str, columns: Sequence[str]) -> Iterator[str]:
    """SQL that adds one row per changed column of the rows that are in both releases: one statement for all columns.

    A statement for each column would take longer to plan than to run, every night.
    """
    if not columns:
        return
    cells = ", ".join(
        f"{{'c': {literal(each)}, 'b': CAST(o.{quoted(each)} AS VARCHAR), 'a': CAST(n.{quoted(each)} AS VARCHAR)}}"
        for each in columns
    )
    yield (
        f"INSERT INTO changes SELECT {literal(name)}, k, cell.c, 'changed', profile_id, cell.b, cell.a"  # noqa: S608 - declared names
        f" FROM (SELECT k, n.profile_id, unnest([{cells}]) AS cell FROM touched"
        f" JOIN new n ON n.{key} = k JOIN old o ON o.{key} = k WHERE change = 'changed')"
        " WHERE cell.b IS DISTINCT FROM cell.a"
    )
