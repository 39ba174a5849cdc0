"""Runs whose process died with its worker, or with the whole machine: they are cleared, told, and make room."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.nightly import Machine, free_port, machine
from load.published import latest
from load.verify import verify, verify_latest
from tests.flows.command import RAW
from tests.flows.webhook import receiving

pytestmark = pytest.mark.slow

SILENCE = 40
"""Seconds until a run without a sign of life is cleared here: Prefect sends one every 30 seconds at most."""

QUICK = {"PREFECT_WORKER_QUERY_SECONDS": "1"}
NAMES = [".lock", "history", "latest", "releases"]


def slow_source(folder: Path) -> Path:
    """Enough profiles that a run can be killed in the middle of reading them."""
    for number in range(60):
        for file in RAW.rglob("*.md"):
            target = folder / str(number) / file.relative_to(RAW)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = file.read_text(encoding="utf-8").replace("slug: ", f"slug: n{number}-", 1)
            target.write_text(text, encoding="utf-8")
    return folder


def wait_until(condition: Callable[[], object], seconds: float = 90) -> None:
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


@pytest.mark.parametrize("state", ["PENDING", "RUNNING"])
def test_a_run_whose_process_and_worker_died_is_crashed_told_and_makes_room(
    state: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = slow_source(tmp_path / "raw"), tmp_path / "output"
    with receiving() as receiver, machine(tmp_path / "home", free_port(), HOME=str(tmp_path), **QUICK) as night:
        night.deploy()
        night.run("flows.automations", "--webhook", receiver.url, "--silence", str(SILENCE))
        worker = start(tmp_path, night, "worker.log")
        doomed = night.trigger(source=str(source), output=str(output))
        if state == "RUNNING":
            wait_until(lambda: list(output.glob(".staging-*-work/parts")))
        wait_until(lambda: night.get(f"/flow_runs/{doomed}")["state"]["type"] == state)
        kill(worker)
        died = time.monotonic()
        waiting = night.trigger(source=str(RAW), output=str(output))
        start(tmp_path, night, "worker2.log")
        ended = night.wait(doomed, SILENCE + 60)
        cleared = time.monotonic() - died
        assert ended["state"]["type"] == "CRASHED", ended["state"]
        assert "No sign of life" in ended["state"]["message"]
        receiver.wait_for("is Crashed", doomed)
        following = night.wait(waiting, 180)
        assert following["state"]["type"] == "COMPLETED", following["state"]
        with capsys.disabled():
            done = time.monotonic() - died
            print(f"\n{state}: crashed after {cleared:.0f} s, the next run done after {done:.0f} s")  # noqa: T201
    assert is_whole(output)


def test_after_a_reboot_in_the_middle_the_run_is_crashed_and_the_next_one_publishes(tmp_path: Path) -> None:
    source, output = slow_source(tmp_path / "raw"), tmp_path / "output"
    port = free_port()
    with machine(tmp_path / "home", port, HOME=str(tmp_path), **QUICK) as before:
        before.deploy()
        before.run("flows.automations", "--silence", str(SILENCE))
        start(tmp_path, before, "worker.log")
        doomed = before.trigger(source=str(source), output=str(output))
        wait_until(lambda: list(output.glob(".staging-*-work/parts")))
        kill(*before.processes)
    with machine(tmp_path / "home", port, HOME=str(tmp_path), **QUICK) as after:
        assert after.get(f"/flow_runs/{doomed}")["state"]["type"] == "RUNNING"
        start(tmp_path, after, "worker2.log")
        waiting = after.trigger(source=str(RAW), output=str(output))
        ended = after.wait(doomed, SILENCE + 60)
        assert ended["state"]["type"] == "CRASHED", ended["state"]
        following = after.wait(waiting, 180)
        assert following["state"]["type"] == "COMPLETED", following["state"]
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
