"""A candidate: a release in its staging folder, on its way from `write` to `publish` or `reject`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from steckbrief.load.manifest import FileEntry
from steckbrief.load.releases.staging import Staging


@dataclass(frozen=True, slots=True)
class Written:
    """A candidate whose files are written but not yet checked.

    `rows` and `neutralised` count each table's rows and neutralised cells, `versions` the rows of its history. `tables`
    are the tables themselves, which `check` compares with the files and then releases.
    """

    staging: Staging
    rows: Mapping[str, int]
    neutralised: Mapping[str, int]
    versions: Mapping[str, int]
    tables: Mapping[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Checked:
    """A candidate that may be published: its files were read back, and its tables keep every promise of the schema."""

    written: Written
    entries: Mapping[str, Mapping[str, FileEntry]]
