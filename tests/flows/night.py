"""A Prefect server of a test, with the deployment and workers on it, and questions to its API."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from steckbrief.flows.deployment import DEPLOYMENT, POOL
from steckbrief.flows.server import Server, server, worker
from tests.command import ROOT

BUSY = 150
"""Seconds in which a server may say that its SQLite database is locked."""

QUICK = {
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "3",
    "PREFECT_SERVER_EVENTS_PROACTIVE_GRANULARITY": "PT1S",
}
"""Settings that spare a test most of the waiting."""


@dataclass(frozen=True)
class Night:
    """A server of this test."""

    server: Server

    @property
    def home(self) -> Path:
        return self.server.home

    def python(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run Python with the environment of the server's clients."""
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=ROOT,
            env=dict(self.server.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def deploy(self) -> None:
        self._run("steckbrief.flows.deployment")

    def put_automations(self, webhook: str | None = None) -> None:
        self._run("steckbrief.flows.automations", *(("--webhook", webhook) if webhook else ()))

    def worker(self) -> Any:
        """A worker for the time of a block."""
        return worker(self.server, POOL, ROOT)

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def post(self, path: str, content: Mapping[str, Any]) -> Any:
        return self.ask("POST", path, content)

    def ask(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Any:
        """What the API answers; httpx.HTTPStatusError if it refuses."""
        user, _, password = self.server.environment["PREFECT_API_AUTH_STRING"].partition(":")
        end = time.monotonic() + BUSY
        while True:
            url = f"{self.server.url}/api{path}"
            answer = httpx.request(method, url, json=content, timeout=90, auth=(user, password))
            if answer.status_code != 503 or time.monotonic() > end:
                break
            time.sleep(0.3)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def trigger(self, **parameters: Any) -> str:
        """Ask for a run of the deployment; gives the run's id."""
        deployment = self.get(f"/deployments/name/{DEPLOYMENT}")
        run = self.post(f"/deployments/{deployment['id']}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def state(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/flow_runs/{run}")["state"]
        return found

    def wait(self, run: str, seconds: float = 240) -> dict[str, Any]:
        """The run once it has ended, or as it is after so many seconds."""
        end = time.monotonic() + seconds
        while True:
            found: dict[str, Any] = self.get(f"/flow_runs/{run}")
            ended = found["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
            if ended or time.monotonic() > end:
                return found
            time.sleep(0.3)

    def _run(self, *arguments: str) -> None:
        done = self.python("-m", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def night(home: Path, settings: Mapping[str, str], port: int = 0) -> Iterator[Night]:
    """A server with its data in `home`, for the time of the block."""
    with server(home, port, {"PYTHONPATH": str(ROOT), **QUICK, **settings}) as found:
        yield Night(found)


def started_in(home: Path) -> list[int]:
    """Processes whose environment names this folder as HOME."""
    mark = f"HOME={home}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found += [int(process.name)] if mark in (process / "environ").read_bytes().split(b"\0") else []
        except OSError:  # ended meanwhile
            continue
    return found


def migrate_to_unknown_revision(home: Path) -> None:
    """A database as a Prefect that is newer than ours leaves it."""
    home.mkdir(exist_ok=True)
    with closing(sqlite3.connect(home / "prefect.db")) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("DELETE FROM alembic_version")
        database.execute("INSERT INTO alembic_version VALUES ('ffffffffffff')")
