"""Measures how long a dead run holds its slot: until it is marked as crashed, and until the next run has ended.

    python benchmarks/dead_run.py SOURCE

starts a server, a worker and the deployment as in production, and kills worker and run at the same moment, once while
the run is Pending and once while it reads SOURCE, which must take some seconds. Another run waits each time. It prints
the seconds since the kill. They depend on SILENCE in flows/automations.py, which is not shortened here.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from steckbrief.flows.server import Child, server, worker

ROOT = Path(__file__).parents[1]
TIMEOUT = 900
"""Seconds; SILENCE is 300."""


def kill(child: Child) -> None:
    """Kill a process and all its descendants at the same moment."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    family = [child.process.pid]
    for pid in family:
        family += [descendant for descendant, parent in parents.items() if parent == pid]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in family:
            os.kill(pid, number)


def wait_until(condition: Callable[[], object], timeout: float = TIMEOUT) -> None:
    """Wait until the condition holds, but no longer than `timeout` seconds."""
    end = time.monotonic() + timeout
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)


def state_of(run: UUID) -> str:
    """Return the type of a run's state."""
    from steckbrief.flows import deployment  # noqa: PLC0415 - imports Prefect, which then reads its settings

    state = deployment.read_run(run).state
    return state.type.value if state else ""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    source = parser.parse_args().source.absolute()
    with tempfile.TemporaryDirectory() as folder, server(Path(folder) / "home") as own_server:
        own_server.adopt()
        from steckbrief.flows import deployment  # noqa: PLC0415

        deployment.deploy()
        subprocess.run([sys.executable, "-m", "steckbrief.flows.automations"], check=True)
        for state in ("PENDING", "RUNNING"):
            output = Path(folder) / f"output-{state}"
            with worker(own_server, deployment.POOL, ROOT) as first_worker:
                dead_run = deployment.start_run(source=str(source), output=str(output))
                if state == "RUNNING":
                    wait_until(lambda output=output: list(output.glob(".staging-*-work/parts")))
                wait_until(lambda run=dead_run, state=state: state_of(run) == state)
                kill(first_worker)
            killed = time.monotonic()
            next_run = deployment.start_run(source=str(ROOT / "raw"), output=str(output))
            with worker(own_server, deployment.POOL, ROOT):
                wait_until(lambda run=dead_run, state=state: state_of(run) != state)
                cleared = time.monotonic() - killed
                wait_until(lambda run=next_run: state_of(run) == "COMPLETED")
            ended = time.monotonic() - killed
            print(f"{state:<8} {state_of(dead_run)} after {cleared:5.0f} s; the next run ended after {ended:5.0f} s")


if __name__ == "__main__":
    main()
