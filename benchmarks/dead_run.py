"""How long a run that died holds its place: until it is marked as crashed, and until the next one is done.

    python benchmarks/dead_run.py SOURCE

brings up a server, a worker and the deployment as they are for good, and kills worker and run at once: first while the
run is Pending, then in the middle of its work on SOURCE, which must last some seconds. Another run waits each time.
Printed are seconds from the death. They depend on what the automation counts on (flows/automations.py): nothing is
shortened here.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from steckbrief.flows.automations import SILENCE
from steckbrief.flows.machine import ROOT, Machine, free_port, machine

LONG = 2 * SILENCE.total_seconds() + 120


def kill_session(process: Any) -> None:
    """Kill a process and everything below it, all at once."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    doomed = [process.pid]
    for pid in doomed:
        doomed += [child for child, parent in parents.items() if parent == pid]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in doomed:
            os.kill(pid, number)
    process.wait()


def until(condition: Callable[[], object]) -> None:
    """Wait for it."""
    while not condition():
        time.sleep(0.02)


def measure(night: Machine, folder: Path, source: Path, state: str) -> None:
    """Let a run die in that state, and print how long everything takes."""
    output = folder / f"output-{state}"
    worker = night.start_worker(folder / "worker.log")
    doomed = night.trigger(source=str(source), output=str(output))
    if state == "RUNNING":
        until(lambda: list(output.glob(".staging-*-work/parts")))
    until(lambda: night.get(f"/flow_runs/{doomed}")["state"]["type"] == state)
    kill_session(worker)
    died = time.monotonic()
    waiting = night.trigger(source=str(ROOT / "raw"), output=str(output))
    other = night.start_worker(folder / "worker.log")
    cleared = night.wait(doomed, LONG)["state"]["name"], time.monotonic() - died
    done = night.wait(waiting, LONG)["state"]["name"], time.monotonic() - died
    print(
        f"{state:<8} {cleared[0]} after {cleared[1]:5.0f} s; the next run {done[0]} after {done[1]:5.0f} s", flush=True
    )
    other.terminate()
    other.wait()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    source = parser.parse_args().source.absolute()
    with tempfile.TemporaryDirectory() as name, machine(Path(name) / "home", free_port(), HOME=name) as night:
        night.deploy()
        night.run("steckbrief.flows.automations")
        for state in ("PENDING", "RUNNING"):
            measure(night, Path(name), source, state)


if __name__ == "__main__":
    main()
