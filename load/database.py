"""DuckDB as this project uses it: opening a connection, and reporting its errors."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""One thread, because a second one doubles the CPU time and saves no time at this size. No extensions from the network,
because everything we need is built in."""

_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
"""Signals that ask a process to end; Prefect's timeout of a flow sends an alarm."""


@contextmanager
def connected(path: Path | str = ":memory:", *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for the duration of the block, in memory if no file is named.

    Signals wait until the block ends, see `signals_later`. Raises duckdb.Error if the file cannot be opened.
    """
    with signals_later(), duckdb.connect(path, read_only=read_only, config=CONFIG) as connection:
        yield connection


@contextmanager
def signals_later() -> Iterator[None]:
    """Handle signals that ask the process to end only after the block, by their own handlers.

    DuckDB replaces what a handler raises with an error of its own, so a build that was asked to end would appear to
    have failed. Signals that have no handler in Python keep their effect, and so do all signals in other threads than
    the main one, because only the main thread runs handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    handlers = {number: handler for number in _ENDING if callable(handler := signal.getsignal(number))}
    for number in handlers:
        signal.signal(number, lambda number, _frame: received.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if received:
            signal.raise_signal(received[0])


def brief(error: duckdb.Error) -> str:
    """The first line of an error; DuckDB quotes the statement after it."""
    return str(error).partition("\n")[0]
