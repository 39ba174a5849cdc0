"""The one way to start a Prefect server: closed to other users, with a home of its own, and ending with this process.

This module does not import Prefect, so that a server can be started, and its environment adopted, before Prefect is.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Final

from steckbrief import flows
from steckbrief.flows.end_with_parent import GRACE
from steckbrief.pipeline.errors import CommandError

LOOPBACK: Final = "127.0.0.1"
_SCRIPT: Final = Path(__file__).with_name("end_with_parent.py")
_PATIENCE: Final = 120  # seconds for the server to answer; it takes 6 to 25 on two cores
_UNKNOWN_REVISION: Final = b"Can't locate revision identified by"  # Alembic's words


@dataclass(frozen=True, slots=True)
class Child:
    """A process that ends with this one, and its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def require_life(self) -> None:
        """Raise CommandError if the process has ended."""
        code = self.process.poll()
        if code is not None:
            raise CommandError(f"The {self.name} ended by itself with exit code {code}. Its log is {self.log}.")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its address, home and process, and the environment of whatever speaks to it."""

    url: str
    home: Path
    environment: Mapping[str, str]
    child: Child

    @property
    def auth_file(self) -> Path:
        """The file with the text that the server's pages ask for."""
        return _auth_file(self.home)

    def adopt(self) -> None:
        """Let Prefect in this process speak to this server. Call it before Prefect is imported."""
        os.environ.clear()
        os.environ.update(self.environment)


@contextmanager
def server(home: Path, port: int = 0, settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[Server]:
    """Start a server on loopback for the time of the block.

    Other users of the machine can neither read its home nor call its API, and a browser lets no other origin call it.

    Args:
        home: its PREFECT_HOME; created if missing, and closed to other users.
        port: where it listens; any free port if 0.
        settings: further environment variables of the server and its clients.

    Raises:
        CommandError: the server does not answer in time, or another version of Prefect has migrated its home.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    with ExitStack() as stack:
        with _lock(home / "start.lock"):  # two servers must not migrate a new database at the same time
            port = port or free_port()
            url = f"http://{LOOPBACK}:{port}"
            environment = {**_environment(home, url), **settings}
            arguments = ("prefect", "server", "start", "--host", LOOPBACK, "--port", str(port))
            log = home / "server.log"
            known = log.stat().st_size if log.exists() else 0
            process = stack.enter_context(child("server", *arguments, log=log, environment=environment, folder=home))
            _await_answer(process, home, port, known)
        yield Server(url, home, environment, process)


def is_configured() -> bool:
    """Whether Prefect's settings name a server: PREFECT_API_URL, or the active profile.

    Prefect, whose import takes a second, is asked only if there are profiles.
    """
    if os.environ.get("PREFECT_API_URL"):
        return True
    home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    if not Path(os.environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml").is_file():
        return False
    from prefect.settings import PREFECT_API_URL  # noqa: PLC0415

    return bool(PREFECT_API_URL.value())


@contextmanager
def worker(server: Server, pool: str, folder: Path) -> Iterator[Child]:
    """Start a worker that takes runs from a work pool, in `folder`, for the time of the block; its runs end with it."""
    arguments = ("prefect", "worker", "start", "--pool", pool)
    log = server.home / "worker.log"
    with child("worker", *arguments, log=log, environment=server.environment, folder=folder) as process:
        yield process


@contextmanager
def child(name: str, *arguments: str, log: Path, environment: Mapping[str, str], folder: Path) -> Iterator[Child]:
    """Run a Python module in a session of its own for the time of the block, but no longer than this process."""
    with log.open("ab") as stream:
        process = subprocess.Popen(  # noqa: S603 - modules of Prefect
            [sys.executable, "-P", str(_SCRIPT), *arguments],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        yield Child(name, process, log)
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait(2 * GRACE)


def free_port(preferred: int = 0) -> int:
    """The preferred port if nobody listens on it, otherwise any free one."""
    return preferred if preferred and is_free(preferred) else _bind(0)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the machine."""
    try:
        _bind(port)
    except OSError:
        return False
    return True


def _bind(port: int) -> int:
    with socket.socket() as probe:
        # As servers do: the closed connections of an earlier server do not hold its port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, port))
        return int(probe.getsockname()[1])


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _auth_file(home: Path) -> Path:
    return home / "auth-string"


def _environment(home: Path, url: str) -> dict[str, str]:
    """The environment of a server and its clients: whatever else is configured for Prefect does not apply to it."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PREFECT_") or name.startswith("PREFECT_LOGGING_")
    }
    flows.prepare(environment)
    auth_string = _new_auth_string(_auth_file(home))
    return environment | {
        **flows.SERVER,
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"{url}/api",
        "PREFECT_API_AUTH_STRING": auth_string,
        "PREFECT_SERVER_API_AUTH_STRING": auth_string,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": url,
    }


def _new_auth_string(path: Path) -> str:
    """Write a random text that only this user can read. Each server has a new one: a leaked one opens nothing else."""
    auth_string = f"steckbrief:{secrets.token_urlsafe(32)}"
    path.unlink(missing_ok=True)
    with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(f"{auth_string}\n")
    return auth_string


def _await_answer(server: Child, home: Path, port: int, known: int) -> None:
    """Wait until the server answers. Raises CommandError if it ends or takes too long; its log begins at `known`."""
    end = time.monotonic() + _PATIENCE
    while server.process.poll() is None:
        if _answers(port):
            return
        if time.monotonic() > end:
            raise CommandError(f"The Prefect server did not answer within {_PATIENCE} s. Its log is {server.log}.")
        time.sleep(0.1)
    if _UNKNOWN_REVISION in server.log.read_bytes()[known:]:
        raise CommandError(
            f"Another version of Prefect has migrated {home}, and this version cannot read it. Move the folder away (it"
            " contains only records of runs, and the next server makes a new one), or install that version again."
        )
    raise CommandError(f"The Prefect server ended before it answered. Its log is {server.log}.")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
