"""Parts: the rows of a batch of profiles as Arrow tables, on their way to the dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import pyarrow as pa

from steckbrief.schema import TABLES, to_arrow
from steckbrief.transform.rows import Row

FILE = "file"
"""Column that parts have and published tables do not: the number of the file, counted from 0 in order of discovery."""

# What is read from one profile: templates need all of them, and changes the previous release (load).
PART_TABLES = tuple(name for name in TABLES if name not in ("templates", "changes"))


def part_tables(profiles: Sequence[tuple[int, Mapping[str, list[Row]]]]) -> dict[str, pa.Table]:
    """Put the rows of several profiles into one Arrow table per published table, each with the column FILE.

    `profiles` are (file number, rows by table) as profile_rows gives them. Raises ValueError where a row does not fit
    its table.
    """
    parts = {}
    for name in PART_TABLES:
        rows = list(chain.from_iterable(tables.get(name, ()) for _, tables in profiles))
        numbers = chain.from_iterable([number] * len(tables.get(name, ())) for number, tables in profiles)
        parts[name] = to_arrow(name, rows).append_column(FILE, pa.array(list(numbers), pa.int32()))
    return parts


def join_parts(parts: Iterable[Mapping[str, pa.Table]]) -> dict[str, pa.Table]:
    """Put parts together, whatever their order; without any, every table is empty."""
    listed = [part_tables([]), *parts]
    return {name: pa.concat_tables(part[name] for part in listed) for name in PART_TABLES}
