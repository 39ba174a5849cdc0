"""Output for a person: text and progress on the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from steckbrief.extract.printable import printable
from steckbrief.pipeline.progress import Progress, watched_by

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


MEGABYTE: Final = 10**6


def prepare_streams() -> None:
    """Escape characters that the terminal's encoding lacks instead of failing on them."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Write a result to standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def say_json(value: object) -> None:
    """Write a result to standard output as one JSON document."""
    say(json.dumps(value, indent=2, ensure_ascii=False))


def remark(text: str) -> None:
    """Write anything but a result, such as an error or progress, to standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def warn(sentences: Iterable[str]) -> None:
    """Write warnings, sentences without their full stop, to standard error."""
    for sentence in sentences:
        remark(f"Warning: {sentence}.")


class LineProgress(Progress):
    """Progress for logs and pipes: one line at the end of each stage."""

    def end(self, stage: str, sentence: str) -> None:
        """Write one line about what the stage did."""
        remark(f"{stage}: {printable(sentence)}")


class BarProgress(Progress):
    """Progress for a terminal: a bar for the current stage, and a line for each finished one."""

    def __init__(self, bar: RichProgress) -> None:
        self._bar = bar
        self._task: TaskID | None = None

    def begin(self, stage: str, total: int | None = None) -> None:
        """Show the stage with an empty bar, or a moving one if the total is unknown."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(stage, total=total)

    def advance(self, count: int) -> None:
        """Advance the bar by `count`."""
        if self._task is not None:
            self._bar.advance(self._task, count)

    def end(self, stage: str, sentence: str) -> None:
        """Write the line above the bar."""
        self._bar.console.print(f"{stage}: {printable(sentence)}", markup=False, highlight=False, soft_wrap=True)


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Show the progress of a run within the block: a bar if standard error is a terminal, otherwise lines."""
    if not sys.stderr.isatty():
        lines = LineProgress()
        with watched_by(lines):
            yield lines
        return
    from rich import progress as parts  # noqa: PLC0415 - takes 0.3 s, which would slow down --help
    from rich.console import Console  # noqa: PLC0415

    columns = (
        parts.SpinnerColumn(),
        parts.TextColumn("{task.description}", markup=False),
        parts.BarColumn(),
        parts.MofNCompleteColumn(),
        parts.TimeElapsedColumn(),
    )
    with parts.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        progress = BarProgress(bar)
        with watched_by(progress):
            yield progress
