"""Parts: the rows of a batch of profiles as Arrow tables, and tables joined from parts and earlier rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa

from steckbrief.schema import TABLES, to_arrow
from steckbrief.schema.arrow import equal_runs
from steckbrief.transform.records import Rows

FILE = "file"
"""A column of parts, but not of published tables: the number of the file, from 0, in order of discovery."""

# Tables that one profile fills. `templates` needs all profiles, and `changes` the previous release (load).
PART_TABLES = tuple(name for name in TABLES if name not in ("templates", "changes"))


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of an earlier release that are still valid.

    Attributes:
        tables: the earlier tables, sorted by profile_id.
        files: profile_id -> current file number, for the profiles whose file has not changed.
    """

    tables: Mapping[str, pa.Table]
    files: Mapping[str, int]


def part_tables(profiles: Sequence[tuple[int, Rows]]) -> dict[str, pa.Table]:
    """Return one Arrow table per table of PART_TABLES with the rows of several profiles and the column FILE.

    Args:
        profiles: (file number, rows by table from profile_rows).

    Raises:
        ValueError: a row does not fit its table.
    """
    parts = {}
    for name in PART_TABLES:
        rows = chain.from_iterable(tables[name] for _, tables in profiles)
        numbers = np.repeat(
            np.array([number for number, _ in profiles], np.int32), [len(tables[name]) for _, tables in profiles]
        )
        parts[name] = to_arrow(name, rows).append_column(FILE, pa.array(numbers))
    return parts


def join_parts(parts: Iterable[Mapping[str, pa.Table]]) -> dict[str, pa.Table]:
    """Join parts in any order. Without parts, every table is empty."""
    listed = [part_tables([]), *parts]
    return {name: pa.concat_tables(part[name] for part in listed) for name in PART_TABLES}


def joined(order: Sequence[int], part: pa.Table, kept: tuple[pa.Table, Mapping[str, int]] | None) -> pa.Table:
    """Return the rows of the files in `order`, from `part` (which has the column FILE) and from an earlier table.

    In both, the rows of one file are adjacent and in order of position. Adjacent runs are copied as one slice, so the
    work grows with the number of changed files, not with the number of rows.
    """
    tables = [part.drop_columns([FILE])]
    slices = {number: (0, start, end) for number, start, end in equal_runs(part.column(FILE))}
    if kept is not None:
        table, files = kept
        tables.append(table)
        runs = equal_runs(table.column("profile_id"))
        slices |= {files[profile_id]: (1, start, end) for profile_id, start, end in runs if profile_id in files}
    merged = _merge_adjacent(slices[number] for number in order if number in slices)
    pieces = [tables[index].slice(start, end - start) for index, start, end in merged]
    return pa.concat_tables(pieces or [tables[0].slice(0, 0)]).combine_chunks()


def _merge_adjacent(slices: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Merge adjacent slices (table, start, end) of the same table.

    >>> _merge_adjacent([(0, 0, 2), (0, 2, 5), (1, 5, 6), (0, 6, 7)])
    [(0, 0, 5), (1, 5, 6), (0, 6, 7)]
    """
    merged: list[tuple[int, int, int]] = []
    for table, start, end in slices:
        if merged and merged[-1][0] == table and merged[-1][2] == start:
            merged[-1] = (table, merged[-1][1], end)
        else:
            merged.append((table, start, end))
    return merged
