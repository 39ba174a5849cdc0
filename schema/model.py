"""What a column, a foreign key and a table are: no declarations (columns.py, tables.py), no derivations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Column:
    """One column as it stands in one table.

    `values` maps every allowed value to its meaning; it is empty where any value is allowed.
    """

    name: str
    arrow_type: pa.DataType
    description: str
    nullable: bool
    values: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def allowed(self) -> tuple[str, ...]:
        """The allowed values in the order of their declaration; () where any value is allowed."""
        return tuple(self.values)

    @property
    def is_text(self) -> bool:
        """Whether the column holds text."""
        return bool(pa.types.is_string(self.arrow_type))

    @property
    def is_date(self) -> bool:
        """Whether the column holds calendar days."""
        return bool(pa.types.is_date32(self.arrow_type))

    @property
    def python_type(self) -> type:
        """The type of a value; exact, because bool is an int and a datetime is a date."""
        if self.is_text:
            return str
        if self.is_date:
            return dt.date
        return bool if pa.types.is_boolean(self.arrow_type) else int


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`columns` of one table point at `references` of `table`; a NULL in any of them points nowhere."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class TableSchema:
    """One published table; `row_type` is the record of schema/rows.py that its rows are.

    Without slots because cached_property keeps its value in the instance's dict.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    row_type: str = ""

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in published order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema; descriptions of the table and of every column are in the metadata."""
        fields = [
            pa.field(c.name, c.arrow_type, nullable=c.nullable, metadata={"description": c.description})
            for c in self.columns
        ]
        return pa.schema(fields, metadata={"description": self.description})

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError where the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"Table {self.name} has no column {name}; it has {', '.join(self.column_names)}.")
