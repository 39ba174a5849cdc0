"""A real Prefect server for tests, with the deployment, workers, and questions to its API."""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from steckbrief.flows.deployment import DEPLOYMENT, POOL
from steckbrief.flows.server import Server, server, worker
from tests.command import ROOT

_LOCKED = 150
"""Seconds during which a server may answer that its SQLite database is locked."""

_QUICK = {
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "3",
    "PREFECT_SERVER_EVENTS_PROACTIVE_GRANULARITY": "PT1S",
}
"""Settings that save a test most of the waiting."""

_CLIENT = httpx.Client(timeout=90, limits=httpx.Limits(max_keepalive_connections=0))
"""Shared, because a new client reads all certificates. It keeps no connection, because a server may be killed."""

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class PrefectServer:
    """A running server, as its clients see it."""

    server: Server

    @property
    def home(self) -> Path:
        return self.server.home

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the server's clients."""
        return dict(self.server.environment)

    def run_python(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run Python as a client of the server."""
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def as_client(self) -> Iterator[None]:
        """Make this process a client of the server for the duration of the block."""
        address = {PREFECT_API_URL: f"{self.server.url}/api"}
        with temporary_settings(
            address | {PREFECT_API_AUTH_STRING: self.server.environment["PREFECT_API_AUTH_STRING"]}
        ):
            yield

    def worker(self) -> Any:
        """A worker for the duration of a block."""
        return worker(self.server, POOL, ROOT)

    def get(self, path: str) -> Any:
        return self.request("GET", path)

    def post(self, path: str, content: Mapping[str, Any]) -> Any:
        return self.request("POST", path, content)

    def request(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Any:
        """The answer of the API; raises httpx.HTTPStatusError if it refuses."""
        user, _, password = self.server.environment["PREFECT_API_AUTH_STRING"].partition(":")
        end = time.monotonic() + _LOCKED
        while True:
            url = f"{self.server.url}/api{path}"
            response = _CLIENT.request(method, url, json=content, auth=(user, password))
            if response.status_code != 503 or time.monotonic() > end:
                break
            time.sleep(0.3)
        response.raise_for_status()
        return response.json() if response.content else None

    def deployment(self) -> dict[str, Any]:
        deployment: dict[str, Any] = self.get(f"/deployments/name/{DEPLOYMENT}")
        return deployment

    def request_run(self, **parameters: Any) -> str:
        """Request a run of the deployment; returns the run's id."""
        run = self.post(f"/deployments/{self.deployment()['id']}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def state(self, run: str) -> dict[str, Any]:
        state: dict[str, Any] = self.get(f"/flow_runs/{run}")["state"]
        return state

    def wait_for_end(self, run: str) -> dict[str, Any]:
        """The state of a run once it has ended."""

        def final_state() -> dict[str, Any] | None:
            state = self.state(run)
            return state if state["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None

        return wait_until(final_state)

    def let_time_pass(self, run: str, time_passed: dt.timedelta) -> None:
        """Date back what the server knows about the events of a run, once it knows any."""
        wait_until(lambda: date_back_events(self.home, run, time_passed))
        # The server has planned when it next looks at each automation. An update makes it look now.
        for automation in self.post("/automations/filter", {}):
            self.request("PATCH", f"/automations/{automation['id']}", {"enabled": True})


@contextmanager
def prefect_server(home: Path, settings: Mapping[str, str], port: int = 0) -> Iterator[PrefectServer]:
    """Run a server with its data in `home` for the duration of the block."""
    with server(home, port, {"PYTHONPATH": str(ROOT), **_QUICK, **settings}) as running:
        yield PrefectServer(running)


def wait_until(condition: Callable[[], _Result | None], seconds: float = 180) -> _Result:
    """Wait until the condition gives something true, and return that."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.2)
    return result


def date_back_events(home: Path, run: str, time_passed: dt.timedelta) -> int:
    """Make the server's notes on a run's events this much older; returns how many notes there are."""
    with closing(sqlite3.connect(home / "prefect.db", timeout=60)) as database, database:
        query = 'SELECT id, start, "end" FROM automation_bucket WHERE bucketing_key LIKE ?'
        notes = database.execute(query, (f"%{run}%",)).fetchall()
        for key, *times in notes:
            earlier = [str(dt.datetime.fromisoformat(time) - time_passed) for time in times]
            database.execute('UPDATE automation_bucket SET start = ?, "end" = ? WHERE id = ?', (*earlier, key))
    return len(notes)


def recorded_states(home: Path) -> list[str]:
    """The states of all runs in the database of a server that has ended."""
    with closing(sqlite3.connect(home / "prefect.db")) as database:
        return [state for (state,) in database.execute("SELECT state_type FROM flow_run")]


def processes_of(home: Path) -> list[int]:
    """The processes whose environment has this folder as HOME."""
    variable = f"HOME={home}".encode()
    processes = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            processes += [int(process.name)] if variable in (process / "environ").read_bytes().split(b"\0") else []
        except OSError:  # it has ended meanwhile
            continue
    return processes


def migrate_to_unknown_revision(home: Path) -> None:
    """Leave a database as a newer version of Prefect would."""
    home.mkdir(exist_ok=True)
    with closing(sqlite3.connect(home / "prefect.db")) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("DELETE FROM alembic_version")
        database.execute("INSERT INTO alembic_version VALUES ('ffffffffffff')")
