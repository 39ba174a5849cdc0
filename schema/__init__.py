"""The contract: every table and column declared once, and what derives from the declarations."""

from steckbrief.schema.arrow import empty, to_arrow
from steckbrief.schema.model import Column, ForeignKey, TableSchema
from steckbrief.schema.tables import ROW_TABLES, SCHEMA_VERSION, TABLES

__all__ = [
    "ROW_TABLES",
    "SCHEMA_VERSION",
    "TABLES",
    "Column",
    "ForeignKey",
    "TableSchema",
    "empty",
    "to_arrow",
]
