"""Speaking to a person on a terminal: safe text, and progress while they wait.

Belongs here: escaping, standard streams, the progress bar. Does not belong here: what is said (report.py, lint.py).
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from flows.progress import Progress, watched_by

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

# Cc: control characters, which move the cursor or recolour the screen; Cf: invisible ones, which reorder text or hide
# in it; Cs: lone surrogates, which no stream can encode; Zl, Zp: line breaks to some terminals and editors.
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Zero-width joiners and soft hyphens are ordinary in German text and emoji.
_ORDINARY: Final = frozenset("\u00ad\u200c\u200d")


def printable(text: str) -> str:
    """One line of text that a terminal shows as it is: everything that would control it is written as an escape."""
    if text.isprintable():
        return text
    return "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if character in _ORDINARY or unicodedata.category(character) not in _UNSAFE:
        return character
    return character.encode("unicode_escape").decode("ascii")


def prepare_streams() -> None:
    """Let no character of a profile end a command only because the terminal's encoding lacks it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Write a result to standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def remark(text: str) -> None:
    """Write something beside the result, such as an error or what is going on, to standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


class LineProgress(Progress):
    """Progress for logs and pipes: one line at the end of each stage, no bar, no control characters."""

    def end(self, stage: str, sentence: str) -> None:
        """Say in one line what the stage did."""
        remark(f"{stage}: {printable(sentence)}")


class BarProgress(Progress):
    """Progress for a terminal: a bar for the stage at work, and a line for each that is done."""

    def __init__(self, bar: RichProgress) -> None:
        self._bar = bar
        self._task: TaskID | None = None

    def begin(self, stage: str, total: int | None = None) -> None:
        """Show the stage with an empty bar; a moving one where the total is not known."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(stage, total=total)

    def advance(self, count: int) -> None:
        """Move the bar on by `count`."""
        if self._task is not None:
            self._bar.advance(self._task, count)

    def end(self, stage: str, sentence: str) -> None:
        """Write the line above the bar."""
        self._bar.console.print(f"{stage}: {printable(sentence)}", markup=False, highlight=False, soft_wrap=True)


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Show how far the run inside the block is: a bar where standard error is a terminal, lines elsewhere."""
    if not sys.stderr.isatty():
        lines = LineProgress()
        with watched_by(lines):
            yield lines
        return
    from rich import progress as parts  # noqa: PLC0415 - costs 0.3 s that --help must not pay
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
