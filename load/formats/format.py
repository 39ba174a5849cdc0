"""What a file format of a release must be able to do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

Column = tuple[int, str, pa.ChunkedArray]
"""A piece of a table that was read back: its first row, the name of a column, and that column's values."""


class Format(ABC):
    """One way in which a release stores its tables; a subclass is either a TableFormat or a DatabaseFormat."""

    name: ClassVar[str]
    """Its key in release.json."""

    summary: ClassVar[str]
    """Its line in the list of files of a release's README.md: what the files are, and what they are good for."""

    reading: ClassVar[str]
    """How to read it, in Markdown, with code that runs in the folder of a release."""

    for_spreadsheets: ClassVar[bool] = False
    """Whether spreadsheets would run a text as a formula. Such a format gets neutralised texts (formulas.py)."""

    resource: ClassVar[Callable[..., dict[str, Any]] | None] = None
    """Describes a table's file in datapackage.json, as schema.datapackage.resource does; None if it is not listed."""

    @abstractmethod
    def path(self, folder: Path, table_name: str) -> Path:
        """The file in a release folder that holds the table."""

    @abstractmethod
    def columns(self, folder: Path, name: str, expected: pa.Table) -> Iterator[Column]:
        """Read the table `name` back, in pieces that need little memory.

        Args:
            folder: the release.
            name: the table.
            expected: the table as it was given to `write`, for readers that must know what to expect.

        Raises:
            OSError: the file is missing, cannot be read, or holds other columns or types.
        """


class TableFormat(Format):
    """A format with one file per table."""

    suffix: ClassVar[str]
    """The end of a file's name, with its dot."""

    def path(self, folder: Path, table_name: str) -> Path:
        """The table's own file."""
        return folder / f"{table_name}{self.suffix}"

    @abstractmethod
    def write(self, table: pa.Table, folder: Path, name: str) -> None:
        """Write the table and flush it to the disk. Raises OSError if the disk does not take it."""


class DatabaseFormat(Format):
    """A format with one file for all tables."""

    file: ClassVar[str]
    """The file's name."""

    def path(self, folder: Path, table_name: str) -> Path:  # noqa: ARG002 - the same file for every table
        """The one file."""
        return folder / self.file

    @abstractmethod
    def write(self, tables: Mapping[str, pa.Table], folder: Path) -> None:
        """Write all declared tables and flush the file to the disk. Raises OSError if the disk does not take it."""
