"""A file that takes too long costs only its own rows, in one process or several and in any thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from steckbrief.extract.limits import FileLimits
from steckbrief.pipeline.runners.batch import Batch, SourceReading, read_batch
from steckbrief.pipeline.time_limit import TooSlowError, run_within
from steckbrief.transform.options import Options
from tests.command import environment, profiles, steckbrief, table_files, write_source

# Emphasis that never closes takes several seconds; the limit is one.
SLOW = "# Langsam\n\n## Vorteile\n\n- " + "*a_ " * 100_000 + "\n"


def work(seconds: float) -> int:
    """Keep the CPU busy with short calls."""
    end, steps = time.process_time() + seconds, 0
    while time.process_time() < end:
        steps += 1
    return steps


def in_thread(call: Callable[[], object]) -> object:
    """Call in a thread other than the main one, which no signal reaches."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(call).result()


def directly(call: Callable[[], object]) -> object:
    return call()


def test_only_work_that_takes_too_long_is_interrupted() -> None:
    finished: list[bool] = []
    for seconds in (0.05, 60, 0.05, 60, 0.05):
        try:
            finished.append(run_within(0.3, partial(work, seconds)) > 0)
        except TooSlowError:
            finished.append(False)
    work(0.5)
    assert finished == [True, False, True, False, True]


def test_a_swallowed_interruption_is_repeated() -> None:
    def stubborn() -> None:
        try:
            work(60)
        except TooSlowError:
            work(60)

    with pytest.raises(TooSlowError):
        run_within(0.2, stubborn)


def test_in_another_thread_slow_work_ends_late_but_counts_as_too_slow() -> None:
    with pytest.raises(TooSlowError):
        in_thread(lambda: run_within(0, partial(work, 0.1)))
    assert in_thread(lambda: run_within(5, lambda: 1))


@pytest.mark.parametrize("call", [directly, in_thread])
def test_errors_of_the_work_are_raised(call: Callable[[Callable[[], object]], object]) -> None:
    with pytest.raises(ZeroDivisionError):
        call(lambda: run_within(60, lambda: 1 // 0))


# The time may be up inside a callback that Hypothesis registers with the garbage collector, which swallows exceptions.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_slow_file_is_quarantined_and_the_next_is_read(tmp_path: Path) -> None:
    files = {"a.md": SLOW, **profiles(1)}
    source = write_source(tmp_path / "raw", files)
    (tmp_path / "work").mkdir()
    reading = SourceReading(source, tmp_path / "work", Options(), FileLimits(seconds=1))
    batch = read_batch(Batch(0, tuple(enumerate(files)), reading))
    assert batch.documents == len(files) - 1
    (unreadable,) = batch.unreadable
    assert (unreadable.path, unreadable.problem.rule, dict(unreadable.problem.values)) == (
        "a.md",
        "file-too-slow",
        {"limit": "1"},
    )


@pytest.mark.slow
def test_a_build_continues_after_a_slow_file_and_is_the_same_with_one_process_and_two(tmp_path: Path) -> None:
    source = write_source(tmp_path / "raw", {"a.md": SLOW, **profiles(4)})
    built = []
    for output, workers in (("one", "1"), ("two", "2")):
        options = ("--output", output, "--direct", "--workers", workers)
        steckbrief("build", source, *options, cwd=tmp_path, env=environment(STECKBRIEF_LIMITS__SECONDS="1"))
        built.append(table_files((tmp_path / output / "latest").resolve()))
    assert built[0] == built[1]
    (row,) = [line for line in built[0]["diagnostics.csv"].decode("utf-8-sig").splitlines() if "file-too-slow" in line]
    assert "a.md" in row
    assert "more than 1 s " in row
