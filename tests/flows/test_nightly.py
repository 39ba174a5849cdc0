"""A real server, worker and deployment: schedule, parameters, artifacts, messages."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from steckbrief.flows.automations import BLOCK, CLEAR, REPORT, WAITING
from steckbrief.flows.build import ASSET
from steckbrief.flows.deployment import DEPLOYMENT, POOL
from steckbrief.load.releases.published import latest
from steckbrief.load.releases.verify import verify, verify_latest
from tests.command import RAW, profiles, slow_source, steckbrief, visible, write_source
from tests.flows.guard import Guard
from tests.flows.night import Night
from tests.flows.night import night as night_of
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
def night(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver, guard: Guard) -> Iterator[Night]:
    home = tmp_path_factory.mktemp("prefect")
    with night_of(home, {"HOME": str(home), **guard.variables}) as found:
        found.deploy()
        found.put_automations(receiver.url)
        yield found


@pytest.fixture(scope="module")
def worker(night: Night) -> Iterator[object]:
    with night.worker() as found:
        yield found


def deployment(night: Night) -> dict[str, Any]:
    found: dict[str, Any] = night.get(f"/deployments/name/{DEPLOYMENT}")
    return found


def until(what: Callable[[], Any], seconds: float = 180) -> Any:
    """What `what` gives once that is something."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.5)
    return found


def artifacts(night: Night, run: str) -> dict[str, dict[str, Any]]:
    """What a run's page shows, by key; what Prefect keeps of a failed run by itself has none."""
    found = night.post("/artifacts/filter", {"flow_runs": {"id": {"any_": [run]}}})
    return {each["key"]: each for each in found if each["key"]}


@contextmanager
def no_worker_takes_runs(night: Night) -> Iterator[None]:
    """Whether a worker is there or not."""
    for paused in (True, False):
        night.ask("PATCH", f"/work_pools/{POOL}", {"is_paused": paused})
        if paused:
            yield


def test_the_schedule_is_a_quarter_past_four_in_berlin_all_year(night: Night) -> None:
    found = deployment(night)
    (schedule,) = found["schedules"]
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("15 4 * * *", "Europe/Berlin")
    assert found["concurrency_limit"] == 1 or found["global_concurrency_limit"]["limit"] == 1
    assert found["concurrency_options"]["collision_strategy"] == "ENQUEUE"
    assert {"steckbrief", "nightly"} <= set(found["tags"])

    def planned() -> list[dict[str, Any]]:
        runs = night.post("/flow_runs/filter", {"deployments": {"id": {"any_": [found["id"]]}}})
        ours = [run for run in runs if run["auto_scheduled"]]
        return ours if len(ours) >= 2 else []

    runs = until(planned)
    for run in runs:
        time_there = dt.datetime.fromisoformat(run["expected_start_time"]).astimezone(ZoneInfo("Europe/Berlin"))
        assert (time_there.hour, time_there.minute) == (4, 15)


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
def test_nonsense_is_refused_before_a_run_is_made(night: Night, parameters: dict[str, Any]) -> None:
    with pytest.raises(httpx.HTTPStatusError) as caught:
        night.trigger(**parameters)
    assert caught.value.response.status_code in (409, 422)


def automations(night: Night) -> dict[str, str]:
    """Ids of the automations by name; no name is there twice."""
    found = night.post("/automations/filter", {})
    by_name = {each["name"]: each["id"] for each in found}
    assert len(by_name) == len(found)
    return by_name


def webhooks(night: Night) -> list[str]:
    return [each["name"] for each in night.post("/block_documents/filter", {})]


def test_automations_put_again_stay_as_they_are_and_without_a_webhook_nobody_is_told(
    night: Night, receiver: Receiver
) -> None:
    before = automations(night)
    assert set(before) == {CLEAR, REPORT, WAITING}
    night.put_automations(receiver.url)
    assert automations(night) == before
    assert webhooks(night) == [BLOCK]
    try:
        night.put_automations()
        assert set(automations(night)) == {CLEAR}
        assert webhooks(night) == []
    finally:
        night.put_automations(receiver.url)


def test_a_late_run_is_told(night: Night, receiver: Receiver) -> None:
    with no_worker_takes_runs(night):
        run = night.trigger(source=str(RAW))
        message = receiver.wait_for("is Late", run)
        assert "nightly" in message["text"]
        night.post(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLED"}, "force": True})


SOON = """
import datetime as dt, sys
from steckbrief.flows.automations import put_automations
put_automations(sys.argv[1], patience=dt.timedelta(seconds=10))
"""


def test_a_run_that_waits_for_its_place_for_long_is_told_and_runs_when_it_is_free(
    night: Night, worker: object, receiver: Receiver, tmp_path: Path
) -> None:
    assert night.python("-c", SOON, receiver.url).returncode == 0
    try:
        place = {"names": [deployment(night)["global_concurrency_limit"]["name"]], "slots": 1, "mode": "concurrency"}
        night.post("/v2/concurrency_limits/increment", place)
        run = night.trigger(source=str(RAW), output=str(tmp_path / "output"))
        until(lambda: night.get(f"/flow_runs/{run}")["state"]["name"] == "AwaitingConcurrencySlot")
        message = receiver.wait_for("still waits", run)
        assert "is AwaitingConcurrencySlot" in message["text"]
        night.post("/v2/concurrency_limits/decrement", place)
    finally:
        night.put_automations(receiver.url)  # with the patience of every day again
    assert night.wait(run)["state"]["type"] == "COMPLETED"


def test_a_run_publishes_and_its_page_shows_what_it_did(night: Night, worker: object, tmp_path: Path) -> None:
    run = night.trigger(source=str(RAW), output=str(tmp_path / "output"))
    ended = night.wait(run)
    assert ended["state"]["type"] == "COMPLETED", ended["state"]
    release = latest(tmp_path / "output")
    assert release is not None
    assert [*verify_latest(tmp_path / "output"), *verify(release)] == []
    ours = {"flow_runs": {"id": {"any_": [run]}}}
    tasks = night.post("/task_runs/filter", ours | {"sort": "EXPECTED_START_TIME_ASC"})
    stages = ["update", "discover", "read", "plan", "extract", "transform", "check", "gate", "publish"]
    assert sorted(task["name"] for task in tasks) == sorted(stages)
    page = artifacts(night, run)
    assert set(page) == {"progress", "gates", "rows-per-table", "diagnostics-by-rule", "release"}
    assert page["progress"]["data"] == 100
    assert page["gates"]["data"].count("| passed |") == len(release.manifest["gates"])
    assert release.id in page["release"]["data"]
    assert str(release.path) in page["release"]["description"]

    def recorded() -> bool:
        answer = night.post("/events/filter", {"filter": {"event": {"prefix": ["prefect.asset"]}}})
        ours = [each for each in answer["events"] if each["resource"]["prefect.resource.id"] == str(ASSET.key)]
        return any(release.id in json.dumps(each["payload"]) for each in ours)

    until(recorded)
    again = night.wait(night.trigger(source=str(RAW), output=str(tmp_path / "output")), 240)
    assert again["name"] == "raw: nothing changed"
    progress = artifacts(night, again["id"])["progress"]
    assert (progress["data"], progress["description"]) == (100, "nothing changed")


def test_a_run_that_fails_at_a_gate_is_told_with_its_figures_and_not_tried_again(
    night: Night, worker: object, receiver: Receiver, tmp_path: Path
) -> None:
    source = write_source(tmp_path / "raw", profiles(8))
    steckbrief("build", source, "--direct", "--output", "output", cwd=tmp_path)
    for path in sorted(source.rglob("*.md"))[3:]:
        path.unlink()
    run = night.trigger(source=str(source), output=str(tmp_path / "output"))
    ended = night.wait(run)
    assert ended["state"]["type"] == "FAILED"
    assert ended["run_count"] == 1
    message = receiver.wait_for("is Failed", "5 of 8 profiles")
    assert f"/flow-run/{run}" in message["text"]
    # Prefect delivers at least once: the same message twice is its doing, another one would be a second try's.
    assert all(each == message for each in receiver.messages if "5 of 8 profiles" in each["text"])
    page = artifacts(night, run)
    assert set(page) == {"progress", "gates"}
    (candidate,) = (tmp_path / "output/rejected").iterdir()
    assert str(candidate) in page["gates"]["data"]
    _, first, *others = (line for line in page["gates"]["data"].splitlines() if line.startswith("| "))
    assert first.startswith("| --- ")
    assert others[0].startswith("| failed | profiles-lost | 5 of 8 profiles")


TOO_SLOW = """
import sys
from pathlib import Path
from steckbrief.flows.build import build_dataset
build_dataset.with_options(timeout_seconds=3)(Path(sys.argv[1]), output=Path(sys.argv[2]), workers=2)
"""


def test_a_run_beyond_its_time_is_timed_out_and_told_and_leaves_no_debris(
    night: Night, receiver: Receiver, tmp_path: Path
) -> None:
    ended = night.python("-c", TOO_SLOW, slow_source(tmp_path), tmp_path / "output")
    assert "FlowRunTimeoutError" in ended.stderr
    assert not visible(tmp_path / "output")
    (run,) = night.post("/flow_runs/filter", {"flow_runs": {"state": {"name": {"any_": ["TimedOut"]}}}})
    receiver.wait_for("is TimedOut", run["id"])


def test_nothing_that_all_this_started_spoke_to_another_machine(night: Night, worker: object, guard: Guard) -> None:
    assert guard.addresses(), "the guard was not loaded"
    assert guard.outside() == set()
