"""The interface of a file format of a release."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

Column = tuple[int, str, pa.ChunkedArray]
"""A piece of a table that was read back: its first row, the column's name, and the values."""


class Format(ABC):
    """One way in which a release stores its tables; a subclass is either a TableFormat or a DatabaseFormat."""

    name: ClassVar[str]
    """The key in release.json."""

    summary: ClassVar[str]
    """The line in a release's README.md that says what the files are and what they are for."""

    reading: ClassVar[str]
    """Instructions for reading the files, in Markdown, with code that runs in a release folder."""

    for_spreadsheets: ClassVar[bool] = False
    """Whether spreadsheets could run texts as formulas. Such a format gets neutralised texts (formulas.py)."""

    resource: ClassVar[Callable[..., dict[str, Any]] | None] = None
    """Returns the description of a table's file in datapackage.json; None if the format is not listed there."""

    @abstractmethod
    def path(self, folder: Path, table_name: str) -> Path:
        """Return the file in a release folder that contains the table."""

    @abstractmethod
    def columns(self, folder: Path, name: str, expected: pa.Table) -> Iterator[Column]:
        """Read the table `name` back in pieces, to save memory.

        Args:
            folder: the release.
            name: the table.
            expected: the table that was passed to `write`, for readers that need to know it.

        Raises:
            OSError: the file is missing, cannot be read, or has different columns or types.
        """


class TableFormat(Format):
    """A format with one file per table."""

    suffix: ClassVar[str]
    """The file name extension, including the dot."""

    def path(self, folder: Path, table_name: str) -> Path:
        """Return the table's own file."""
        return folder / f"{table_name}{self.suffix}"

    @abstractmethod
    def write(self, table: pa.Table, folder: Path, name: str) -> None:
        """Write the table and flush it to the disk; OSError if that fails."""


class DatabaseFormat(Format):
    """A format with one file for all tables."""

    file: ClassVar[str]
    """The file name."""

    def path(self, folder: Path, table_name: str) -> Path:  # noqa: ARG002 - the same file for every table
        """Return the one file."""
        return folder / self.file

    @abstractmethod
    def write(self, tables: Mapping[str, pa.Table], folder: Path) -> None:
        """Write all declared tables and flush the file to the disk; OSError if that fails."""
