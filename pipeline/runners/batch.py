"""A batch of files, and the work on it that every runner does: read the files and write their rows.

The result depends on the files alone. A batch names files by their number in discovery order, and every row is made
from one file. So neither the runner, nor the number of workers, nor the order in which they finish shows in a release.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from steckbrief.extract.document import read_document
from steckbrief.extract.limits import FileLimits
from steckbrief.extract.model import Problem, Unreadable
from steckbrief.extract.source import hash_file
from steckbrief.pipeline.time_limit import TooSlowError, run_within
from steckbrief.pipeline.work_folder import save_part
from steckbrief.transform.options import Options
from steckbrief.transform.parts import part_tables
from steckbrief.transform.profile import profile_rows
from steckbrief.transform.records import Rows


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What it takes to read any file of a source: paths and small values, because workers receive it."""

    source: Path
    work: Path
    options: Options
    limits: FileLimits


@dataclass(frozen=True, slots=True)
class Batch:
    """Files to read together: (number in discovery order, path)."""

    number: int
    files: tuple[tuple[int, str], ...]
    reading: SourceReading


@dataclass(frozen=True, slots=True)
class BatchResult:
    """A batch whose rows are written: its number, its documents, and its files that gave none."""

    number: int
    documents: int
    unreadable: tuple[Unreadable, ...]


class Runner(Protocol):
    """Somewhere to read files: this process, other processes, other machines."""

    def __call__(self, batches: Sequence[Batch], workers: int) -> Iterator[BatchResult]:
        """Call read_batch for each batch, with this many workers; yield results as they come, in any order."""


def read_batch(batch: Batch) -> BatchResult:
    """Read the files of one batch and write their rows as Arrow tables into the work folder."""
    profiles = []
    unreadable = []
    for number, path in batch.files:
        result = _read(batch.reading, path)
        if isinstance(result, Unreadable):
            unreadable.append(result)
        else:
            profiles.append((number, result))
    if profiles:
        save_part(batch.reading.work, batch.number, part_tables(profiles))
    return BatchResult(batch.number, len(profiles), tuple(unreadable))


def _read(reading: SourceReading, path: str) -> Unreadable | Rows:
    """The rows of one file, or why there are none."""
    try:
        return run_within(reading.limits.seconds, partial(_rows, reading, path))
    except TooSlowError:
        return _too_slow(reading, path)
    except Exception as error:
        # No file should cause this. If one does, it is a defect of ours, and whoever looks into it needs the file.
        error.add_note(f"This happened while reading {path} of {reading.source}.")
        raise


def _rows(reading: SourceReading, path: str) -> Unreadable | Rows:
    document = read_document(reading.source, path, reading.limits)
    return document if isinstance(document, Unreadable) else profile_rows(document, reading.options)


def _too_slow(reading: SourceReading, path: str) -> Unreadable:
    """The finding about a file that takes too long; with the hash of its bytes, so that it counts as unchanged."""
    identity = hash_file(reading.source, path, reading.limits)
    if isinstance(identity, Unreadable):
        return identity
    return Unreadable(path, Problem("file-too-slow", values={"limit": str(reading.limits.seconds)}), identity.sha256)
