"""Options with which each library reads a release's CSV files with the declared types."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from pyarrow import csv

from steckbrief.schema.model import Column
from steckbrief.schema.sql import literal
from steckbrief.schema.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

ENCODING: Final = "utf-8-sig"
"""UTF-8 with a byte order mark, by which spreadsheets recognise UTF-8."""

LINE_END: Final = "\r\n"
"""The end of every row (RFC 4180); line ends inside a quoted cell are kept."""

_SQL_TYPES: Final = {
    pa.string(): "VARCHAR",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
}
_POLARS_TYPES: Final = {
    pa.string(): "String",
    pa.int32(): "Int32",
    pa.int64(): "Int64",
    pa.bool_(): "Boolean",
    pa.date32(): "Date",
}


def sql_type(column: Column) -> str:
    """Return the DuckDB type of a column, for example INTEGER."""
    return _SQL_TYPES[column.arrow_type]


def duckdb_columns(table_name: str) -> dict[str, str]:
    """Return column name -> DuckDB type: the `columns` argument of DuckDB's read_csv."""
    return {column.name: sql_type(column) for column in TABLES[table_name].columns}


def duckdb_relation(path: str | Path, table_name: str) -> str:
    """Return a CSV file as an SQL relation for DuckDB, as in "SELECT * FROM {duckdb_relation(...)}".

    All options are explicit. If DuckDB guesses them from the first 2,048 rows, and none of these has a quote inside a
    text, it rejects the first later row that has one.
    """
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in duckdb_columns(table_name).items())
    return (
        f"read_csv({literal(str(path))}, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"',"
        f" new_line = '\\r\\n', nullstr = '', columns = {{{columns}}})"
    )


def pandas_dtypes(table_name: str) -> dict[str, pd.ArrowDtype]:
    """Return column name -> Arrow-backed dtype, including dates: the `dtype` argument of pandas.read_csv."""
    import pandas as pd  # noqa: PLC0415 - takes two seconds, and only readers of CSV need it

    return {column.name: pd.ArrowDtype(column.arrow_type) for column in TABLES[table_name].columns}


def pandas_options(table_name: str) -> dict[str, Any]:
    """Return keyword arguments with which pandas.read_csv reads a table as declared.

    Only an empty cell is NULL; NA, null and nan are texts.
    """
    return {
        "dtype": pandas_dtypes(table_name),
        "encoding": ENCODING,
        "keep_default_na": False,
        "na_values": [""],
    }


def polars_schema(table_name: str) -> dict[str, Any]:
    """Return column name -> polars type: the `schema` argument of polars.read_csv."""
    import polars as pl  # noqa: PLC0415 - a development dependency

    return {column.name: getattr(pl, _POLARS_TYPES[column.arrow_type]) for column in TABLES[table_name].columns}


def arrow_convert_options(table_name: str) -> csv.ConvertOptions:
    """Return the `convert_options` of pyarrow.csv.read_csv."""
    return csv.ConvertOptions(
        column_types={column.name: column.arrow_type for column in TABLES[table_name].columns},
        null_values=[""],
        true_values=["true"],
        false_values=["false"],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )


def arrow_parse_options() -> csv.ParseOptions:
    """Return the `parse_options` of pyarrow.csv.read_csv. Cells may span lines."""
    return csv.ParseOptions(newlines_in_values=True)
