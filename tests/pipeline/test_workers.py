"""What is published depends on the files alone: not on processes, batches, or how often it is built."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.extract.limits import FileLimits
from steckbrief.pipeline.batches import BATCH_FILES, choose_workers, cut, run_batches
from steckbrief.pipeline.results import Job
from steckbrief.pipeline.signals import Stopped, raise_on_signals
from steckbrief.transform.options import Options
from tests.command import RAW, steckbrief, table_files


@pytest.mark.slow
def test_one_and_two_workers_and_a_second_build_give_the_same_bytes(tmp_path: Path) -> None:
    built = []
    for output, workers in (("one", "1"), ("again", "1"), ("two", "2")):
        steckbrief("build", RAW, "--output", output, "--direct", "--workers", workers, cwd=tmp_path)
        built.append(table_files((tmp_path / output / "latest").resolve()))
    assert built[0]
    assert built[0] == built[1] == built[2]


@pytest.fixture
def asked_to_end() -> Iterator[Callable[[], None]]:
    """Sends SIGTERM, which ends a command, to another thread than the main one: the kernel may choose any."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    raise_on_signals()
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    yield lambda: signal.pthread_kill(other.ident or 0, signal.SIGTERM)
    over.set()
    other.join()
    signal.signal(signal.SIGTERM, before)


def test_a_signal_that_comes_while_workers_start_waits_until_all_have(
    asked_to_end: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []

    class Pool(ProcessPoolExecutor):
        def submit(self, work: Any, job: Any, batch: Any) -> Future[Any]:  # type: ignore[override]
            asked_to_end()
            time.sleep(0.05)  # for the handler to come in between
            started.append(batch.number)
            return super().submit(work, job, batch)

    monkeypatch.setattr("steckbrief.pipeline.batches.ProcessPoolExecutor", Pool)
    job = Job(tmp_path, tmp_path, Options(), FileLimits())
    with pytest.raises(Stopped):
        list(run_batches(job, cut([(number, f"{number}.md") for number in range(4)], 2), 2))
    assert started == [0, 1]


@given(st.integers(0, 500), st.integers(1, 8))
def test_batches_hold_every_file_once_and_in_order(files: int, workers: int) -> None:
    numbered = [(3 * n, f"{n}.md") for n in range(files)]
    batches = cut(numbered, workers)
    assert [entry for batch in batches for entry in batch.files] == numbered
    assert [batch.number for batch in batches] == list(range(len(batches)))
    assert all(0 < len(batch.files) <= BATCH_FILES for batch in batches)
    assert len(batches) >= min(files, workers) / 2


@pytest.mark.parametrize(
    ("asked", "files", "chosen"),
    [(None, 0, 1), (None, 26, 1), (1, 10_000, 1), (2, 26, 2), (4, 3, 3), (2, 1, 1), (1, 0, 1)],
)
def test_small_sources_get_one_process_and_nobody_gets_an_idle_one(asked: int | None, files: int, chosen: int) -> None:
    assert choose_workers(asked, files) == chosen


def test_large_sources_get_no_more_processes_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert choose_workers(None, 1_000_000) == 2
