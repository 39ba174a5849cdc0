"""Runs that died with their worker or with the whole machine: they are cleared, reported and make room."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from steckbrief.flows.deployment import DEPLOYMENT
from steckbrief.flows.server import Child, free_port
from steckbrief.load.releases.published import latest
from steckbrief.load.releases.verify import verify, verify_latest
from tests.command import RAW, slow_source
from tests.flows.night import Night, night
from tests.flows.webhook import Receiver, receiving

pytestmark = pytest.mark.slow

NAMES = [".lock", "history", "latest", "releases"]


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source that keeps two processes busy for minutes."""
    return slow_source(tmp_path_factory.mktemp("source"))


SOON = """
import datetime as dt, sys
from steckbrief.flows.automations import put_automations
put_automations(sys.argv[1], silence=dt.timedelta(seconds=10))
"""


def test_a_run_that_died_with_its_worker_is_crashed_and_reported_and_makes_room_and_so_after_a_restart(
    receiver: Receiver, source: Path, tmp_path: Path
) -> None:
    port, home, output = free_port(), tmp_path / "home", tmp_path / "output"
    # A worker outlives its server here, so the next server must know the same password.
    password = dict.fromkeys(("PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"), "for:all")
    with ExitStack() as stack:
        first = stack.enter_context(night(home, password, port))
        first.deploy()
        first.python("-c", SOON, receiver.url)
        with first.worker() as worker:
            doomed = start(first, source, output, "PENDING")
            kill(worker)
        assert_cleared(first, doomed)
        receiver.wait_for("is Crashed", doomed)
        assert_slot_is_free(first)

        # A living run survives a restart of the server ...
        first.put_automations(receiver.url)
        worker = stack.enter_context(first.worker())
        doomed = start(first, source, output, "RUNNING")
        lease = first.state(doomed)["state_details"]["deployment_concurrency_lease_id"]
        kill(first.server.child, children=False)
        with night(home, password, port) as second:
            # As the run itself does every few minutes; it is stopped if it has lost its slot.
            second.post(f"/v2/concurrency_limits/leases/{lease}/renew", {"lease_duration": 300})
            assert second.state(doomed)["type"] == "RUNNING"
            kill(worker, second.server.child)

    # ... and one that died with the machine is not forgotten, however long the machine was off.
    age_heartbeats(home, doomed, dt.timedelta(hours=12))
    age_leases(home, dt.timedelta(hours=12))
    with night(home, password, port) as third:
        following = third.trigger(source=str(RAW), output=str(output))
        assert_cleared(third, doomed)
        receiver.wait_for("has died", doomed)
        with third.worker():
            state = third.wait(following)["state"]
            assert state["type"] == "COMPLETED", state
        assert_slot_is_free(third)
    release = latest(output)
    assert release is not None
    assert [*verify_latest(output), *verify(release)] == []
    assert sorted(path.name for path in output.iterdir()) == NAMES, "a dead build left something"


def start(server: Night, source: Path, output: Path, state: str) -> str:
    """Ask for a run, and wait until it is in this state."""
    run = server.trigger(source=str(source), output=str(output), workers=2)
    if state == "RUNNING":
        wait_until(lambda: list(output.glob(".staging-*-work/parts")))
    wait_until(lambda: server.state(run)["type"] == state)
    return run


def assert_cleared(server: Night, run: str) -> None:
    state = server.wait(run, 120)["state"]
    assert state["type"] == "CRASHED", state
    assert "No sign of life" in state["message"]


def assert_slot_is_free(server: Night) -> None:
    limit = server.get(f"/deployments/name/{DEPLOYMENT}")["global_concurrency_limit"]
    wait_until(lambda: server.get(f"/v2/concurrency_limits/{limit['id']}")["active_slots"] == 0, 30)


def age_heartbeats(home: Path, run: str, away: dt.timedelta) -> None:
    """Date back what the server has noted about a run's heartbeats, as if so much time had passed since."""
    with closing(sqlite3.connect(home / "prefect.db", timeout=60)) as database, database:
        notes = 'SELECT id, start, "end" FROM automation_bucket WHERE bucketing_key LIKE ?'
        for key, *times in database.execute(notes, (f"%{run}%",)).fetchall():
            earlier = [str(dt.datetime.fromisoformat(time) - away) for time in times]
            database.execute('UPDATE automation_bucket SET start = ?, "end" = ? WHERE id = ?', (*earlier, key))


def age_leases(home: Path, away: dt.timedelta) -> None:
    """Date back what a server that is down has noted about who holds a slot."""
    for file in (home / "concurrency_leases").glob("*.json"):
        times = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
        file.write_text(times.sub(lambda found: str(dt.datetime.fromisoformat(found[0]) - away), file.read_text()))


def wait_until(condition: Callable[[], object], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.2)


def kill(*processes: Child, children: bool = True) -> None:
    """Kill processes, with all that they started, at once: none can report another's death."""
    found = [process.process.pid for process in processes]
    doomed = [*found, *(below(found) if children else [])]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in doomed:
            try:
                os.kill(pid, number)
            except ProcessLookupError:  # ended by itself meanwhile
                continue


def below(pids: list[int]) -> list[int]:
    """All processes that these have started, and those in turn, as the kernel knows them."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
    children = [pid for pid, parent in parents.items() if parent in pids]
    return [*children, *below(children)] if children else []
