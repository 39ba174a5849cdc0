"""The deployment and the automations on a real server: schedule, parameters, reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from steckbrief.flows.automations import BLOCK, CLEAR, PATIENCE, REPORT, WAITING, put_automations
from steckbrief.flows.deployment import POOL
from tests.command import RAW, slow_source, visible
from tests.flows.guard import Guard
from tests.flows.prefect_server import PrefectServer, wait_until
from tests.flows.webhook import Receiver

pytestmark = pytest.mark.slow


def test_the_schedule_is_a_quarter_past_four_in_berlin_all_year(prefect_server: PrefectServer) -> None:
    deployment = prefect_server.deployment()
    (schedule,) = deployment["schedules"]
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("15 4 * * *", "Europe/Berlin")
    assert deployment["concurrency_limit"] == 1 or deployment["global_concurrency_limit"]["limit"] == 1
    assert deployment["concurrency_options"]["collision_strategy"] == "ENQUEUE"
    assert {"steckbrief", "nightly"} <= set(deployment["tags"])

    def scheduled_runs() -> list[dict[str, Any]]:
        runs = prefect_server.post("/flow_runs/filter", {"deployments": {"id": {"any_": [deployment["id"]]}}})
        scheduled = [run for run in runs if run["auto_scheduled"]]
        return scheduled if len(scheduled) >= 2 else []

    for run in wait_until(scheduled_runs):
        local_time = dt.datetime.fromisoformat(run["expected_start_time"]).astimezone(ZoneInfo("Europe/Berlin"))
        assert (local_time.hour, local_time.minute) == (4, 15)


@pytest.mark.parametrize(
    "parameters",
    [
        {"workers": 0},
        {"workers": "many"},
        {"sorce": "raw"},
        {"force": "perhaps"},
        {"source": 7},
        *({name: text} for name in ("source", "output", "config") for text in ("", "a\0b")),
    ],
    ids=repr,
)
def test_the_server_creates_no_run_with_wrong_parameters(
    prefect_server: PrefectServer, parameters: dict[str, Any]
) -> None:
    with pytest.raises(httpx.HTTPStatusError) as caught:
        prefect_server.request_run(**parameters)
    assert caught.value.response.status_code in (409, 422)


def automations(server: PrefectServer) -> dict[str, str]:
    """The ids of the automations by name."""
    answer = server.post("/automations/filter", {})
    ids = {automation["name"]: automation["id"] for automation in answer}
    assert len(ids) == len(answer), "two automations have the same name"
    return ids


def blocks(server: PrefectServer) -> list[str]:
    return [block["name"] for block in server.post("/block_documents/filter", {})]


def test_unchanged_automations_stay_and_without_a_webhook_the_server_forgets_it(
    prefect_server: PrefectServer, receiver: Receiver
) -> None:
    ids = automations(prefect_server)
    assert set(ids) == {CLEAR, REPORT, WAITING}
    with prefect_server.as_client():
        put_automations(receiver.url)
        assert automations(prefect_server) == ids
        assert blocks(prefect_server) == [BLOCK]
        try:
            put_automations(None)
            assert set(automations(prefect_server)) == {CLEAR}
            assert blocks(prefect_server) == []
        finally:
            put_automations(receiver.url)


@contextmanager
def paused_pool(server: PrefectServer) -> Iterator[None]:
    """Let no worker take a run for the duration of the block."""
    server.request("PATCH", f"/work_pools/{POOL}", {"is_paused": True})
    yield
    server.request("PATCH", f"/work_pools/{POOL}", {"is_paused": False})


def end_run(server: PrefectServer, run: str, state: str) -> None:
    server.post(f"/flow_runs/{run}/set_state", {"state": {"type": state}, "force": True})


def test_late_and_crashed_runs_are_reported(prefect_server: PrefectServer, receiver: Receiver) -> None:
    with paused_pool(prefect_server):
        run = prefect_server.request_run(source=str(RAW))
        assert "nightly" in receiver.wait_for("is Late", run)["text"]
        end_run(prefect_server, run, "CRASHED")
        receiver.wait_for("is Crashed", run)


def test_a_run_that_waits_for_its_slot_for_an_hour_is_reported(
    prefect_server: PrefectServer, worker: object, receiver: Receiver, tmp_path: Path
) -> None:
    limit = prefect_server.deployment()["global_concurrency_limit"]
    slot = {"names": [limit["name"]], "slots": 1, "mode": "concurrency"}
    prefect_server.post("/v2/concurrency_limits/increment", slot)
    run = prefect_server.request_run(source=str(RAW), output=str(tmp_path / "output"))
    wait_until(lambda: prefect_server.state(run)["name"] == "AwaitingConcurrencySlot")
    prefect_server.let_time_pass(run, PATIENCE)
    message = receiver.wait_for("still waits", run)
    assert "is AwaitingConcurrencySlot" in message["text"]
    end_run(prefect_server, run, "CANCELLED")
    prefect_server.post("/v2/concurrency_limits/decrement", slot)


TOO_SLOW = """
import sys
from pathlib import Path
from steckbrief.flows.build import build_dataset
build_dataset.with_options(timeout_seconds=3)(Path(sys.argv[1]), output=Path(sys.argv[2]), workers=2)
"""


def test_a_run_beyond_its_time_limit_is_timed_out_and_reported_and_leaves_nothing(
    prefect_server: PrefectServer, receiver: Receiver, tmp_path: Path
) -> None:
    process = prefect_server.run_python("-c", TOO_SLOW, slow_source(tmp_path), tmp_path / "output")
    assert "FlowRunTimeoutError" in process.stderr
    assert not visible(tmp_path / "output")
    (run,) = prefect_server.post("/flow_runs/filter", {"flow_runs": {"state": {"name": {"any_": ["TimedOut"]}}}})
    receiver.wait_for("is TimedOut", run["id"])


def test_no_process_of_the_tests_above_talked_to_another_machine(
    prefect_server: PrefectServer, worker: object, guard: Guard
) -> None:
    assert guard.addresses(), "the guard was not loaded"
    assert guard.outside() == set()
