"""DuckDB as this project uses it: how a connection is opened, and how what goes wrong is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from steckbrief.load.formats.parquet import parquet_path
from steckbrief.load.signals import signals_later
from steckbrief.schema.sql import literal

CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""One thread, because a second one costs twice the CPU and saves no time at this size; nothing is fetched from the
network, because all that is needed is built in."""


@contextmanager
def connected(path: Path | str = ":memory:", *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for the time of the block; in memory where no file is named.

    A signal that asks the process to end is handled at the end of the block: DuckDB would put an error of its own in
    the place of what the handler raises, and a build that is asked to end would seem to have failed. Raises
    duckdb.Error where the file cannot be opened.
    """
    with signals_later(), duckdb.connect(path, read_only=read_only, config=CONFIG) as connection:
        yield connection


def parquet_relation(folder: Path, name: str) -> str:
    """A table's Parquet file as an SQL relation.

    DuckDB takes the path for a pattern, so what would be a wildcard is put in brackets.
    """
    path = str(parquet_path(folder, name))
    return f"read_parquet({literal(''.join(f'[{c}]' if c in '[*?' else c for c in path))})"


def brief(error: duckdb.Error) -> str:
    """What went wrong, without the statement that DuckDB quotes after it."""
    return str(error).partition("\n")[0]
