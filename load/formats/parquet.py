"""Tables to Parquet files and back: zstd, one row group, descriptions in the metadata, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steckbrief.load.disk import sync_file
from steckbrief.schema.model import TableSchema

MAX_DICTIONARY_BYTES: Final = 1 << 20
"""A column of repeated values is stored as a dictionary until that takes a megabyte (Parquet's default)."""


def parquet_path(folder: Path, table_name: str) -> Path:
    """Where a table's Parquet file stands in a release folder."""
    return folder / f"{table_name}.parquet"


def write_parquet(table: pa.Table, folder: Path, name: str) -> None:
    """Write and flush `<name>.parquet`; OSError where the disk does not take it."""
    path = parquet_path(folder, name)
    pq.write_table(
        table,
        path,
        compression="zstd",
        row_group_size=max(table.num_rows, 1),
        use_dictionary=_repeating(table),
        dictionary_pagesize_limit=MAX_DICTIONARY_BYTES,
    )
    sync_file(path)


def _repeating(table: pa.Table) -> list[str]:
    """The columns whose values repeat; a dictionary of texts that all differ makes files larger and reading slower.

    Counted are all rows: of names that occur here and there, the first thousand rows may have each but once.
    """
    return [name for name in table.column_names if 2 * pc.count_distinct(table[name]).as_py() <= table.num_rows]


def read_parquet(folder: Path, name: str, columns: Iterable[str] | None = None) -> pa.Table:
    """Read `<name>.parquet` as stored, metadata included; OSError where it is missing or not Parquet.

    Of `columns`, those that the file has are read, in its order; all of them where not given.
    """
    # Not pq.read_table: that imports pyarrow.dataset and pandas, half a second, to read one file.
    # One thread and no reading ahead: for files of this size, starting threads costs more than they save.
    with _readable(folder, name), pq.ParquetFile(parquet_path(folder, name), pre_buffer=False) as file:
        return file.read(columns=None if columns is None else list(columns), use_threads=False)


def parquet_schema(folder: Path, name: str) -> pa.Schema:
    """Columns, types and descriptions of `<name>.parquet`; OSError where it is missing or not Parquet."""
    with _readable(folder, name):
        return pq.read_schema(parquet_path(folder, name))


def parquet_columns(folder: Path, name: str) -> Iterator[tuple[int, str, pa.ChunkedArray]]:
    """Each column of `<name>.parquet` on its own, as (0, name, values); OSError where it is missing or not Parquet.

    So no more than one column is in memory at once.
    """
    with _readable(folder, name), pq.ParquetFile(parquet_path(folder, name), pre_buffer=False) as file:
        for column in file.schema_arrow.names:
            yield 0, column, file.read(columns=[column], use_threads=False)[column]


@contextmanager
def _readable(folder: Path, name: str) -> Iterator[None]:
    try:
        yield
    except pa.ArrowInvalid as error:
        raise OSError(f"{parquet_path(folder, name)} is not readable as Parquet: {error}") from error


def shape_of(folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Table -> column -> type and nullability, as the Parquet files in `folder` have them.

    OSError where one cannot be read.
    """
    shape = {}
    for path in sorted(folder.glob("*.parquet")):
        schema = parquet_schema(folder, path.stem)
        shape[path.stem] = {field.name: {"type": str(field.type), "nullable": field.nullable} for field in schema}
    return shape


def conform(table: pa.Table, schema: TableSchema) -> pa.Table:
    """The table with exactly the declared columns, types and metadata.

    ValueError where names, types or NULLs differ from the declarations: a table of another shape is never published.
    """
    if tuple(table.column_names) != schema.column_names:
        raise ValueError(
            f"Table {schema.name}: found columns {', '.join(table.column_names)}; expected"
            f" {', '.join(schema.column_names)}. Make it with schema.to_arrow({schema.name!r}, rows)."
        )
    for column in schema.columns:
        nulls = table[column.name].null_count
        if nulls and not column.nullable:
            raise ValueError(
                f"Table {schema.name}, column {column.name}: found {nulls} NULLs in a column that is never NULL."
                " Fill it where the rows are made, or leave such rows out and report a diagnostic."
            )
        found = table.schema.field(column.name).type
        if found != column.arrow_type:
            raise ValueError(
                f"Table {schema.name}, column {column.name}: found type {found}, expected {column.arrow_type}."
                f" Make it with schema.to_arrow({schema.name!r}, rows)."
            )
    return pa.Table.from_arrays(table.columns, schema=schema.arrow_schema)
