"""Whether tables keep every promise of the schema, asked of Arrow tables and answered with yes or no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from steckbrief.schema.checks import COUNTED
from steckbrief.schema.model import Column, ForeignKey, TableSchema

_MOST: Final = 2**62
"""No number of a tuple of values may come near the end of int64."""


def is_sound(table: TableSchema, tables: Mapping[str, pa.Table]) -> bool:
    """Whether the table `table` keeps all that checks_for(table) asks.

    `tables` are all tables of the release, of the declared types, by name. KeyError where one that is asked for lacks.
    """
    rows = tables[table.name]
    return (
        all(_column_is_sound(rows[column.name], column) for column in table.columns)
        and all(_occur_once(rows, columns) for columns in (table.primary_key, *table.unique))
        and all(_lead_to_rows(rows, key, tables[key.table]) for key in table.foreign_keys)
        and (table.name != "profiles" or all(_is_counted(rows, name, tables) for name in COUNTED))
    )


def _column_is_sound(values: pa.ChunkedArray, column: Column) -> bool:
    if not column.nullable and values.null_count:
        return False
    if column.is_text and pc.index(values, "").as_py() >= 0:
        return False
    return not column.allowed or _all_in(values.drop_null(), pa.array(column.allowed))


def _occur_once(rows: pa.Table, columns: Sequence[str]) -> bool:
    numbers = _numbered([rows[name] for name in columns])
    return bool(pc.count_distinct(numbers, mode="all").as_py() == rows.num_rows)


def _lead_to_rows(rows: pa.Table, key: ForeignKey, others: pa.Table) -> bool:
    """Whether each row that has a value in all columns of a foreign key finds a row there."""
    given = rows.select(list(key.columns)).drop_null()
    pairs = zip(key.columns, key.references, strict=True)
    # The type is named, because a table that was stored without rows comes back without any chunk to tell it.
    numbers = _numbered(
        [pa.chunked_array([*given[here].chunks, *others[there].chunks], type=given[here].type) for here, there in pairs]
    )
    return _all_in(numbers.slice(0, given.num_rows), numbers.slice(given.num_rows))


def _is_counted(profiles: pa.Table, column: str, tables: Mapping[str, pa.Table]) -> bool:
    """Whether a column of profiles has the number of the profile's rows."""
    name, condition = COUNTED[column]
    rows = tables[name] if condition is None else tables[name].filter(tables[name][condition])
    counts = rows["profile_id"].value_counts()
    places = pc.index_in(profiles["profile_id"], value_set=counts.field("values"))
    found = pc.fill_null(counts.field("counts").take(places.combine_chunks()), 0)
    return bool(pc.all(pc.equal(found, profiles[column].combine_chunks())).as_py() is not False)


def _all_in(values: pa.Array | pa.ChunkedArray, allowed: pa.Array) -> bool:
    return bool(pc.all(pc.is_in(values, value_set=allowed)).as_py() is not False)  # None where there is no value


def _numbered(columns: Sequence[pa.ChunkedArray]) -> pa.Array:
    """A number for the values of each row: the same where all are the same (NULL included), else another one."""
    return reduce(_paired, [_codes(column) for column in columns])


def _codes(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return whole.dictionary_encode(null_encoding="encode").indices.cast(pa.int64())


def _paired(left: pa.Array, right: pa.Array) -> pa.Array:
    """A number for each pair of numbers."""
    span = (pc.max(right).as_py() or 0) + 1
    if (pc.max(left).as_py() or 0) >= _MOST // span:
        left = _codes(left)
    return pc.add(pc.multiply(left, span), right)
