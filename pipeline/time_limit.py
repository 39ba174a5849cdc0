"""A limit on the CPU time of one piece of work.

The limit is on CPU time, so that a busy or suspended machine does not cost a file.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Final, Never, TypeVar

_REPEAT_SECONDS: Final = 1
"""A callback or a destructor may swallow the exception, so it is raised again after this time."""

_Result = TypeVar("_Result")


class TooSlowError(BaseException):
    """The work took too long.

    It is not an Exception: a signal raises it at an arbitrary instruction, where no handler must mistake it for an
    error of its own.
    """


def run_within(seconds: float, work: Callable[[], _Result]) -> _Result:
    """Do `work` and return its result.

    In the main thread, a signal interrupts the work. Signals do not reach other threads, so there the work runs to its
    end, which the other limits on a file bound. Its result is discarded, so the outcome does not depend on the thread.

    Raises:
        TooSlowError: the work used more than `seconds` of CPU time.
    """
    if threading.current_thread() is not threading.main_thread():
        return _measured(seconds, work)
    previous = signal.signal(signal.SIGPROF, _raise_too_slow)
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds, _REPEAT_SECONDS)
        try:
            return work()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except TooSlowError:
        signal.setitimer(signal.ITIMER_PROF, 0)  # the signal may arrive just before the timer stops
        raise
    finally:
        signal.signal(signal.SIGPROF, previous)


def _measured(seconds: float, work: Callable[[], _Result]) -> _Result:
    start = time.thread_time()
    result = work()
    if time.thread_time() - start > seconds:
        raise TooSlowError
    return result


def _raise_too_slow(_number: int, _frame: FrameType | None) -> Never:
    raise TooSlowError
