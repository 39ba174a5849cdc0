"""The runners by name, and the choice between them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from steckbrief.pipeline.runners import local, processes
from steckbrief.pipeline.runners.batch import Runner

RUNNERS: Final[Mapping[str, Runner]] = {
    "local": local.run,
    "processes": processes.run,
}

WORTH_A_WORKER: Final = 300
"""Files per worker that make another process worthwhile: its imports cost about a second, a file five milliseconds.

Measured on two cores with real profiles, where two processes overtake one between 300 and 500 files.
"""


def choose_workers(requested: int | None, files: int) -> int:
    """Return the number of workers: as requested, or else one per core as long as every worker has enough files.

    >>> choose_workers(4, files=3)
    3
    >>> choose_workers(None, files=26)
    1
    """
    if requested is not None:
        return max(1, min(requested, files))
    return max(1, min(os.cpu_count() or 1, files // WORTH_A_WORKER))


def choose_runner(workers: int) -> Runner:
    """Return the runner for this number of workers."""
    return RUNNERS["local" if workers == 1 else "processes"]
