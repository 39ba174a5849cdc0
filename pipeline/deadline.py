"""A limit on the time that one piece of work may take, in whatever thread it runs.

A signal would do in a worker's main thread, but under Prefect one process reads in a thread, where no signal handler
runs. CPython can raise an exception in any thread, between two of its instructions: that works in both, and is what
happens here. It waits for a single call into C to return; those that reading a file makes (regular expressions,
libyaml) are bounded by the other limits of extract/limits.py.

Time is the processor time of this process, so that neither a busy machine nor one that was put to sleep costs a file.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self, TypeVar

_POLL_SECONDS: Final = 0.25  # how late an interruption may come; five thread switches a second cost nothing
_Result = TypeVar("_Result")


class OverdueError(BaseException):
    """Raised in the thread whose work takes too long.

    Not an Exception: it can be raised at any instruction, and nothing on the way may take it for an error of its own.
    """


class Deadline:
    """Runs pieces of work, one after another in the thread that made it, and interrupts those that take too long.

    A context manager: the thread that looks at the clock lives as long as the block.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._worker = ctypes.c_ulong(threading.get_ident())
        self._due: float | None = None
        self._sent = False
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True, name="deadline")

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._watch.join()

    def run(self, work: Callable[[], _Result]) -> _Result:
        """Do `work` and return its result. Raises OverdueError where it took longer than the seconds it has."""
        try:
            try:
                self._due = time.process_time() + self._seconds
                return work()
            finally:
                self._disarm()
        except OverdueError:
            # It may have come while the clock was being stopped. It does not come twice within the same seconds.
            self._disarm()
            raise

    def _disarm(self) -> None:
        """Stop the clock, and take back an interruption that has not arrived yet.

        CPython 3.11 cannot take one back for good: the mark that something waits for this thread would stay, and cost
        time at every call. So one that may be on its way is replaced by another, and that one is waited for.
        """
        with self._lock:
            self._due = None
        if self._sent:
            try:
                while True:  # a callback or a destructor may swallow one
                    self._interrupt()
            except OverdueError:
                self._sent = False

    def _interrupt(self) -> None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(self._worker, ctypes.py_object(OverdueError))

    def _look(self) -> None:
        while not self._ended.wait(_POLL_SECONDS):
            with self._lock:
                if self._due is not None and time.process_time() >= self._due:
                    # Again after as long, should a callback or a destructor have swallowed it.
                    self._due += self._seconds
                    self._sent = True
                    self._interrupt()
