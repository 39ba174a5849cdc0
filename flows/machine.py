"""A Prefect server, and what is started on it, as processes of this machine that end together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx

from steckbrief.flows import environment
from steckbrief.flows.deployment import DEPLOYMENT, NIGHTLY, POOL
from steckbrief.load.signals import signals_later
from steckbrief.pipeline.errors import CommandError

ROOT: Final = Path(__file__).resolve().parent.parent

_PATIENCE: Final = 120  # seconds for the server to answer; it takes 10 to 25 on two cores
_AGAIN: Final = 0.3  # seconds until it is asked again
_ANSWER: Final = 90
"""Seconds that one answer may take.

A restarted server with SQLite that clears a dead run was seen to stand still until SQLite gave up waiting for a lock,
which is after a minute.
"""
_BUSY: Final = 150
"""Seconds in which the server may say that its database is busy, or say nothing; Prefect's own client asks again too.
"""

_FINAL: Final = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})
_GRACE: Final = 10  # seconds that a process gets to end by itself


@dataclass(frozen=True, slots=True)
class Started:
    """A process that belongs to the machine, what it is, and where its output goes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


@dataclass(slots=True)
class Machine:
    """Everything that runs: where the server answers, the environment of all processes, and the processes."""

    url: str
    environment: Mapping[str, str]
    processes: list[Started] = field(default_factory=list)

    def run(self, *arguments: str) -> None:
        """Run a Python module to its end. CommandError where it fails."""
        done = subprocess.run(  # noqa: S603 - our own modules and Prefect's
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandError(f"python -m {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")

    def start(self, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
        """Start a Python module in a process group of its own, its output in `log`."""
        with log.open("ab") as stream, signals_later():
            process = subprocess.Popen(  # noqa: S603 - our own modules and Prefect's
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
            self.processes.append(Started(arguments[1], process, log))
        return process

    def start_worker(self, log: Path) -> subprocess.Popen[bytes]:
        """Start a worker that takes runs from the pool."""
        return self.start(
            "prefect", "worker", "start", "--pool", POOL, "--name", f"{POOL}-{len(self.processes)}", log=log
        )

    def deploy(self) -> None:
        """Make the work pool and put the deployment on the server, or bring both up to date."""
        self.run("steckbrief.flows.work_pool")
        self.run("prefect", "--no-prompt", "deploy", "--name", NIGHTLY)

    def get(self, path: str) -> Any:
        """What the API has at `path`; httpx.HTTPError where it does not tell."""
        return self._answer("GET", path)

    def post(self, path: str, content: Mapping[str, Any]) -> Any:
        """What the API answers to `content` at `path`; httpx.HTTPStatusError where it refuses."""
        return self._answer("POST", path, content)

    def _answer(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Any:
        end = time.monotonic() + _BUSY
        while True:
            try:
                answer = httpx.request(method, f"{self.url}/api{path}", json=content, timeout=_ANSWER)
            except httpx.ReadTimeout:
                # What only asks can be asked again; of anything else nobody knows whether it was done.
                if method != "GET" or time.monotonic() > end:
                    raise
                continue
            if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > end:
                break
            time.sleep(_AGAIN)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def trigger(self, **parameters: Any) -> str:
        """Ask for a run of the deployment; gives the run's id."""
        deployment = self.get(f"/deployments/name/{DEPLOYMENT}")
        run = self.post(f"/deployments/{deployment['id']}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def wait(self, run: str, seconds: float) -> dict[str, Any]:
        """The run once it has ended, or as it is after so many seconds."""
        end = time.monotonic() + seconds
        while True:
            found: dict[str, Any] = self.get(f"/flow_runs/{run}")
            if has_ended(found) or time.monotonic() > end:
                return found
            time.sleep(0.5)

    def require_life(self) -> None:
        """CommandError where a process of this machine has ended."""
        for each in self.processes:
            code = each.process.poll()
            if code is not None:
                raise CommandError(f"The {each.name} has ended by itself, exit code {code}. Its log is {each.log}.")


def has_ended(run: Mapping[str, Any]) -> bool:
    """Whether a run, as the server tells of it, is over."""
    return run["state"]["type"] in _FINAL


@contextmanager
def machine(home: Path, port: int, **more: str) -> Iterator[Machine]:
    """A Prefect server on loopback with its data in `home`; everything started on it ends with the block.

    `more` are further environment variables. Raises CommandError where the server does not answer in time.
    """
    home.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port}"
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    surroundings |= {"PREFECT_HOME": str(home), "PREFECT_API_URL": f"{url}/api", "PYTHONPATH": str(ROOT)}
    surroundings |= {**environment.SERVER, **more}
    environment.prepare(surroundings)
    found = Machine(url, surroundings)
    try:
        server = found.start(
            "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), log=home / "server.log"
        )
        _await(found, server, home / "server.log")
        yield found
    finally:
        _end_runs([each.process.pid for each in found.processes if each.name == "worker"])
        _end([each.process for each in found.processes])


def free_port(wanted: int = 0) -> int:
    """A port of this machine that nobody listens on: the wanted one if it is free, else any."""
    return wanted if wanted and is_free(wanted) else _bound(0)


def is_free(port: int) -> bool:
    """Whether a server could listen on a port of this machine."""
    try:
        _bound(port)
    except OSError:
        return False
    return True


def _bound(port: int) -> int:
    with socket.socket() as probe:
        # As servers do: connections that a server has left behind do not hold its port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return int(probe.getsockname()[1])


def _await(found: Machine, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and server.poll() is None:
        if _answers(found.url):
            return
        time.sleep(_AGAIN)
    how = f"did not answer within {_PATIENCE} s" if server.poll() is None else "ended before it answered"
    raise CommandError(f"The server at {found.url} {how}. Its log is {log}.")


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/health", timeout=5).is_success
    except httpx.HTTPError:
        return False


def _end_runs(workers: list[int]) -> None:
    """Ask the runs of workers to end, and wait for it: the server is to hear of it, and each is a group of its own."""
    runs = _below(workers)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in runs:
            _send(pid, number)
        end = time.monotonic() + _GRACE
        while (runs := [pid for pid in runs if _send(pid, 0)]) and time.monotonic() < end:
            time.sleep(_AGAIN)


def _below(pids: list[int]) -> list[int]:
    """All processes that these have started, and they in turn, as ps tells."""
    told = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)  # noqa: S607
    pairs = [(int(pid), int(parent)) for pid, parent in (line.split() for line in told.stdout.splitlines())]
    found, pending = [], list(pids)
    while pending:
        children = [pid for pid, parent in pairs if parent == pending[-1]]
        pending = [*children, *pending[:-1]]
        found += children
    return found


def _send(pid: int, number: int) -> bool:
    """Send a signal, 0 to send none; whether the process is there."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    """End all processes with their children, the last started first; by force where one does not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in reversed(processes):
            if process.poll() is None:
                os.killpg(process.pid, number)
        end = time.monotonic() + _GRACE
        for process in processes:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                continue
    for process in processes:
        try:
            os.killpg(process.pid, signal.SIGKILL)  # children that outlived the process
        except ProcessLookupError:
            continue
