"""A real server, worker and deployment: schedule, parameters, artifacts, messages."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from flows.nightly import DEPLOYMENT, Machine, free_port, machine
from load.published import latest
from load.verify import verify, verify_latest
from tests.flows.command import RAW, profiles, steckbrief, write_source
from tests.flows.guard import Guard
from tests.flows.webhook import Receiver, receiving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    return Guard.in_folder(tmp_path_factory.mktemp("guard") / "hook")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver, guard: Guard) -> Iterator[Machine]:
    home = tmp_path_factory.mktemp("prefect")
    quick = {
        "HOME": str(home),
        **guard.variables,
        "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "1",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "3",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
    }
    with machine(home, free_port(), **quick) as found:
        found.deploy()
        found.run("flows.automations", "--webhook", receiver.url)
        found.run("flows.automations", "--webhook", receiver.url)
        yield found


@pytest.fixture(scope="module")
def worker(night: Machine) -> Any:
    return night.start_worker(Path(night.environment["PREFECT_HOME"]) / "worker.log")


def deployment(night: Machine) -> dict[str, Any]:
    found: dict[str, Any] = night.get(f"/deployments/name/{DEPLOYMENT}")
    return found


def test_the_schedule_is_a_quarter_past_four_in_berlin_all_year(night: Machine) -> None:
    found = deployment(night)
    (schedule,) = found["schedules"]
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("15 4 * * *", "Europe/Berlin")
    assert found["concurrency_limit"] == 1 or found["global_concurrency_limit"]["limit"] == 1
    assert found["concurrency_options"]["collision_strategy"] == "ENQUEUE"
    assert {"steckbrief", "nightly"} <= set(found["tags"])
    end = time.monotonic() + 90
    runs: list[dict[str, Any]] = []
    while not runs and time.monotonic() < end:
        runs = night.post("/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}})
        time.sleep(0.5)
    for run in runs:
        time_there = dt.datetime.fromisoformat(run["expected_start_time"]).astimezone(ZoneInfo("Europe/Berlin"))
        assert (time_there.hour, time_there.minute) == (4, 15)
    assert len(runs) >= 2


@pytest.mark.parametrize(
    "parameters", [{"workers": 0}, {"workers": "many"}, {"sorce": "raw"}, {"force": "perhaps"}, {"source": 7}]
)
def test_nonsense_is_refused_before_a_run_is_made(night: Machine, parameters: dict[str, Any]) -> None:
    with pytest.raises(httpx.HTTPStatusError) as caught:
        night.trigger(**parameters)
    assert caught.value.response.status_code in (409, 422)


def test_automations_put_twice_are_there_once(night: Machine) -> None:
    names = [each["name"] for each in night.post("/automations/filter", {})]
    assert len(names) == len(set(names)) == 2


def test_a_late_run_is_told(night: Machine, receiver: Receiver) -> None:
    run = night.trigger(source=str(RAW))
    message = receiver.wait_for("is Late")
    assert "nightly" in message["text"]
    night.post(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLED", "name": "Cancelled"}, "force": True})


def test_a_run_publishes_and_its_page_shows_what_it_did(night: Machine, worker: object, tmp_path: Path) -> None:
    run = night.trigger(source=str(RAW), output=str(tmp_path / "output"))
    ended = night.wait(run, 120)
    assert ended["state"]["type"] == "COMPLETED", ended["state"]
    release = latest(tmp_path / "output")
    assert release is not None
    assert [*verify_latest(tmp_path / "output"), *verify(release)] == []
    ours = {"flow_runs": {"id": {"any_": [run]}}}
    tasks = night.post("/task_runs/filter", ours | {"sort": "EXPECTED_START_TIME_ASC"})
    stages = ["update", "discover", "read", "plan", "extract", "transform", "check", "gate", "publish"]
    assert sorted(task["name"] for task in tasks) == sorted(stages)
    artifacts = {each["key"]: each for each in night.post("/artifacts/filter", ours)}
    assert set(artifacts) == {"progress", "rows-per-table", "diagnostics-by-rule", "release"}
    assert artifacts["progress"]["data"] == 100
    assert release.id in artifacts["release"]["data"]
    assert str(release.path) in artifacts["release"]["description"]
    end = time.monotonic() + 30
    found: list[dict[str, Any]] = []
    while not found and time.monotonic() < end:
        answer = night.post("/events/filter", {"filter": {"event": {"prefix": ["prefect.asset"]}}})
        found = [each for each in answer["events"] if each["resource"]["prefect.resource.id"].startswith("steckbrief:")]
        time.sleep(0.5)
    assert any(release.id in json.dumps(each["payload"]) for each in found), found
    again = night.wait(night.trigger(source=str(RAW), output=str(tmp_path / "output")), 120)
    assert again["name"] == "raw: nothing changed"
    (progress,) = [
        each
        for each in night.post("/artifacts/filter", {"flow_runs": {"id": {"any_": [again["id"]]}}})
        if each["key"] == "progress"
    ]
    assert (progress["data"], progress["description"]) == (100, "nothing changed")


def test_a_run_that_fails_at_a_gate_is_told_with_its_figures_and_not_tried_again(
    night: Machine, worker: object, receiver: Receiver, tmp_path: Path
) -> None:
    source = write_source(tmp_path / "raw", profiles(8))
    steckbrief("build", source, "--direct", "--output", "output", cwd=tmp_path)
    for path in sorted(source.rglob("*.md"))[3:]:
        path.unlink()
    run = night.trigger(source=str(source), output=str(tmp_path / "output"))
    ended = night.wait(run, 120)
    assert ended["state"]["type"] == "FAILED"
    assert ended["run_count"] == 1
    message = receiver.wait_for("is Failed", "5 of 8 profiles")
    assert f"/flow-run/{run}" in message["text"]
    assert sum("5 of 8 profiles" in json.dumps(each) for each in receiver.messages) == 1


def test_nothing_that_all_this_started_spoke_to_another_machine(night: Machine, worker: object, guard: Guard) -> None:
    assert guard.addresses(), "the guard was not loaded"
    assert guard.outside() == set()
