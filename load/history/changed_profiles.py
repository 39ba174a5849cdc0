"""Find the profiles in which two versions of a table differ, by comparing whole columns."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc


def changed_profiles(new: pa.Table, old: pa.Table, columns: Sequence[str]) -> tuple[pa.Table, pa.Table]:
    """Return the rows, from both tables, of the profiles whose rows differ in `columns`, in number or in order.

    Both tables must be sorted by profile_id. All rows of a profile are returned or none.
    """
    # Profiles with the same number of rows in both tables: the rows can be compared one by one.
    same_number = pa.array(sorted(profile_id for profile_id, _ in _counts(new) & _counts(old)), pa.string())
    in_new, in_old = (pc.is_in(table["profile_id"], same_number) for table in (new, old))
    profile_ids = new["profile_id"].filter(in_new)
    changed = {
        profile_id
        for column in columns
        for profile_id in _changed(profile_ids, new[column].filter(in_new), old[column].filter(in_old))
    }
    same = same_number.filter(pc.invert(pc.is_in(same_number, pa.array(changed, pa.string()))))
    new_changed, old_changed = (table.filter(pc.invert(pc.is_in(table["profile_id"], same))) for table in (new, old))
    return new_changed, old_changed


def _counts(table: pa.Table) -> set[tuple[str, int]]:
    return {(count["values"], count["counts"]) for count in table["profile_id"].value_counts().to_pylist()}


def _changed(profile_ids: pa.ChunkedArray, new: pa.ChunkedArray, old: pa.ChunkedArray) -> list[str]:
    """Return the profiles whose values differ in one column; NULL equals NULL."""
    if new.equals(old):
        return []
    both_null = pc.and_(pc.is_null(new), pc.is_null(old))
    same = pc.or_(both_null, pc.fill_null(pc.equal(new, old), False))  # noqa: FBT003 - pyarrow's
    return list(pc.unique(profile_ids.filter(pc.invert(same))).to_pylist())
