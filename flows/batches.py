"""Reading files in batches, in this process or in several: the one place that knows about processes.

Belongs here: cutting the work, the pool, and what runs inside a worker. Does not belong here: what a row is. The
result depends on the files alone: a batch holds files by their number in discovery order, and every row is made from
one file, so neither the number of workers nor the order in which they finish can show.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from typing import Final

from extract.document import read_document
from extract.model import Unreadable
from flows.job import Job
from flows.store import save_part
from transform.parts import part_tables
from transform.profile import profile_rows

BATCH_FILES: Final = 64
"""Large enough that a batch's fixed cost (some ten small files, a message) vanishes; small enough to bound memory."""

WORTH_A_WORKER: Final = 300
"""Files per worker from which another process pays for its imports."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Files to read together: (number in discovery order, path)."""

    number: int
    files: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class BatchDone:
    """A batch whose parts are written: its number, its documents, and its files that gave none."""

    number: int
    documents: int
    unreadable: tuple[Unreadable, ...]


def choose_workers(asked: int | None, files: int) -> int:
    """Processes to use: as many as asked for, else one per core as far as each has enough to do."""
    if asked is not None:
        return max(1, min(asked, files))
    return max(1, min(os.cpu_count() or 1, files // WORTH_A_WORKER))


def cut(paths: Sequence[str], workers: int) -> list[Batch]:
    """Cut paths, in discovery order, into batches of BATCH_FILES; smaller ones where workers would stand idle."""
    size = max(1, min(BATCH_FILES, -(-len(paths) // workers)))
    numbered = tuple(enumerate(paths))
    return [Batch(number, numbered[start : start + size]) for number, start in enumerate(range(0, len(numbered), size))]


def run_batches(job: Job, batches: Sequence[Batch], workers: int) -> Iterator[BatchDone]:
    """Read all batches, leave their parts in the work folder, and report each one as it is done, in any order."""
    if workers == 1:
        yield from (run_batch(job, batch) for batch in batches)
        return
    # Spawn: a forked child of a process with threads (Prefect, Arrow) can deadlock.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_become_worker)
    try:
        pending = [pool.submit(run_batch, job, batch) for batch in batches]
        for done in as_completed(pending):
            yield done.result()
    finally:
        # On a failure or an interrupt, batches not begun are dropped; those at work take less than a second.
        pool.shutdown(wait=True, cancel_futures=True)


def run_batch(job: Job, batch: Batch) -> BatchDone:
    """Read the files of one batch and write their rows as Arrow tables into the work folder."""
    rows = []
    unreadable = []
    for number, path in batch.files:
        document = read_document(job.source, path, job.limits)
        if isinstance(document, Unreadable):
            unreadable.append(document)
        else:
            rows.append((number, profile_rows(document, job.options)))
    if rows:
        save_part(job.work, batch.number, part_tables(rows))
    return BatchDone(batch.number, len(rows), tuple(unreadable))


def _become_worker() -> None:
    """Leave Ctrl-C to the parent, which stops the pool, and never outlive it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
