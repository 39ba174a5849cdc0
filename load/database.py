"""Open DuckDB connections and report DuckDB errors."""

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
"""One thread, because a second one doubles the CPU time without being faster at this size. No extensions from the
network, because everything we need is built in."""

_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
"""Signals that ask a process to end. Prefect uses SIGALRM to time out a flow."""


@contextmanager
def connected(path: Path | str = ":memory:", *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection during the block, to a database in memory by default.

    Signals are deferred until the end of the block (see `signals_later`).

    Raises:
        duckdb.Error: the file cannot be opened.
    """
    with signals_later(), duckdb.connect(path, read_only=read_only, config=CONFIG) as connection:
        yield connection


@contextmanager
def signals_later() -> Iterator[None]:
    """Defer signals that ask the process to end until after the block, when their own handlers run.

    DuckDB replaces an exception from a signal handler with its own error, so an interrupted build would look like a
    failed one. Signals without a Python handler are not deferred. In other threads nothing is deferred, because only
    the main thread runs handlers.
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
    r"""Return the first line of an error; the following lines quote the statement.

    >>> brief(duckdb.Error("Parser Error: syntax error\nLINE 1: SELEC"))
    'Parser Error: syntax error'
    """
    return str(error).partition("\n")[0]
