"""Reading files in batches, in this process or in several: the one place that knows about processes.

The result depends on the files alone: a batch holds files by their number in discovery order, and every row is made
from one file, so neither the number of workers nor the order in which they finish can show.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Final

from steckbrief.extract.document import read_document
from steckbrief.extract.model import Problem, Unreadable
from steckbrief.extract.source import fingerprint
from steckbrief.load.signals import signals_later
from steckbrief.pipeline.deadline import Deadline, OverdueError
from steckbrief.pipeline.errors import WorkerError
from steckbrief.pipeline.results import Job
from steckbrief.pipeline.signals import held
from steckbrief.pipeline.work_folder import save_part
from steckbrief.transform.parts import part_tables
from steckbrief.transform.profile import profile_rows
from steckbrief.transform.records import Rows

BATCH_FILES: Final = 64
"""Large enough that a batch's fixed cost (some ten small files, a message) vanishes; small enough to bound memory."""

WORTH_A_WORKER: Final = 300
"""Files per worker from which another process pays: its imports cost about a second, a file five milliseconds.

Measured on two cores with real profiles: two processes overtake one between 300 and 500 files.
"""


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


def cut(files: Sequence[tuple[int, str]], workers: int) -> list[Batch]:
    """Cut numbered paths, in discovery order, into batches of BATCH_FILES; smaller where workers would stand idle."""
    size = max(1, min(BATCH_FILES, -(-len(files) // workers)))
    numbered = tuple(files)
    return [Batch(number, numbered[start : start + size]) for number, start in enumerate(range(0, len(numbered), size))]


def run_batches(job: Job, batches: Sequence[Batch], workers: int) -> Iterator[BatchDone]:
    """Read all batches, leave their parts in the work folder, and report each one as it is done, in any order."""
    if workers == 1:
        yield from (run_batch(job, batch) for batch in batches)
        return
    # Spawn: a forked child of a process with threads (Prefect, Arrow) can deadlock.
    context = get_context("spawn")
    leash, hand = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_become_worker, initargs=(leash,))
    try:
        # A signal that another thread takes is handled in this one, whatever is held back here, and would leave a
        # worker half started: so it is kept for later too.
        with signals_later(), held():
            pending = [pool.submit(run_batch, job, batch) for batch in batches]
        for done in as_completed(pending):
            yield done.result()
    except BrokenProcessPool as error:
        raise WorkerError(
            f"A process that read profiles was ended from outside ({error}), most often because memory ran out."
            " Nothing was published. Free memory, or build with --workers 1."
        ) from error
    finally:
        # Let go first: a worker that still has work, because a batch failed or Ctrl-C was pressed, ends at once.
        hand.close()
        pool.shutdown(wait=True, cancel_futures=True)
        leash.close()


def run_batch(job: Job, batch: Batch) -> BatchDone:
    """Read the files of one batch and write their rows as Arrow tables into the work folder."""
    rows = []
    unreadable = []
    with Deadline(job.limits.seconds) as deadline:
        for number, path in batch.files:
            try:
                found = deadline.run(partial(_read, job, path))
            except OverdueError:
                found = _too_slow(job, path)
            except Exception as error:
                # No file may cause this; where one does, it is our defect, and whoever looks into it needs the file.
                error.add_note(f"This happened while reading {path} of {job.source}.")
                raise
            if isinstance(found, Unreadable):
                unreadable.append(found)
            else:
                rows.append((number, found))
    if rows:
        save_part(job.work, batch.number, part_tables(rows))
    return BatchDone(batch.number, len(rows), tuple(unreadable))


def _read(job: Job, path: str) -> Unreadable | Rows:
    """The rows of one file, or why there are none."""
    document = read_document(job.source, path, job.limits)
    return document if isinstance(document, Unreadable) else profile_rows(document, job.options)


def _too_slow(job: Job, path: str) -> Unreadable:
    """What is told of a file that takes too long; as long as its bytes are these, nobody need try again."""
    known = fingerprint(job.source, path, job.limits)
    if isinstance(known, Unreadable):
        return known
    return Unreadable(path, Problem("file-too-slow", values={"limit": str(job.limits.seconds)}), known.sha256)


def _become_worker(leash: Connection) -> None:
    """End with the pool or with the parent, whichever goes first; signals are left to the parent (see signals.held)."""
    threading.Thread(target=_end_with_parent, args=(leash,), daemon=True).start()


def _end_with_parent(leash: Connection) -> None:
    parent = parent_process()
    wait([leash] if parent is None else [leash, parent.sentinel])
    os._exit(0)  # from a thread, nothing else ends a process in the middle of its work
