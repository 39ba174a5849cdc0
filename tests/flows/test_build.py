"""The flow: which parameters it accepts, and what it retries."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from prefect import Task
from prefect.exceptions import ParameterTypeError
from prefect.states import Failed

from steckbrief.flows import build
from steckbrief.load.errors import GateError
from steckbrief.pipeline.errors import NothingToBuildError, SourceError

TASKS: tuple[Task[..., Any], ...] = tuple(build.TASKS.values())
RETRIED = {"update", "discover"}

MORNING = 45 * 60
"""Seconds from 04:15 until the first person may look. A night that failed must have reported it by then."""


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"workers": "many"}, {"source": 3}, {"output": ""}], ids=repr)
def test_wrong_parameters_are_refused_before_a_run_begins(wrong: dict[str, Any]) -> None:
    with pytest.raises(ParameterTypeError):
        build.build_dataset.validate_parameters({"source": "raw", **wrong})


def is_retried(task: Task[..., Any], error: BaseException) -> bool:
    condition: Callable[..., Any] | None = task.retry_condition_fn
    assert condition is not None
    return bool(condition(task, None, Failed(data=error)))


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.ENETUNREACH])
def test_listing_a_folder_is_retried_if_a_network_file_system_is_unavailable(number: int) -> None:
    assert is_retried(build.TASKS["discover"], OSError(number, "away"))


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
def test_listing_a_folder_is_not_retried_if_it_would_fail_again(error: Exception) -> None:
    assert not is_retried(build.TASKS["discover"], error)


def test_fetching_is_retried_if_the_remote_is_unavailable() -> None:
    assert is_retried(build.TASKS["update"], SourceError("Could not resolve host", passing=True))


@pytest.mark.parametrize(
    "error", [SourceError("another history"), OSError(errno.EIO, "away"), TimeoutError("any")], ids=repr
)
def test_fetching_is_not_retried_after_any_other_error(error: Exception) -> None:
    assert not is_retried(build.TASKS["update"], error)


@pytest.mark.parametrize("task", [task for task in TASKS if task.name in RETRIED], ids=lambda task: task.name)
def test_each_retry_waits_longer_and_the_last_one_ends_before_morning(task: Task[..., Any]) -> None:
    delays = task.retry_delay_seconds
    assert isinstance(delays, Sequence)
    assert len(delays) == task.retries >= 2
    assert all(later >= 2 * sooner for sooner, later in pairwise(delays))
    assert sum(delays) < MORNING


@pytest.mark.parametrize("task", [task for task in TASKS if task.name not in RETRIED], ids=lambda task: task.name)
def test_no_other_stage_is_retried_and_neither_is_the_run(task: Task[..., Any]) -> None:
    assert not task.retries
    assert not build.build_dataset.retries


def test_nothing_is_retried_after_a_failed_gate(tmp_path: Any) -> None:
    error = GateError(("profiles-lost: 5 of 8",), tmp_path)
    assert not any(is_retried(task, error) for task in TASKS if task.name in RETRIED)


def test_a_run_may_take_hours_but_not_until_the_next_night() -> None:
    assert build.build_dataset.timeout_seconds == 3 * 3600  # docs/operations.md promises it
