"""CSV: UTF-8 with a byte order mark, CRLF after each row, ISO dates, an empty cell for NULL, every text in quotes."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from steckbrief.load.formats.format import Column, TableFormat
from steckbrief.schema.csv_options import LINE_END, arrow_convert_options, arrow_parse_options
from steckbrief.schema.datapackage import resource

_ROWS_AT_ONCE: Final = 8192
"""Rows that pyarrow formats at once. Its default of 1,024 needs more calls; a higher number needs more memory."""

_BLOCK: Final = 1 << 20
"""Bytes that pyarrow reads at once (its default)."""

_OTHER: Final = 64
"""Bytes of a cell other than text: quotes, the separator, a number or a date."""


class Csv(TableFormat):
    """One CSV file per table, for spreadsheets and programs that read no other format."""

    name = "csv"
    suffix = ".csv"
    for_spreadsheets = True
    resource = staticmethod(resource)
    summary = "`<table>.csv`: the same rows, for spreadsheets and programs that read neither of the others."
    reading = """\
CSV files are UTF-8 with a byte order mark, comma-separated, with CRLF at the end of a row. An empty cell is NULL, and
every text is quoted. NA, null and nan are texts, so set the options of your reader explicitly:

```python
features = pd.read_csv("features.csv", keep_default_na=False, na_values=[""], dtype_backend="pyarrow")
```

```sql
SELECT * FROM read_csv('features.csv', header = true, delim = ',', quote = '"', escape = '"', nullstr = '');
```

Cells may span lines. In CSV files only, an apostrophe precedes every text that a spreadsheet would treat as a formula
(it starts with = + - @, a tab or a carriage return), unless this was switched off for the build. `neutralised_cells` in
release.json counts these texts.
"""

    def write(self, table: pa.Table, folder: Path, name: str) -> None:
        """Write and flush `<name>.csv`."""
        options = csv.WriteOptions(eol=LINE_END, batch_size=_ROWS_AT_ONCE)
        with self.path(folder, name).open("wb") as file:
            file.write(codecs.BOM_UTF8)
            csv.write_csv(table, file, options)
            file.flush()
            os.fsync(file.fileno())

    def columns(self, folder: Path, name: str, expected: pa.Table) -> Iterator[Column]:
        """Yield the columns of `<name>.csv` with the declared types, in blocks of rows."""
        path = self.path(folder, name)
        row = 0
        try:
            # One thread, because a second one reads ahead, which costs memory and saves no time at this size.
            with csv.open_csv(
                path,
                read_options=csv.ReadOptions(use_threads=False, block_size=max(_longest_row(expected), _BLOCK)),
                parse_options=arrow_parse_options(),
                convert_options=arrow_convert_options(name),
            ) as reader:
                for batch in reader:
                    for field in batch.schema:
                        yield row, field.name, pa.chunked_array([batch[field.name]])
                    row += batch.num_rows
        except pa.ArrowInvalid as error:
            raise OSError(f"{path} is not readable as CSV: {error}") from error


def _longest_row(table: pa.Table) -> int:
    """Return an upper bound for the bytes of a CSV row. pyarrow needs every row to fit in one block."""
    texts = (column for column in table.columns if pa.types.is_string(column.type))
    lengths = sum(pc.max(pc.binary_length(text)).as_py() or 0 for text in texts)
    return int(2 * lengths + _OTHER * table.num_columns)
