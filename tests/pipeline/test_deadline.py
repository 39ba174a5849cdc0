"""A file that takes too long costs only itself, with one process and several, in the main thread and in another."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from steckbrief.extract.limits import FileLimits
from steckbrief.pipeline.batches import Batch, BatchDone, run_batch
from steckbrief.pipeline.deadline import Deadline, OverdueError
from steckbrief.pipeline.results import Job
from steckbrief.transform.options import Options
from tests.command import environment, profiles, steckbrief, table_files, write_source

# The interruption can come while the collector's callbacks run, hypothesis's among them; Python reports it there as
# an exception ignored, and the watchdog sends it again.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

# Emphasis that never ends: many seconds of work where one is allowed.
SLOW = "# Langsam\n\n## Vorteile\n\n- " + "*a_ " * 1_000_000 + "\n"


def work(seconds: float) -> int:
    """Keep the processor busy, in short calls."""
    end, steps = time.process_time() + seconds, 0
    while time.process_time() < end:
        steps += 1
    return steps


def in_thread(what: Callable[[], object]) -> None:
    """Do `what` where Prefect does it: not in the main thread."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            what()
        except BaseException as error:  # noqa: BLE001 - handed on to the test's own thread
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def directly(what: Callable[[], object]) -> None:
    what()


@pytest.mark.parametrize("where", [directly, in_thread])
def test_only_work_that_takes_too_long_is_interrupted(where: Callable[[Callable[[], object]], None]) -> None:
    done: list[int] = []

    def several() -> None:
        with Deadline(0.3) as deadline:
            for seconds in (0.05, 60, 0.05, 60, 0.05):
                try:
                    done.append(deadline.run(partial(work, seconds)))
                except OverdueError:
                    done.append(-1)
            work(0.8)

    where(several)
    assert [each > 0 for each in done] == [True, False, True, False, True]


def test_an_interruption_that_is_swallowed_comes_again() -> None:
    def stubborn() -> None:
        try:
            work(60)
        except OverdueError:
            work(60)

    with Deadline(0.2) as deadline, pytest.raises(OverdueError):
        deadline.run(stubborn)


def test_errors_of_the_work_pass() -> None:
    with Deadline(60) as deadline, pytest.raises(ZeroDivisionError):
        deadline.run(lambda: 1 // 0)


PROFILED = """
import cProfile, time
from steckbrief.pipeline.deadline import Deadline, OverdueError

def busy():
    while True:
        time.process_time()

def work():
    with Deadline(0.3) as deadline:
        for what in (int, busy, int):
            try:
                deadline.run(what)
            except OverdueError:
                print("interrupted")

cProfile.run("work()", "profile")
print("ended")
"""


def test_work_can_be_profiled(tmp_path: Path) -> None:
    """A mark left behind in CPython that something waits for the thread would make a profiled one turn in circles."""
    done = subprocess.run(
        [sys.executable, "-c", PROFILED], cwd=tmp_path, env=environment(), timeout=60, capture_output=True, check=True
    )
    assert done.stdout.split() == [b"interrupted", b"ended"]


@pytest.mark.parametrize("where", [directly, in_thread])
def test_a_slow_file_is_quarantined_and_the_next_is_read(
    where: Callable[[Callable[[], object]], None], tmp_path: Path
) -> None:
    source = write_source(tmp_path / "raw", {"a.md": SLOW, **profiles(1)})
    files = ("a.md", *profiles(1))
    work_folder = tmp_path / "work"
    work_folder.mkdir()
    job = Job(source, work_folder, Options(), FileLimits(seconds=1))
    done: list[BatchDone] = []
    where(lambda: done.append(run_batch(job, Batch(0, tuple(enumerate(files))))))
    (batch,) = done
    assert batch.documents == len(files) - 1
    (unreadable,) = batch.unreadable
    assert (unreadable.path, unreadable.problem.rule, dict(unreadable.problem.values)) == (
        "a.md",
        "file-too-slow",
        {"limit": "1"},
    )


@pytest.mark.slow
def test_a_build_goes_on_without_a_slow_file_and_is_the_same_by_one_process_and_by_two(tmp_path: Path) -> None:
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
