"""Runs that died with their worker or with the whole machine: they are cleared, reported and make room."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from steckbrief.flows.automations import SILENCE, put_automations
from steckbrief.flows.server import Child, free_port
from steckbrief.load.releases.published import latest
from steckbrief.load.releases.verify import verify, verify_latest
from tests.command import RAW, slow_source
from tests.flows.prefect_server import PrefectServer, date_back_events, prefect_server, wait_until
from tests.flows.webhook import Receiver, receiving

pytestmark = pytest.mark.slow

NAMES = [".lock", "history", "latest", "releases"]
NIGHT = dt.timedelta(hours=12)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as webhook:
        yield webhook


def test_dead_runs_are_crashed_and_reported_and_make_room_and_living_ones_survive_a_restart(
    receiver: Receiver, tmp_path: Path
) -> None:
    port, home, output = free_port(), tmp_path / "home", tmp_path / "output"
    source = slow_source(tmp_path)
    # The worker survives its server here, so the next server must have the same password.
    password = dict.fromkeys(("PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"), "for:all")
    with ExitStack() as stack:
        first = stack.enter_context(prefect_server(home, password, port))
        process = first.run_python("-m", "steckbrief.flows.deployment")
        assert process.returncode == 0, process.stderr
        with first.as_client():
            put_automations(receiver.url)

        # A living run survives a restart of the server.
        worker = stack.enter_context(first.worker())
        run = start(first, source, output, "RUNNING")
        lease = first.state(run)["state_details"]["deployment_concurrency_lease_id"]
        kill(first.server.child, children=False)
        with prefect_server(home, password, port) as second:
            # The run itself does this every few minutes, and stops if it has lost its slot.
            second.post(f"/v2/concurrency_limits/leases/{lease}/renew", {"lease_duration": 300})
            assert second.state(run)["type"] == "RUNNING"

            # It dies together with its worker, while the server lives on.
            kill(worker)
            second.let_time_pass(run, SILENCE)
            assert_cleared(second, run)
            receiver.wait_for("has died", run)
            assert_slot_is_free(second)

            # The next one dies with the machine before it sends a heartbeat, and the machine is off for a night.
            worker = stack.enter_context(second.worker())
            run = start(second, source, output, "PENDING")
            wait_until(lambda: date_back_events(home, run, dt.timedelta()))
            kill(worker, second.server.child)

    assert date_back_events(home, run, NIGHT)
    date_back_leases(home, NIGHT)
    with prefect_server(home, password, port) as third:
        next_run = third.request_run(source=str(RAW), output=str(output))
        assert_cleared(third, run)
        receiver.wait_for("has died", run)
        with third.worker():
            state = third.wait_for_end(next_run)
            assert state["type"] == "COMPLETED", state
        assert_slot_is_free(third)
    release = latest(output)
    assert release is not None
    assert [*verify_latest(output), *verify(release)] == []
    assert sorted(path.name for path in output.iterdir()) == NAMES, "a dead build left something"


def start(server: PrefectServer, source: Path, output: Path, state: str) -> str:
    """Request a run, and wait until it is in this state."""
    run = server.request_run(source=str(source), output=str(output), workers=2)
    if state == "RUNNING":
        wait_until(lambda: list(output.glob(".staging-*-work/parts")))
    wait_until(lambda: server.state(run)["type"] == state)
    return run


def assert_cleared(server: PrefectServer, run: str) -> None:
    state = server.wait_for_end(run)
    assert state["type"] == "CRASHED", state
    assert "No sign of life" in state["message"]


def assert_slot_is_free(server: PrefectServer) -> None:
    limit = server.deployment()["global_concurrency_limit"]
    wait_until(lambda: server.get(f"/v2/concurrency_limits/{limit['id']}")["active_slots"] == 0, 30)


def date_back_leases(home: Path, time_passed: dt.timedelta) -> None:
    """Make the notes of a stopped server on who holds a slot this much older."""
    timestamp = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
    for file in (home / "concurrency_leases").glob("*.json"):
        earlier = timestamp.sub(lambda match: str(dt.datetime.fromisoformat(match[0]) - time_passed), file.read_text())
        file.write_text(earlier)


def kill(*processes: Child, children: bool = True) -> None:
    """Kill processes, and all that they started, at the same moment, so that none can report another's death."""
    roots = [process.process.pid for process in processes]
    doomed = [*roots, *(descendants(roots) if children else [])]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in doomed:
            try:
                os.kill(pid, number)
            except ProcessLookupError:  # it has ended meanwhile
                continue


def descendants(pids: list[int]) -> list[int]:
    """The processes that these have started, those that they have started in turn, and so on."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
    children = [pid for pid, parent in parents.items() if parent in pids]
    return [*children, *descendants(children)] if children else []
