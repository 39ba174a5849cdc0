"""Signals that ask a process to end, kept for later where they would do harm."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
"""An alarm is how a run that takes too long is told to end (Prefect's timeout of a flow)."""


@contextmanager
def signals_later() -> Iterator[None]:
    """Run the block to its end first: a signal that comes meanwhile is handled after it, by its own handler.

    For what must not be left half done, such as removing a folder, and for libraries that put an error of their own in
    the place of what a handler raises. Signals without a handler in Python, and other threads than the main one, which
    never gets any, go their way.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    handlers = {number: handler for number in _ENDING if callable(handler := signal.getsignal(number))}
    for number in handlers:
        signal.signal(number, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])
