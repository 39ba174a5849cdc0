"""A real server, worker and deployment: schedule, parameters, artifacts, messages, and runs whose process died."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from flows.nightly import DEPLOYMENT, Machine, free_port, machine
from load.published import latest
from load.verify import verify, verify_latest
from tests.flows.command import RAW, profiles, steckbrief, write_source

pytestmark = pytest.mark.slow

SILENCE = 40
"""Seconds until a run without a sign of life is cleared here: Prefect sends one every 30 seconds at most."""


class Receiver:
    """A webhook's other end, on loopback."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        messages = self.messages

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                messages.append(json.loads(self.rfile.read(length)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/night"

    def wait_for(self, *words: str, seconds: float = 60) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for each in self.messages:
                if all(word in json.dumps(each) for word in words):
                    return each
            time.sleep(0.5)
        raise AssertionError(f"no message with {words}: {self.messages}")


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Machine]:
    home = tmp_path_factory.mktemp("prefect")
    quick = {
        "HOME": str(home),
        "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "1",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "3",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
    }
    with machine(home, free_port(), **quick) as found:
        found.deploy()
        found.run("flows.automations", "--webhook", receiver.url, "--silence", str(SILENCE))
        found.run("flows.automations", "--webhook", receiver.url, "--silence", str(SILENCE))
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


def test_a_run_whose_process_and_worker_died_is_crashed_told_and_makes_room(
    night: Machine, worker: Any, receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "raw"
    for number in range(60):
        for file in RAW.rglob("*.md"):
            target = source / str(number) / file.relative_to(RAW)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(
                file.read_text(encoding="utf-8").replace("slug: ", f"slug: n{number}-", 1), encoding="utf-8"
            )
    doomed = night.trigger(source=str(source), output=str(tmp_path / "output"))
    end = time.monotonic() + 90
    while not list((tmp_path / "output").glob(".staging-*-work/parts")):
        assert time.monotonic() < end, night.get(f"/flow_runs/{doomed}")["state"]
        time.sleep(0.05)
    os.killpg(worker.pid, signal.SIGSTOP)  # so that it cannot tell of its child's death
    for pid in _children(worker.pid):
        os.kill(pid, signal.SIGKILL)
    os.killpg(worker.pid, signal.SIGKILL)
    died = time.monotonic()
    waiting = night.trigger(source=str(RAW), output=str(tmp_path / "output"))
    night.start_worker(Path(night.environment["PREFECT_HOME"]) / "worker2.log")
    ended = night.wait(doomed, SILENCE + 60)
    crashed = time.monotonic() - died
    assert ended["state"]["type"] == "CRASHED", ended["state"]
    assert "No sign of life" in ended["state"]["message"]
    receiver.wait_for("is Crashed", doomed)
    following = night.wait(waiting, 180)
    assert following["state"]["type"] == "COMPLETED", following["state"]
    with capsys.disabled():
        print(f"\nCrashed after {crashed:.0f} s, the next run done after {time.monotonic() - died:.0f} s")  # noqa: T201
    output = tmp_path / "output"
    release = latest(output)
    assert release is not None
    assert [*verify_latest(output), *verify(release)] == []
    assert sorted(path.name for path in output.iterdir()) == [".lock", "history", "latest", "releases"]


def _children(pid: int) -> list[int]:
    """All processes below one, as the kernel tells."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
    found, pending = [], [pid]
    while pending:
        parent = pending.pop()
        below = [child for child, of in parents.items() if of == parent]
        found += below
        pending += below
    return found
