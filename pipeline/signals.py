"""Signals: which of them end a command, and which a child process must not see."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """A signal asks the process to end; like KeyboardInterrupt, it passes every `except Exception` on its way out."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.exit_code = 128 + number


def raise_on_signals() -> None:
    """From now on, Ctrl-C, a closed terminal or a request to end raise Stopped, so that everything is cleaned up."""
    for number in _ENDING:
        # A parent such as nohup that ignores a signal wants it ignored here too.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


@contextmanager
def held(*numbers: signal.Signals) -> Iterator[None]:
    """Hold these signals back from this thread (all that end a command where none is named).

    A child process started inside the block never sees them: it inherits the mask, from its first instruction on. A
    terminal sends Ctrl-C to all processes at once, and a child that dies of it takes away what the parent needs to
    end in order. The thread itself gets the signals at the end of the block.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers or _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(number)
