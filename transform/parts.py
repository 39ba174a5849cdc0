"""Parts: the rows of a batch of profiles as Arrow tables, and tables put together from them and from earlier rows."""

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
"""Column that parts have and published tables do not: the number of the file, counted from 0 in order of discovery."""

# What is read from one profile: templates need all of them, and changes the previous release (load).
PART_TABLES = tuple(name for name in TABLES if name not in ("templates", "changes"))


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of an earlier release that still hold.

    `tables` are its tables, sorted by profile_id; `files` are the profiles whose file has not changed since, with the
    number that the file has now.
    """

    tables: Mapping[str, pa.Table]
    files: Mapping[str, int]


def part_tables(profiles: Sequence[tuple[int, Rows]]) -> dict[str, pa.Table]:
    """Put the rows of several profiles into one Arrow table per published table, each with the column FILE.

    `profiles` are (file number, rows by table) as profile_rows gives them. Raises ValueError if a row does not fit its
    table.
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
    """Put parts together, whatever their order; without any, every table is empty."""
    listed = [part_tables([]), *parts]
    return {name: pa.concat_tables(part[name] for part in listed) for name in PART_TABLES}


def joined(order: Sequence[int], part: pa.Table, kept: tuple[pa.Table, Mapping[str, int]] | None) -> pa.Table:
    """The rows of the files in `order`: those of `part`, which has the column FILE, and those that were `kept`.

    In both, the rows of one file stand together and in order of position. Neighbours stay together, so that the work
    grows with the number of files that changed, not with the number of rows.
    """
    tables = [part.drop_columns([FILE])]
    places = {number: (0, start, end) for number, start, end in equal_runs(part.column(FILE))}
    if kept is not None:
        table, files = kept
        tables.append(table)
        runs = equal_runs(table.column("profile_id"))
        places |= {files[profile_id]: (1, start, end) for profile_id, start, end in runs if profile_id in files}
    stretches = _stretches(places[number] for number in order if number in places)
    pieces = [tables[which].slice(start, end - start) for which, start, end in stretches]
    return pa.concat_tables(pieces or [tables[0].slice(0, 0)]).combine_chunks()


def _stretches(places: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The same places with neighbours in one table as one."""
    stretches: list[tuple[int, int, int]] = []
    for which, start, end in places:
        if stretches and stretches[-1][0] == which and stretches[-1][2] == start:
            stretches[-1] = (which, stretches[-1][1], end)
        else:
            stretches.append((which, start, end))
    return stretches
