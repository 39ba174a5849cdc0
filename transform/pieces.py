"""Pieces: tables put together from the rows of single files, in the order of publication."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from steckbrief.transform.parts import FILE


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of an earlier release that still hold.

    `tables` are its tables, sorted by profile_id; `files` are the profiles whose file has not changed since, with the
    number that the file has now.
    """

    tables: Mapping[str, pa.Table]
    files: Mapping[str, int]


def joined(order: Sequence[int], part: pa.Table, kept: tuple[pa.Table, Mapping[str, int]] | None) -> pa.Table:
    """The rows of the files in `order`: those of `part`, which has the column FILE, and those that were `kept`.

    In both, the rows of one file stand together and in order of position. Neighbours stay together, so that the work
    grows with the number of files that changed, not with the number of rows.
    """
    tables = [part.drop_columns([FILE])]
    places = {number: (0, start, end) for number, start, end in _runs(part.column(FILE))}
    if kept is not None:
        table, files = kept
        tables.append(table)
        runs = _runs(table.column("profile_id"))
        places |= {files[each]: (1, start, end) for each, start, end in runs if each in files}
    found = (places[number] for number in order if number in places)
    pieces = [tables[which].slice(start, end - start) for which, start, end in _stretches(found)]
    return pa.concat_tables(pieces or [tables[0].slice(0, 0)]).combine_chunks()


def _runs(column: pa.ChunkedArray) -> Iterable[tuple[Any, int, int]]:
    """(value, first row, row after the last) of every stretch of equal values."""
    encoded = pc.run_end_encode(column.combine_chunks())
    ends = np.asarray(encoded.run_ends)
    starts = np.concatenate(([0], ends[:-1])) if len(ends) else ends
    return zip(encoded.values.to_pylist(), starts.tolist(), ends.tolist(), strict=True)


def _stretches(places: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The same places with neighbours in one table as one."""
    found: list[tuple[int, int, int]] = []
    for which, start, end in places:
        if found and found[-1][0] == which and found[-1][2] == start:
            found[-1] = (which, found[-1][1], end)
        else:
            found.append((which, start, end))
    return found
