"""Suspects: the profiles in which two versions of a table may differ, found without looking at single rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from steckbrief.schema.arrow import equal_runs


@dataclass(frozen=True, slots=True)
class _Run:
    """The rows of one profile that both tables have in the same number: where they start in each, and how many."""

    new: int
    old: int
    rows: int


def suspects(new: pa.Table, old: pa.Table, columns: Sequence[str]) -> tuple[pa.Table, pa.Table]:
    """The rows of those profiles whose rows differ in `columns`, in number or in order; whole profiles, in both tables.

    Both tables are in order of profile_id. What is left out is the same in both.
    """
    new, old = new.combine_chunks(), old.combine_chunks()
    runs_new, runs_old = _runs(new), _runs(old)
    common = [
        _Run(start, runs_old[each][0], end - start)
        for each, (start, end) in runs_new.items()
        if each in runs_old and runs_old[each][1] - runs_old[each][0] == end - start
    ]
    same_new, same_old = np.zeros(new.num_rows, dtype=bool), np.zeros(old.num_rows, dtype=bool)
    pairs = [(new.column(name), old.column(name)) for name in columns]
    for stretch in _stretches(common):
        for run in _equal(stretch, pairs):
            same_new[run.new : run.new + run.rows] = True
            same_old[run.old : run.old + run.rows] = True
    return new.filter(pa.array(~same_new)), old.filter(pa.array(~same_old))


def _runs(table: pa.Table) -> dict[str, tuple[int, int]]:
    """profile_id -> first row and row after the last."""
    return {profile_id: (start, end) for profile_id, start, end in equal_runs(table.column("profile_id"))}


def _stretches(runs: Sequence[_Run]) -> Iterator[list[_Run]]:
    """Runs cut where they are not neighbours in both tables."""
    stretch: list[_Run] = []
    for run in runs:
        if stretch:
            last = stretch[-1]
            if (last.new + last.rows, last.old + last.rows) != (run.new, run.old):
                yield stretch
                stretch = []
        stretch.append(run)
    if stretch:
        yield stretch


def _equal(stretch: list[_Run], pairs: Sequence[tuple[pa.ChunkedArray, pa.ChunkedArray]]) -> Iterator[_Run]:
    """The runs of a stretch that are equal in all columns: all of it, or what halving it again and again finds.

    A column that is equal in a stretch is so in its halves, and not compared there again.
    """
    pending = [(stretch, pairs)]
    while pending:
        runs, compared = pending.pop()
        first, last = runs[0], runs[-1]
        rows = last.new + last.rows - first.new
        unequal = [
            (new, old) for new, old in compared if not new.slice(first.new, rows).equals(old.slice(first.old, rows))
        ]
        if not unequal:
            yield _Run(first.new, first.old, rows)
        elif len(runs) > 1:
            half = len(runs) // 2
            pending += [(runs[:half], unequal), (runs[half:], unequal)]
