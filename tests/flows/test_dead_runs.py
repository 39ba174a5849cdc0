"""Runs whose process died with its worker, or with the whole machine: they are cleared, told, and make room."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from steckbrief.flows import automations
from steckbrief.flows.deployment import DEPLOYMENT
from steckbrief.flows.machine import ROOT, Machine, free_port, machine
from steckbrief.load.releases.published import latest
from steckbrief.load.releases.verify import verify, verify_latest
from tests.command import RAW, slow_source
from tests.flows.webhook import Receiver, receiving

pytestmark = pytest.mark.slow

SILENCE = 40
"""Seconds until a run without a sign of life is cleared here: Prefect sends one every 30 seconds at most."""

QUICK = {"PREFECT_WORKER_QUERY_SECONDS": "1", "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "1"}
NAMES = [".lock", "history", "latest", "releases"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def wait_until(condition: Callable[[], object], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.02)


def kill(*processes: Any) -> None:
    """Kill processes with all that they started, at once: nobody can tell of another's death."""
    doomed = [pid for process in processes for pid in (process.pid, *_below(process.pid))]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in doomed:
            try:
                os.kill(pid, number)
            except ProcessLookupError:  # ended by itself meanwhile
                continue
    for process in processes:
        process.wait()


def is_whole(output: Path) -> bool:
    """Whether the latest release is as published, and nothing of a dead build is left."""
    release = latest(output)
    assert release is not None
    assert [*verify_latest(output), *verify(release)] == []
    return sorted(path.name for path in output.iterdir()) == NAMES


def start(home: Path, found: Machine, log: str) -> Any:
    return found.start_worker(home / log)


SOON = """
import datetime as dt, sys
from steckbrief.flows.automations import clearing, put
put(clearing(dt.timedelta(seconds=int(sys.argv[1]))))
"""


def clear_soon(found: Machine) -> None:
    """Let the server clear runs after SILENCE, which is less than it would wait else."""
    command = [sys.executable, "-c", SOON, str(SILENCE)]
    subprocess.run(command, cwd=ROOT, env=dict(found.environment), check=True)


def is_free(found: Machine) -> bool:
    """Whether nobody holds the deployment's place."""
    limit = found.get(f"/deployments/name/{DEPLOYMENT}")["global_concurrency_limit"]
    return bool(limit["active_slots"] == 0)


@pytest.mark.parametrize("state", ["PENDING", "RUNNING"])
def test_a_run_whose_process_and_worker_died_is_crashed_told_and_makes_room(state: str, tmp_path: Path) -> None:
    source, output = slow_source(tmp_path), tmp_path / "output"
    with receiving() as receiver, machine(tmp_path / "home", free_port(), HOME=str(tmp_path), **QUICK) as night:
        night.deploy()
        night.run("steckbrief.flows.automations", "--webhook", receiver.url)
        clear_soon(night)
        worker = start(tmp_path, night, "worker.log")
        doomed = night.trigger(source=str(source), output=str(output), workers=2)
        if state == "RUNNING":
            wait_until(lambda: list(output.glob(".staging-*-work/parts")))
        wait_until(lambda: night.get(f"/flow_runs/{doomed}")["state"]["type"] == state)
        kill(worker)
        waiting = night.trigger(source=str(RAW), output=str(output))
        start(tmp_path, night, "worker2.log")
        ended = night.wait(doomed, SILENCE + 150)
        assert ended["state"]["type"] == "CRASHED", ended["state"]
        assert "No sign of life" in ended["state"]["message"]
        receiver.wait_for("is Crashed", doomed)
        following = night.wait(waiting, 240)
        assert following["state"]["type"] == "COMPLETED", following["state"]
        assert is_free(night)
    assert is_whole(output)


def pass_time(home: Path, away: dt.timedelta) -> None:
    """Make what a server that is down has noted, on signs of life and places, as old as if it was away for so long."""
    with closing(sqlite3.connect(home / "prefect.db")) as database, database:
        for key, *times in database.execute('SELECT id, start, "end" FROM automation_bucket').fetchall():
            earlier = [str(dt.datetime.fromisoformat(each) - away) for each in times]
            database.execute('UPDATE automation_bucket SET start = ?, "end" = ? WHERE id = ?', (*earlier, key))
    for file in (home / "concurrency_leases").glob("*.json"):
        times = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
        file.write_text(times.sub(lambda each: str(dt.datetime.fromisoformat(each[0]) - away), file.read_text()))


def test_what_a_machine_started_ends_with_it_in_the_middle_of_a_run(tmp_path: Path) -> None:
    source, output = slow_source(tmp_path), tmp_path / "output"
    with machine(tmp_path / "home", free_port(), HOME=str(tmp_path), **QUICK) as night:
        night.deploy()
        start(tmp_path, night, "worker.log")
        night.trigger(source=str(source), output=str(output), workers=2)
        wait_until(lambda: list(output.glob(".staging-*-work/parts")))
        assert _of(tmp_path)
    assert _of(tmp_path) == []
    assert [path.name for path in output.iterdir() if path.name.startswith(".staging")] == []


def _of(home: Path) -> list[int]:
    """Processes whose environment names this folder as its home."""
    mark = f"HOME={home}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found += [int(entry.name)] if mark in (entry / "environ").read_bytes().split(b"\0") else []
            except OSError:  # ended meanwhile
                continue
    return found


@pytest.mark.parametrize("away", [automations.SILENCE - dt.timedelta(seconds=20), dt.timedelta(hours=12)], ids=str)
def test_after_a_reboot_in_the_middle_the_run_is_crashed_told_and_the_next_one_publishes(
    away: dt.timedelta, receiver: Receiver, tmp_path: Path
) -> None:
    source, output = slow_source(tmp_path), tmp_path / "output"
    port = free_port()
    with machine(tmp_path / "home", port, HOME=str(tmp_path), **QUICK) as before:
        before.deploy()
        before.run("steckbrief.flows.automations", "--webhook", receiver.url)
        start(tmp_path, before, "worker.log")
        doomed = before.trigger(source=str(source), output=str(output), workers=2)
        wait_until(lambda: list(output.glob(".staging-*-work/parts")))
        kill(*(each.process for each in before.processes))
    pass_time(tmp_path / "home", away)
    with machine(tmp_path / "home", port, HOME=str(tmp_path), **QUICK) as after:
        start(tmp_path, after, "worker2.log")
        waiting = after.trigger(source=str(RAW), output=str(output))
        ended = after.wait(doomed, SILENCE + 150)
        assert ended["state"]["type"] == "CRASHED", ended["state"]
        receiver.wait_for("has died", doomed)
        following = after.wait(waiting, 240)
        assert following["state"]["type"] == "COMPLETED", following["state"]
        assert is_free(after)
    assert is_whole(output)


def _below(pid: int) -> list[int]:
    """All processes that one has started, and they in turn, as the kernel tells."""
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
