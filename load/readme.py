"""README.md of a release: its files, how to read them, and the data dictionary."""

from __future__ import annotations

from collections.abc import Mapping

from steckbrief.load.formats.registry import FORMATS
from steckbrief.load.releases.staging import Staging
from steckbrief.schema import dictionary
from steckbrief.schema.tables import SCHEMA_VERSION, TABLES


def readme(staging: Staging, rows: Mapping[str, int]) -> str:
    """Return the text of README.md for a release with `rows` per table."""
    previous = f"`{staging.previous}`" if staging.previous else "none"
    files = "\n".join(f"- {format_.summary}" for format_ in FORMATS)
    reading = "\n".join(format_.reading for format_ in FORMATS)
    counts = "\n".join(f"| `{name}` | {rows[name]:,} |" for name in TABLES)
    return f"""\
# Release {staging.id}

Product profiles as tables, schema version {SCHEMA_VERSION}. Previous release: {previous}.

{files}
- `history/<table>.parquet`: every version of every row, with its period of validity.
- `release.json`: the source of the rows, and the sizes and hashes of all files.
- `datapackage.json`: a description of the CSV files for Data Package tools.

| table | rows |
| --- | ---: |
{counts}

## Reading the tables

Read from the folder `latest` to get the newest complete release every time, or from this folder to stay with this
release.

{reading}
# Data dictionary

{dictionary.overview()}
{dictionary.tables()}"""
