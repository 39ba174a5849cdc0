"""The formats of a release, in the order of README.md and release.json."""

from __future__ import annotations

from typing import Final

from steckbrief.load.formats.csv import Csv
from steckbrief.load.formats.duckdb import DuckDB
from steckbrief.load.formats.format import DatabaseFormat, Format, TableFormat
from steckbrief.load.formats.parquet import Parquet

PARQUET: Final = Parquet()
"""The format of record: every release has it, and histories and incremental builds read it."""

FORMATS: Final[tuple[Format, ...]] = (
    PARQUET,
    DuckDB(),
    Csv(),
)

TABLE_FORMATS: Final = tuple(format_ for format_ in FORMATS if isinstance(format_, TableFormat))
DATABASE_FORMATS: Final = tuple(format_ for format_ in FORMATS if isinstance(format_, DatabaseFormat))
