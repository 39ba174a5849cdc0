"""The declarations as a Data Package: the descriptions of the CSV files in datapackage.json.

They follow the Frictionless Data Package and Table Schema specifications (specs.frictionlessdata.io). The output is
strict version 1, which tools for either version accept.
"""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

from steckbrief.schema.csv_options import ENCODING, LINE_END
from steckbrief.schema.model import Column, ForeignKey, TableSchema

_TYPES: Final = {
    pa.string(): "string",
    pa.int32(): "integer",
    pa.int64(): "integer",
    pa.bool_(): "boolean",
    pa.date32(): "date",
}


def field(column: Column, *, unique: bool = False) -> dict[str, Any]:
    """Return the Table Schema descriptor of a column."""
    described: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES[column.arrow_type],
        "description": column.description,
    }
    if pa.types.is_boolean(column.arrow_type):
        described |= {"trueValues": ["true"], "falseValues": ["false"]}
    constraints: dict[str, Any] = {}
    if not column.nullable:
        constraints["required"] = True
    if unique:
        constraints["unique"] = True
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    return described | ({"constraints": constraints} if constraints else {})


def table_schema(table: TableSchema) -> dict[str, Any]:
    """Return the Table Schema descriptor of a table, with its keys.

    A foreign key of which only some columns can be NULL is left out: the specification does not define it, and
    validators report it as broken. The release's own checks cover it (schema.checks).
    """
    unique = {columns[0] for columns in table.unique if len(columns) == 1}
    described: dict[str, Any] = {
        "fields": [field(column, unique=column.name in unique) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.primary_key),
    }
    keys = [_foreign_key(table, key) for key in table.foreign_keys if not _partly_null(table, key)]
    return described | ({"foreignKeys": keys} if keys else {})


def resource(table: TableSchema, *, size: int, sha256: str, rows: int) -> dict[str, Any]:
    """Return the resource descriptor of `<table>.csv`. `rows` does not count the header; `sha256` is hexadecimal."""
    return {
        "name": table.name,
        "profile": "tabular-data-resource",
        "description": table.description,
        "path": f"{table.name}.csv",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": ENCODING,
        "dialect": {
            "delimiter": ",",
            "lineTerminator": LINE_END,
            "quoteChar": '"',
            "doubleQuote": True,
            "skipInitialSpace": False,
            "header": True,
        },
        "bytes": size,
        "hash": f"sha256:{sha256}",
        "rows": rows,
        "schema": table_schema(table),
    }


def _foreign_key(table: TableSchema, key: ForeignKey) -> dict[str, Any]:
    # In the specification, "" is the resource itself.
    target = "" if key.table == table.name else key.table
    return {"fields": list(key.columns), "reference": {"resource": target, "fields": list(key.references)}}


def _partly_null(table: TableSchema, key: ForeignKey) -> bool:
    return len({table.column(name).nullable for name in key.columns}) > 1
