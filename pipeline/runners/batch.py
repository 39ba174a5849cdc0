"""A batch of files, and the function that reads it and writes its rows.

The rows depend only on the files. A batch names its files by their number in discovery order, and every row comes from
one file, so a release does not depend on the runner, the number of workers, or the order in which they finish.
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
    """Everything a worker needs to read a file of a source. It holds only paths and small values, so it can be sent."""

    source: Path
    work: Path
    options: Options
    limits: FileLimits


@dataclass(frozen=True, slots=True)
class Batch:
    """Files to read together, as pairs of their number in discovery order and their path."""

    number: int
    files: tuple[tuple[int, str], ...]
    reading: SourceReading


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The result of a batch: its number, the number of documents, and the files that gave no document."""

    number: int
    documents: int
    unreadable: tuple[Unreadable, ...]


class Runner(Protocol):
    """Reads batches in this process, in other processes or on other machines."""

    def __call__(self, batches: Sequence[Batch], workers: int) -> Iterator[BatchResult]:
        """Call read_batch for every batch, with this many workers; yield the results in any order."""


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
    """Return the rows of one file, or why it has none."""
    try:
        return run_within(reading.limits.seconds, partial(_rows, reading, path))
    except TooSlowError:
        return _too_slow(reading, path)
    except Exception as error:
        # No file should cause this. If one does, the program has a bug, and finding it takes the file.
        error.add_note(f"This happened while reading {path} of {reading.source}.")
        raise


def _rows(reading: SourceReading, path: str) -> Unreadable | Rows:
    document = read_document(reading.source, path, reading.limits)
    return document if isinstance(document, Unreadable) else profile_rows(document, reading.options)


def _too_slow(reading: SourceReading, path: str) -> Unreadable:
    """Return the finding about a file that took too long, with its hash so that the next build sees it as unchanged."""
    identity = hash_file(reading.source, path, reading.limits)
    if isinstance(identity, Unreadable):
        return identity
    return Unreadable(path, Problem("file-too-slow", values={"limit": str(reading.limits.seconds)}), identity.sha256)
