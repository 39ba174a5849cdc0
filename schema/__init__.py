"""The contract: every table and column declared once, and what derives from the declarations.

Belongs here: declarations (values, columns, tables) and pure derivations (Arrow, CSV reading options, data
dictionary, data package, checks as SQL). Does not belong here: anything that reads a profile or writes a
release.
"""

from schema.arrow import empty, to_arrow
from schema.model import Column, ForeignKey, TableSchema
from schema.tables import ROW_TABLES, SCHEMA_VERSION, TABLES

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
