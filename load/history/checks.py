"""Check a history: the open versions equal the table, and the versions of a row do not overlap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from steckbrief.load.database import brief, connected
from steckbrief.load.errors import Violation
from steckbrief.load.formats.parquet import parquet_path, parquet_relation, read_parquet
from steckbrief.load.releases.published import HISTORY
from steckbrief.schema.history import FROM, HISTORY_TABLES, TO, history_schema, key_of, versioned
from steckbrief.schema.sql import quoted

_REMEDY: Final = (
    "Run steckbrief verify. If it reports the history of the previous release, remove the folder history of that"
    " release; the next build rebuilds it. Otherwise the history was extended wrongly: report this with the candidate."
)


def history_violations(folder: Path, previous: Path | None, tables: Mapping[str, pa.Table]) -> tuple[Violation, ...]:
    """Return all violations of the history of the release in `folder`; () if it may be published.

    A history that is the same file as in the release `previous` is skipped, because it was checked then and the table
    has not changed.

    Args:
        folder: the release.
        previous: the folder of the previous release, if there is one.
        tables: the tables, which equal those in the files.

    Raises:
        OSError: a history cannot be read.
    """
    return tuple(
        Violation(
            check=f"{HISTORY}/{name}.parquet is the history of {name}",
            table=name,
            columns=(),
            count=count,
            problem=problem,
            examples=(),
            remedy=_REMEDY,
        )
        for name in HISTORY_TABLES
        if not _is_linked(folder, previous, name)
        for problem, count in problems(folder, name, tables.get(name))
    )


def problems(folder: Path, name: str, table: pa.Table | None = None) -> Iterator[tuple[str, int]]:
    """Yield the problems of the history of the table `name` in a release, each with the number of occurrences.

    The table is read from the release unless it is passed.

    Raises:
        OSError: the history or the table cannot be read.
    """
    history = read_parquet(folder / HISTORY, name)
    table = read_parquet(folder, name, versioned(name)) if table is None else table
    if not history.schema.equals(history_schema(name)):
        yield "history whose columns or types are not the declared ones", 1
    elif not (_matches_table(history, table, name) and _has_no_overlaps(history, name)):
        yield from _problem_counts(folder, name)


def _is_linked(folder: Path, previous: Path | None, name: str) -> bool:
    if previous is None or not parquet_path(previous / HISTORY, name).is_file():
        return False
    return parquet_path(folder / HISTORY, name).samefile(parquet_path(previous / HISTORY, name))


def _matches_table(history: pa.Table, table: pa.Table, name: str) -> bool:
    """Return whether the versions without an end are the rows of the table, in any order.

    This runs every night, so rows are matched by key and then compared as whole columns.
    """
    newest = history.filter(pc.is_null(history[TO]))
    places = pc.index_in(table[key_of(name)], value_set=newest[key_of(name)])
    if newest.num_rows != table.num_rows or places.null_count:
        return False
    if np.bincount(places.to_numpy(), minlength=1).max() > 1:
        return False
    newest = newest.take(places)
    return all(newest[column].equals(table[column]) for column in versioned(name))


def _has_no_overlaps(history: pa.Table, name: str) -> bool:
    """Return whether every version ends after it begins, and no later than the next version of its row begins.

    Only rows with a closed version are examined. All other rows have a single version, which _matches_table compared.
    """
    ended = history[key_of(name)].filter(pc.is_valid(history[TO]))
    history = history.select([key_of(name), FROM, TO]).filter(pc.is_in(history[key_of(name)], value_set=ended))
    keys = history[key_of(name)].combine_chunks().dictionary_encode().indices.to_numpy()
    begins = history[FROM].cast(pa.int64()).to_numpy()
    ends = pc.fill_null(history[TO].cast(pa.int64()), np.iinfo(np.int64).max).to_numpy()
    order = np.lexsort((begins, keys))
    same_row = keys[order][1:] == keys[order][:-1]
    overlaps = ends[order][:-1] > begins[order][1:]
    return bool((ends > begins).all() and not (same_row & overlaps).any())


def _problem_counts(folder: Path, name: str) -> Iterator[tuple[str, int]]:
    """Yield each problem with the number of occurrences."""
    try:
        with connected() as connection:
            for problem, query in _queries(folder, name):
                (count,) = connection.execute(f"SELECT count(*) FROM ({query})").fetchone() or (0,)  # noqa: S608
                if count:
                    yield problem, count
    except duckdb.Error as error:
        raise OSError(f"{parquet_path(folder / HISTORY, name)}: {brief(error)}") from error


def _queries(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    columns, key = ", ".join(map(quoted, versioned(name))), quoted(key_of(name))
    history, table = parquet_relation(folder / HISTORY, name), parquet_relation(folder, name)
    newest = f"SELECT {columns} FROM {history} WHERE {TO} IS NULL"  # noqa: S608 - declared names
    today = f"SELECT {columns} FROM {table}"  # noqa: S608
    following = f"lead({FROM}) OVER (PARTITION BY {key} ORDER BY {FROM})"
    spans = f"SELECT {FROM} f, {TO} t, {following} n FROM {history}"  # noqa: S608
    wrong = f"SELECT 1 FROM ({spans}) WHERE t <= f OR n < coalesce(t, 'infinity'::TIMESTAMPTZ)"  # noqa: S608
    yield "versions without an end that the table does not have", f"({newest}) EXCEPT ALL {today}"
    yield "rows without a version that has no end", f"{today} EXCEPT ALL ({newest})"
    yield "versions that end before they begin or after the next version of the row begins", wrong
