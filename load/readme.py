"""README.md of a release: what is in the folder, how to read it, and the data dictionary."""

from __future__ import annotations

from collections.abc import Mapping

from steckbrief.load.formats.registry import FORMATS
from steckbrief.load.releases.staging import Staging
from steckbrief.schema import dictionary
from steckbrief.schema.tables import SCHEMA_VERSION, TABLES


def readme(staging: Staging, rows: Mapping[str, int]) -> str:
    """The text of README.md for a release with `rows` per table."""
    previous = f"`{staging.previous}`" if staging.previous else "none, it is the first"
    files = "\n".join(f"- {format_.summary}" for format_ in FORMATS)
    reading = "\n".join(format_.reading for format_ in FORMATS)
    counts = "\n".join(f"| `{name}` | {rows[name]:,} |" for name in TABLES)
    return f"""\
# Release {staging.id}

Product profiles as tables, schema version {SCHEMA_VERSION}; the release before it: {previous}.

{files}
- `release.json`: where the rows came from, sizes and hashes. `datapackage.json`: the CSV files as a Data Package.

| table | rows |
| --- | ---: |
{counts}

## Reading it

Read from the folder `latest`, which always points at the newest complete release, or from this one to stay with it.

{reading}
# Data dictionary

{dictionary.overview()}
{dictionary.tables()}"""
