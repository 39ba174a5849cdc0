"""Signals that end a command: SIGINT (Ctrl-C), SIGTERM, and SIGHUP (closed terminal)."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, Never

_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """A signal asks the process to end. Like KeyboardInterrupt, it is not caught by `except Exception`."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.exit_code = 128 + number


def raise_on_signals() -> None:
    """Raise Stopped on these signals from now on, so that the process cleans up before it ends."""
    for number in _ENDING:
        # A parent such as nohup that ignores a signal wants it ignored here too.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


@contextmanager
def blocked(*numbers: signal.Signals) -> Iterator[None]:
    """Block these signals in this thread (by default all that end a command); deliver them after the block.

    Child processes that are started inside the block inherit the mask and never receive the signals. A terminal sends
    Ctrl-C to all processes at once, and a parent cannot clean up properly if its children have already died.
    """
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, numbers or _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)


def _stop(number: int, _frame: FrameType | None) -> Never:
    raise Stopped(number)
