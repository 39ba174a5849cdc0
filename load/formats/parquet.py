"""Parquet: zstd, one row group, descriptions in the metadata, reproducible bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steckbrief.load.disk import sync_file
from steckbrief.load.formats.format import Column, TableFormat
from steckbrief.schema.model import TableSchema
from steckbrief.schema.sql import literal

MAX_DICTIONARY_BYTES: Final = 1 << 20
"""A column with repeated values is stored as a dictionary up to this size (Parquet's default)."""

_LONG_BYTES: Final = 128
_END_BYTES: Final = 64


class Parquet(TableFormat):
    """One Parquet file per table, for code."""

    name = "parquet"
    suffix = ".parquet"
    summary = "`<table>.parquet`: every table with its types and descriptions, for code."
    reading = """\
```python
import pandas as pd

features = pd.read_parquet("features.parquet", dtype_backend="pyarrow")
```

```python
import polars as pl

features = pl.read_parquet("features.parquet")
```
"""

    def write(self, table: pa.Table, folder: Path, name: str) -> None:
        """Write and flush `<name>.parquet`."""
        write_parquet(table, folder, name)

    def columns(self, folder: Path, name: str, expected: pa.Table) -> Iterator[Column]:
        """Yield the columns of `<name>.parquet` one at a time; OSError if types or descriptions differ."""
        path = self.path(folder, name)
        with _readable(folder, name), pq.ParquetFile(path, pre_buffer=False) as file:
            if not file.schema_arrow.equals(expected.schema, check_metadata=True):
                raise OSError("columns, types or descriptions are not the declared ones")
            for column in file.schema_arrow.names:
                yield 0, column, file.read(columns=[column], use_threads=False)[column]


def parquet_path(folder: Path, table_name: str) -> Path:
    """Return a table's Parquet file in a release folder or a history folder."""
    return folder / f"{table_name}{Parquet.suffix}"


def parquet_relation(folder: Path, table_name: str) -> str:
    """Return a table's Parquet file as an SQL relation.

    DuckDB reads the path as a pattern, so wildcard characters are put in brackets.

    >>> parquet_relation(Path("a*"), "tags")
    "read_parquet('a[*]/tags.parquet')"
    """
    path = str(parquet_path(folder, table_name))
    return f"read_parquet({literal(''.join(f'[{c}]' if c in '[*?' else c for c in path))})"


def write_parquet(table: pa.Table, folder: Path, name: str) -> None:
    """Write and flush `<name>.parquet`; OSError if that fails."""
    path = parquet_path(folder, name)
    pq.write_table(
        table,
        path,
        compression="zstd",
        row_group_size=max(table.num_rows, 1),
        use_dictionary=_repeating_columns(table),
        dictionary_pagesize_limit=MAX_DICTIONARY_BYTES,
    )
    sync_file(path)


def _repeating_columns(table: pa.Table) -> list[str]:
    """Return the columns whose values repeat. For others, a dictionary makes files larger and reading slower.

    All rows are counted, because a value that occurs only once in the first thousand rows may recur much later.
    """
    return [name for name in table.column_names if _repeats(table[name])]


def _repeats(values: pa.ChunkedArray) -> bool:
    """Return whether at most half of the values are distinct."""
    if pa.types.is_string(values.type) and values.nbytes > _LONG_BYTES * len(values):
        # Texts with different ends are different, and hashing only the ends of long texts is much faster.
        ends = pc.binary_slice(values.cast(pa.binary()), -_END_BYTES, None)
        if 2 * pc.count_distinct(ends).as_py() > len(values):
            return False
    return bool(2 * pc.count_distinct(values).as_py() <= len(values))


def read_parquet(folder: Path, name: str, columns: Iterable[str] | None = None) -> pa.Table:
    """Read `<name>.parquet` as stored, metadata included; OSError if it is missing or not Parquet.

    Reads those of `columns` that the file has, in its order, or all columns if `columns` is None.
    """
    # Not pq.read_table, which spends half a second importing pyarrow.dataset and pandas.
    # One thread and no reading ahead, because starting threads costs more than they save for files of this size.
    with _readable(folder, name), pq.ParquetFile(parquet_path(folder, name), pre_buffer=False) as file:
        return file.read(columns=None if columns is None else list(columns), use_threads=False)


def parquet_schema(folder: Path, name: str) -> pa.Schema:
    """Return columns, types and descriptions of `<name>.parquet`; OSError if it is missing or not Parquet."""
    with _readable(folder, name):
        return pq.read_schema(parquet_path(folder, name))


@contextmanager
def _readable(folder: Path, name: str) -> Iterator[None]:
    try:
        yield
    except pa.ArrowInvalid as error:
        raise OSError(f"{parquet_path(folder, name)} is not readable as Parquet: {error}") from error


def shape_of(folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Return table -> column -> type and nullability in the Parquet files of `folder`; OSError if one is unreadable."""
    shape = {}
    for path in sorted(folder.glob("*.parquet")):
        schema = parquet_schema(folder, path.stem)
        shape[path.stem] = {field.name: {"type": str(field.type), "nullable": field.nullable} for field in schema}
    return shape


def conform(table: pa.Table, schema: TableSchema) -> pa.Table:
    """Return the table with the declared metadata, after checking its columns, types and NULLs.

    Raises:
        ValueError: the columns, their types or their NULLs are not as declared.
    """
    if tuple(table.column_names) != schema.column_names:
        raise ValueError(
            f"Table {schema.name}: found columns {', '.join(table.column_names)}; expected"
            f" {', '.join(schema.column_names)}. Build it with schema.to_arrow({schema.name!r}, rows)."
        )
    for column in schema.columns:
        nulls = table[column.name].null_count
        if nulls and not column.nullable:
            raise ValueError(
                f"Table {schema.name}, column {column.name}: found {nulls} NULLs in a column that is never NULL."
                " Fill it in where the rows are made, or leave such rows out and report a diagnostic."
            )
        arrow_type = table.schema.field(column.name).type
        if arrow_type != column.arrow_type:
            raise ValueError(
                f"Table {schema.name}, column {column.name}: found type {arrow_type}, expected {column.arrow_type}."
                f" Build it with schema.to_arrow({schema.name!r}, rows)."
            )
    return pa.Table.from_arrays(table.columns, schema=schema.arrow_schema)
