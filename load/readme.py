"""README.md of a release: what is in the folder, how to read it, and the data dictionary."""

from __future__ import annotations

from collections.abc import Mapping

from steckbrief.load.releases.staging import Staging
from steckbrief.schema import dictionary
from steckbrief.schema.tables import SCHEMA_VERSION, TABLES


def readme(staging: Staging, rows: Mapping[str, int]) -> str:
    """The text of README.md for a release with `rows` per table."""
    previous = f"`{staging.previous}`" if staging.previous else "none, it is the first"
    counts = "\n".join(f"| `{name}` | {rows[name]:,} |" for name in TABLES)
    return f"""\
# Release {staging.id}

Product profiles as tables, schema version {SCHEMA_VERSION}; the release before it: {previous}.

- `<table>.parquet` and `<table>.csv`: the same rows twice. Parquet carries types and descriptions and is the one to
  read from code; CSV is for spreadsheets and everything else.
- `steckbrief.duckdb`: all tables with comments, and views such as `features_with_profile`.
- `release.json`: where the rows came from, sizes and hashes. `datapackage.json`: the CSV files as a Data Package.

| table | rows |
| --- | ---: |
{counts}

## Reading it

Read from the folder `latest`, which always points at the newest complete release, or from this one to stay with it.

```python
import pandas as pd

features = pd.read_parquet("features.parquet", dtype_backend="pyarrow")
```

```python
import polars as pl

features = pl.read_parquet("features.parquet")
```

```sql
-- duckdb -readonly steckbrief.duckdb
SELECT profile_category, count(*) FROM features_with_profile GROUP BY ALL ORDER BY ALL;
```

CSV is UTF-8 with a byte order mark, comma, CRLF at the end of a row; an empty cell is NULL and every text is quoted,
so tell your reader that NA, null and nan are texts, and leave nothing to be guessed:

```python
features = pd.read_csv("features.csv", keep_default_na=False, na_values=[""], dtype_backend="pyarrow")
```

```sql
SELECT * FROM read_csv('features.csv', header = true, delim = ',', quote = '"', escape = '"', nullstr = '');
```

Cells may span lines. In CSV only, a text that
a spreadsheet would take for a formula (it starts with = + - @, a tab or a carriage return) has an apostrophe in
front, unless the release was built without; `neutralised_cells` in release.json counts them.

# Data dictionary

{dictionary.overview()}
{dictionary.tables()}"""  # noqa: S608 - prose with an example, not a statement
