"""The runner that reads in this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from steckbrief.pipeline.runners.batch import Batch, BatchResult, read_batch


def run(batches: Sequence[Batch], workers: int) -> Iterator[BatchResult]:  # noqa: ARG001 - the signature of a Runner
    """Read one batch after another."""
    return map(read_batch, batches)
