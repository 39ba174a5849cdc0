"""Whether a history is true: the versions that hold are the table, and versions of one row follow each other."""

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
    "Run steckbrief verify: where it finds fault with the history of the last release, remove the folder history of"
    " that release, and the next build makes it again. Where it finds none, the history was carried on wrongly: report"
    " it, with the candidate."
)


def history_violations(folder: Path, previous: Path | None, made: Mapping[str, pa.Table]) -> tuple[Violation, ...]:
    """Everything that is wrong with the history of the release in `folder`; () when it may be published.

    A table whose history is the very file of the release `previous` is passed over: neither has changed since that was
    checked. `made` are the tables, which have been found to be those in the files. Raises OSError where a history
    cannot be read.
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
        for problem, count in problems(folder, name, made.get(name))
    )


def problems(folder: Path, name: str, table: pa.Table | None = None) -> Iterator[tuple[str, int]]:
    """What is wrong with the history of the table `name` in a release, and how often; nothing where it is true.

    The table is read where it is not given. Raises OSError where it, or the history, cannot be read.
    """
    history = read_parquet(folder / HISTORY, name)
    table = read_parquet(folder, name, versioned(name)) if table is None else table
    if not history.schema.equals(history_schema(name)):
        yield "history of other columns or types than declared", 1
    elif not (_is_of_today(history, table, name) and _follow_each_other(history, name)):
        yield from _counted(folder, name)


def _is_linked(folder: Path, previous: Path | None, name: str) -> bool:
    if previous is None or not parquet_path(previous / HISTORY, name).is_file():
        return False
    return parquet_path(folder / HISTORY, name).samefile(parquet_path(previous / HISTORY, name))


def _is_of_today(history: pa.Table, table: pa.Table, name: str) -> bool:
    """Whether the versions without an end are the rows of the table, in any order.

    Every night pays for this, so rows are put in one order by their keys and then compared as whole columns.
    """
    newest = history.filter(pc.is_null(history[TO]))
    places = pc.index_in(table[key_of(name)], value_set=newest[key_of(name)])
    if newest.num_rows != table.num_rows or places.null_count:
        return False
    if np.bincount(places.to_numpy(), minlength=1).max() > 1:
        return False
    newest = newest.take(places)
    return all(newest[column].equals(table[column]) for column in versioned(name))


def _follow_each_other(history: pa.Table, name: str) -> bool:
    """Whether each version ends after it begins, and not after the next one of its row begins.

    Looked at are the rows with a version that has ended: all others have one version, which _is_of_today has seen.
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


def _counted(folder: Path, name: str) -> Iterator[tuple[str, int]]:
    """Each kind of fault and how often it occurs."""
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
    yield "versions that end before they begin, or after the next one of the row begins", wrong
