"""Progress of a run, reported to a watcher.

The watcher is a context variable, because Prefect calls the tasks and would record it if it were an argument.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from steckbrief.pipeline.summary import BuildSummary


class Progress:
    """Watches a run. This class ignores every report, which is enough for a scheduled run with a log.

    `candidate` is the summary of the release that is about to be published.
    """

    candidate: BuildSummary | None = None

    def begin(self, stage: str, total: int | None = None) -> None:
        """Note that a stage begins, with `total` steps if that is known."""

    def advance(self, count: int) -> None:
        """Note that `count` more steps of the stage are done."""

    def end(self, stage: str, sentence: str) -> None:
        """Note that the stage is done; `sentence` says what it did."""

    def publishing(self, candidate: BuildSummary) -> None:
        """Note that publication begins, so that a run that breaks off now can tell whether it published."""
        self.candidate = candidate


class Both(Progress):
    """Two watchers of the same run."""

    def __init__(self, first: Progress, second: Progress) -> None:
        self._watchers = (first, second)

    def begin(self, stage: str, total: int | None = None) -> None:
        """Pass the report on to both."""
        for progress in self._watchers:
            progress.begin(stage, total)

    def advance(self, count: int) -> None:
        """Pass the report on to both."""
        for progress in self._watchers:
            progress.advance(count)

    def end(self, stage: str, sentence: str) -> None:
        """Pass the report on to both."""
        for progress in self._watchers:
            progress.end(stage, sentence)

    def publishing(self, candidate: BuildSummary) -> None:
        """Pass the report on to both."""
        for progress in self._watchers:
            progress.publishing(candidate)


_watcher: Final[ContextVar[Progress | None]] = ContextVar("watcher", default=None)


def watcher() -> Progress:
    """Return the watcher of this run."""
    return _watcher.get() or Progress()


@contextmanager
def watched_by(progress: Progress) -> Iterator[None]:
    """Report every stage that runs inside the block to `progress`."""
    token = _watcher.set(progress)
    try:
        yield
    finally:
        _watcher.reset(token)
