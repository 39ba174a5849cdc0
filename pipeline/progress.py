"""How far a run has come: the channel through which stages tell whoever is watching, if anyone is.

The watcher is a context variable because Prefect calls the tasks: what is passed to them as an argument is recorded and
shown by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from steckbrief.pipeline.summary import BuildSummary


class Progress:
    """Someone who watches a run. As it stands, nobody: a scheduled run has its log, which says the same.

    `candidate` is what the release will be reported as, from the moment before it is published.
    """

    candidate: BuildSummary | None = None

    def begin(self, stage: str, total: int | None = None) -> None:
        """A stage begins, with `total` steps if that is known."""

    def advance(self, count: int) -> None:
        """`count` more steps of the stage are done."""

    def end(self, stage: str, sentence: str) -> None:
        """The stage is done; `sentence` says what it did."""

    def publishing(self, candidate: BuildSummary) -> None:
        """Publication begins. If the run breaks off now, `candidate` lets somebody find out on which side."""
        self.candidate = candidate


class Both(Progress):
    """Two watchers of one run."""

    def __init__(self, first: Progress, second: Progress) -> None:
        self._watchers = (first, second)

    def begin(self, stage: str, total: int | None = None) -> None:
        """Tell both."""
        for each in self._watchers:
            each.begin(stage, total)

    def advance(self, count: int) -> None:
        """Tell both."""
        for each in self._watchers:
            each.advance(count)

    def end(self, stage: str, sentence: str) -> None:
        """Tell both."""
        for each in self._watchers:
            each.end(stage, sentence)

    def publishing(self, candidate: BuildSummary) -> None:
        """Tell both."""
        for each in self._watchers:
            each.publishing(candidate)


_watcher: Final[ContextVar[Progress | None]] = ContextVar("watcher", default=None)


def watcher() -> Progress:
    """Whoever watches this run."""
    return _watcher.get() or Progress()


@contextmanager
def watched_by(progress: Progress) -> Iterator[None]:
    """Tell `progress` about every stage that runs inside the block."""
    token = _watcher.set(progress)
    try:
        yield
    finally:
        _watcher.reset(token)
