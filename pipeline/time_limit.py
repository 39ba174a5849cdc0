"""A limit on the processor time of one piece of work.

Processor time, because neither a busy machine nor a suspended one should cost a file.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Final, Never, TypeVar

_REPEAT_SECONDS: Final = 1
"""A callback or a destructor may swallow the exception; then it is raised again after this time."""

_Result = TypeVar("_Result")


class TooSlowError(BaseException):
    """The work took too long.

    Not an Exception: it can be raised at any instruction, and no handler on the way may take it for its own error.
    """


def run_within(seconds: float, work: Callable[[], _Result]) -> _Result:
    """Do `work` and return its result.

    The main thread of a process interrupts the work with a signal. Signals reach no other thread, so there the work
    goes on to its end, which the other limits on a file bound; its result is discarded all the same, so that the
    outcome does not depend on the thread.

    Raises:
        TooSlowError: the work used more than `seconds` of processor time.
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
        signal.setitimer(signal.ITIMER_PROF, 0)  # the signal may have come just before the timer was stopped
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
