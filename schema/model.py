"""The classes for columns, foreign keys and tables. columns.py and tables.py declare them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one table.

    `values` maps every allowed value to its meaning; it is empty if any value is allowed.
    """

    name: str
    arrow_type: pa.DataType
    description: str
    nullable: bool
    values: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def allowed(self) -> tuple[str, ...]:
        """The allowed values in the order of declaration; () if any value is allowed."""
        return tuple(self.values)

    @property
    def is_text(self) -> bool:
        """Whether the column holds text."""
        return bool(pa.types.is_string(self.arrow_type))

    @property
    def is_date(self) -> bool:
        """Whether the column holds dates."""
        return bool(pa.types.is_date32(self.arrow_type))

    @property
    def python_type(self) -> type:
        """The exact Python type of a value; a subclass such as bool for int is not accepted."""
        if self.is_text:
            return str
        if self.is_date:
            return dt.date
        return bool if pa.types.is_boolean(self.arrow_type) else int


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`columns` of one table refer to `references` of `table`; if any of them is NULL, there is no reference."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class TableSchema:
    """One published table; `row_type` is the record type of its rows in schema/rows.py.

    The class has no slots, because cached_property needs the instance's dict.
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
        """The Arrow schema, with the descriptions of the table and its columns in the metadata."""
        fields = [
            pa.field(c.name, c.arrow_type, nullable=c.nullable, metadata={"description": c.description})
            for c in self.columns
        ]
        return pa.schema(fields, metadata={"description": self.description})

    def column(self, name: str) -> Column:
        """Return the column called `name`; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"Table {self.name} has no column {name}; it has {', '.join(self.column_names)}.")
