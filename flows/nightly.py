"""`make nightly`: a Prefect server, a work pool, a worker and the deployment, all on this machine, and a first run.

Belongs here: starting these processes, and ending them together. Does not belong here: the deployment (prefect.yaml),
work pool (work_pool.py), automations (automations.py), or the flow (build.py). For good, a service manager runs server
and worker instead: docs/operations.md.

The server keeps its data in .prefect/ of the checkout. NIGHTLY_PORT chooses its port, else 4200 or, where that is
taken, a free one. NIGHTLY_WEBHOOK is where runs that went wrong are told. With NIGHTLY_ONCE=1 everything ends after the
first run; else it goes on until Ctrl-C.
"""

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
from pathlib import Path
from typing import Any, Final

from flows import environment

environment.prepare()  # before Prefect reads it

import httpx  # noqa: E402

from flows.errors import CommandError, ServerError  # noqa: E402
from flows.signals import Stopped, held, raise_on_signals  # noqa: E402
from flows.terminal import remark, say  # noqa: E402
from flows.work_pool import POOL  # noqa: E402

ROOT: Final = Path(__file__).resolve().parent.parent
DEPLOYMENT: Final = "build_dataset/nightly"
PORT: Final = 4200  # Prefect's own

_PATIENCE: Final = 120  # seconds for the server to answer; it takes 10 to 25 on two cores
_FINAL: Final = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})
_GRACE: Final = 10  # seconds that a process gets to end by itself


@dataclass(slots=True)
class Machine:
    """Everything that runs: where the server answers, the environment of all processes, and the processes."""

    url: str
    environment: Mapping[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

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
        with log.open("ab") as stream, held():
            process = subprocess.Popen(  # noqa: S603 - our own modules and Prefect's
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def start_worker(self, log: Path) -> subprocess.Popen[bytes]:
        """Start a worker that takes runs from the pool."""
        return self.start(
            "prefect", "worker", "start", "--pool", POOL, "--name", f"{POOL}-{len(self.processes)}", log=log
        )

    def deploy(self) -> None:
        """Make the work pool and put the deployment on the server, or bring both up to date."""
        self.run("flows.work_pool")
        self.run("prefect", "--no-prompt", "deploy", "--name", DEPLOYMENT.partition("/")[2])

    def get(self, path: str) -> Any:
        """What the API has at `path`."""
        answer = httpx.get(f"{self.url}/api{path}", timeout=30)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, content: Mapping[str, Any]) -> Any:
        """What the API answers to `content` at `path`; httpx.HTTPStatusError where it refuses."""
        answer = httpx.post(f"{self.url}/api{path}", json=dict(content), timeout=30)
        answer.raise_for_status()
        return answer.json()

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
            if found["state"]["type"] in _FINAL or time.monotonic() > end:
                return found
            time.sleep(0.5)


@contextmanager
def machine(home: Path, port: int, **more: str) -> Iterator[Machine]:
    """A Prefect server on loopback with its data in `home`; everything started on it ends with the block.

    `more` are further environment variables. Raises ServerError where the server does not answer in time.
    """
    home.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port}"
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    surroundings |= {"PREFECT_HOME": str(home), "PREFECT_API_URL": f"{url}/api", "PYTHONPATH": str(ROOT), **more}
    environment.prepare(surroundings)
    found = Machine(url, surroundings)
    try:
        server = found.start(
            "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), log=home / "server.log"
        )
        _await(found, server, home / "server.log")
        yield found
    finally:
        _end(found.processes)


def free_port(wanted: int | None = None) -> int:
    """A port that nobody listens on: the wanted one if it is free, else any."""
    for port in (wanted, 0):
        if port is not None:
            with socket.socket() as probe:
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
                return int(probe.getsockname()[1])
    raise ServerError("No free port on 127.0.0.1")


def main() -> None:
    """Bring everything up, run the deployment once, and go on until Ctrl-C."""
    raise_on_signals()
    home = ROOT / ".prefect"
    wanted = int(os.environ.get("NIGHTLY_PORT", PORT))
    try:
        with machine(home, free_port(wanted)) as found:
            _first_run(found, home)
            if not os.environ.get("NIGHTLY_ONCE"):
                say(f"Server {found.url}, deployment {DEPLOYMENT}, nightly at 04:15 Europe/Berlin. Ctrl-C ends it all.")
                signal.pause()
    except Stopped as stopped:
        remark(f"{stopped}; server and worker have ended.")
    except CommandError as error:
        remark(f"error: {error}")
        sys.exit(error.exit_code)


def _first_run(found: Machine, home: Path) -> None:
    """Deploy, start a worker, run once, and tell how that went. CommandError where the run does not complete."""
    say(f"Server: {found.url}")
    found.deploy()
    webhook = os.environ.get("NIGHTLY_WEBHOOK")
    found.run("flows.automations", *(("--webhook", webhook) if webhook else ()))
    found.start_worker(home / "worker.log")
    run = found.trigger()
    say(f"Run: {found.url}/runs/flow-run/{run}")
    ended = found.wait(run, 600)
    state = ended["state"]
    say(f"{ended['name']}: {state['name']}" + (f" ({state['message']})" if state["message"] else ""))
    if state["type"] != "COMPLETED":
        raise CommandError(f"The run is {state['name']}. Its log is on its page, the worker's in {home}/worker.log.")


def _await(found: Machine, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx.get(f"{found.url}/api/health", timeout=5).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.3)
    raise ServerError(f"The server at {found.url} did not answer within {_PATIENCE} s; its log is {log}")


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


if __name__ == "__main__":
    main()
