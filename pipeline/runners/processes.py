"""The runner that reads in several processes on this machine."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait

from steckbrief.pipeline.errors import WorkerError
from steckbrief.pipeline.runners.batch import Batch, BatchResult, read_batch
from steckbrief.pipeline.signals import blocked


def run(batches: Sequence[Batch], workers: int) -> Iterator[BatchResult]:
    """Read the batches in `workers` processes.

    Raises:
        WorkerError: a worker was killed.
    """
    # Spawn: a forked child of a process with threads (Prefect, Arrow) can deadlock.
    context = get_context("spawn")
    leash, leash_end = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_pool, initargs=(leash,))
    try:
        with blocked():  # workers inherit the mask and leave signals to the parent
            futures = [pool.submit(read_batch, batch) for batch in batches]
        for future in as_completed(futures):
            yield future.result()
    except BrokenProcessPool as error:
        raise WorkerError(
            f"A worker process was killed ({error}), most likely because memory ran out. Nothing was published. Free"
            " memory, or build with --workers 1."
        ) from error
    finally:
        # Close the leash first, so that after a failure or Ctrl-C even a busy worker ends at once.
        leash_end.close()
        pool.shutdown(wait=True, cancel_futures=True)
        leash.close()


def _end_with_pool(leash: Connection) -> None:
    """End this worker when the pool or the parent process ends, whichever comes first."""
    threading.Thread(target=_wait_and_exit, args=(leash,), daemon=True).start()


def _wait_and_exit(leash: Connection) -> None:
    parent = parent_process()
    wait([leash] if parent is None else [leash, parent.sentinel])
    os._exit(0)  # the only call that ends a process from a thread while the main thread is busy
