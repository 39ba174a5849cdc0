"""Measure how long a killed run blocks the next one: until it is marked as crashed, and until the next one has ended.

    python benchmarks/dead_run.py SOURCE

starts a server, a worker and the deployment as in production, and kills worker and run together: first while the run
is Pending, then while it builds SOURCE, which must take some seconds. Another run waits each time. It prints the
seconds since the kill. They depend on SILENCE in flows/automations.py, which has its production value here.
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

from steckbrief.flows.automations import SILENCE
from steckbrief.flows.server import Child, server, worker

ROOT = Path(__file__).parents[1]
LONG = 2 * SILENCE.total_seconds() + 120


def kill(child: Child) -> None:
    """Kill a process and all its descendants at once."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    doomed = [child.process.pid]
    for pid in doomed:
        doomed += [below for below, parent in parents.items() if parent == pid]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in doomed:
            os.kill(pid, number)


def until(condition: Callable[[], object], seconds: float = LONG) -> None:
    """Wait until the condition holds, but at most `seconds`."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)


def state_of(run: UUID) -> str:
    """Return the type of a run's state."""
    from steckbrief.flows import deployment  # noqa: PLC0415 - Prefect reads its settings on import

    state = deployment.read_run(run).state
    return state.type.value if state else ""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    source = parser.parse_args().source.absolute()
    with tempfile.TemporaryDirectory() as name, server(Path(name) / "home") as own:
        own.adopt()
        from steckbrief.flows import deployment  # noqa: PLC0415

        deployment.deploy()
        subprocess.run([sys.executable, "-m", "steckbrief.flows.automations"], check=True)
        for state in ("PENDING", "RUNNING"):
            output = Path(name) / f"output-{state}"
            with worker(own, deployment.POOL, ROOT) as first:
                doomed = deployment.start_run(source=str(source), output=str(output))
                if state == "RUNNING":
                    until(lambda output=output: list(output.glob(".staging-*-work/parts")))
                until(lambda run=doomed, state=state: state_of(run) == state)
                kill(first)
            killed = time.monotonic()
            following = deployment.start_run(source=str(ROOT / "raw"), output=str(output))
            with worker(own, deployment.POOL, ROOT):
                until(lambda run=doomed, state=state: state_of(run) != state)
                cleared = time.monotonic() - killed
                until(lambda run=following: state_of(run) == "COMPLETED")
            ended = time.monotonic() - killed
            print(f"{state:<8} {state_of(doomed)} after {cleared:5.0f} s; the next run ended after {ended:5.0f} s")


if __name__ == "__main__":
    main()
