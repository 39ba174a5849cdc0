"""What is tried again: a remote or a file system that is away for a moment, more patiently each time; nothing else."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from prefect import Task
from prefect.states import Failed

from steckbrief.flows import build
from steckbrief.load.errors import GateError
from steckbrief.pipeline.errors import NothingToBuildError, SourceError

TASKS: tuple[Task[..., Any], ...] = tuple(build.TASKS.values())
TRIED_AGAIN = {"update", "discover"}

DAWN = 45 * 60
"""Seconds from 04:15 until somebody may look: by then a night that keeps trying must have said that it failed."""


def worth_it(task: Task[..., Any], error: BaseException) -> bool:
    condition: Callable[..., Any] | None = task.retry_condition_fn
    assert condition is not None
    return bool(condition(task, None, Failed(data=error)))


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.ENETUNREACH])
def test_listing_a_folder_is_tried_again_where_a_network_file_system_is_away(number: int) -> None:
    assert worth_it(build.TASKS["discover"], OSError(number, "away"))


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, "gone"),
        PermissionError(errno.EACCES, "closed"),
        OSError(errno.ENOSPC, "full"),
        NotADirectoryError("no folder"),
        NothingToBuildError("empty"),
        TimeoutError("the run's own time is over"),
        ValueError("a defect"),
    ],
    ids=repr,
)
def test_listing_a_folder_is_not_tried_again_where_it_would_only_fail_again(error: Exception) -> None:
    assert not worth_it(build.TASKS["discover"], error)


def test_fetching_is_tried_again_where_the_remote_is_away() -> None:
    assert worth_it(build.TASKS["update"], SourceError("Could not resolve host", passing=True))


@pytest.mark.parametrize(
    "error", [SourceError("another history"), OSError(errno.EIO, "away"), TimeoutError("any")], ids=repr
)
def test_fetching_is_not_tried_again_for_anything_else(error: Exception) -> None:
    assert not worth_it(build.TASKS["update"], error)


@pytest.mark.parametrize("task", [task for task in TASKS if task.name in TRIED_AGAIN], ids=lambda task: task.name)
def test_each_further_try_waits_longer_and_all_of_them_end_before_morning(task: Task[..., Any]) -> None:
    delays = task.retry_delay_seconds
    assert isinstance(delays, Sequence)
    assert len(delays) == task.retries >= 2
    assert all(later >= 2 * sooner for sooner, later in pairwise(delays))
    assert sum(delays) < DAWN


@pytest.mark.parametrize("task", [task for task in TASKS if task.name not in TRIED_AGAIN], ids=lambda task: task.name)
def test_no_other_stage_is_tried_again_and_neither_is_the_run(task: Task[..., Any]) -> None:
    assert not task.retries
    assert not build.build_dataset.retries


def test_a_failed_gate_is_no_reason_to_try_anything_again(tmp_path: Any) -> None:
    error = GateError(("profiles-lost: 5 of 8",), tmp_path)
    assert not any(worth_it(task, error) for task in TASKS if task.name in TRIED_AGAIN)


def test_a_run_may_take_hours_but_not_until_the_next_night() -> None:
    assert build.build_dataset.timeout_seconds == 3 * 3600  # as docs/operations.md promises
