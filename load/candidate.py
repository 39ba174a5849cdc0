"""A candidate: a release in its staging directory, between `write` and `publish` or `reject`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from steckbrief.load.manifest import FileEntry
from steckbrief.load.releases.staging import Staging


@dataclass(frozen=True, slots=True)
class Written:
    """A candidate that has been written but not checked.

    `rows` and `neutralised` are the numbers of rows and neutralised cells per table, `versions` the number of rows in
    its history. `check` compares `tables` with the files and then frees them.
    """

    staging: Staging
    rows: Mapping[str, int]
    neutralised: Mapping[str, int]
    versions: Mapping[str, int]
    tables: Mapping[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Checked:
    """A candidate that may be published: its files were read back and its tables passed every check of the schema."""

    written: Written
    entries: Mapping[str, Mapping[str, FileEntry]]
