"""The contract: every table and column, declared once, and everything derived from the declarations."""

from steckbrief.schema.arrow import empty, to_arrow
from steckbrief.schema.listings import LISTINGS, ROW_TABLES, Listing
from steckbrief.schema.model import Column, ForeignKey, TableSchema
from steckbrief.schema.tables import SCHEMA_VERSION, TABLES

__all__ = [
    "LISTINGS",
    "ROW_TABLES",
    "SCHEMA_VERSION",
    "TABLES",
    "Column",
    "ForeignKey",
    "Listing",
    "TableSchema",
    "empty",
    "to_arrow",
]
