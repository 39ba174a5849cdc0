"""The one way to start a Prefect server: closed to other users, with its own home, and ending with this process.

This module does not import Prefect, which must not be imported before a process has adopted the server's environment.
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
_START_TIMEOUT: Final = 120  # seconds; on two cores a server needs 6 to 25
_UNKNOWN_REVISION: Final = b"Can't locate revision identified by"  # Alembic's words


@dataclass(frozen=True, slots=True)
class Child:
    """A process that ends together with this one, and its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def require_alive(self) -> None:
        """Raise CommandError if the process has ended."""
        code = self.process.poll()
        if code is not None:
            raise CommandError(f"The {self.name} ended by itself with exit code {code}. Its log is {self.log}.")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its address, home and process, and the environment that its clients need."""

    url: str
    home: Path
    environment: Mapping[str, str]
    child: Child

    @property
    def auth_file(self) -> Path:
        """The file with the server's password."""
        return _auth_file(self.home)

    def adopt(self) -> None:
        """Make Prefect in this process use this server. Call this before Prefect is imported."""
        os.environ.clear()
        os.environ.update(self.environment)


@contextmanager
def server(home: Path, port: int = 0, settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[Server]:
    """Run a server on 127.0.0.1 for the duration of the block.

    Other users of the machine can neither read its home nor call its API. A browser lets no other origin call it.

    Args:
        home: PREFECT_HOME of the server; created if missing, and closed to other users.
        port: port of the server; any free one if 0.
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
            log_start = log.stat().st_size if log.exists() else 0
            process = stack.enter_context(child("server", *arguments, log=log, environment=environment, folder=home))
            _await_answer(process, home, port, log_start)
        yield Server(url, home, environment, process)


def is_configured() -> bool:
    """Return whether Prefect's settings name a server, in PREFECT_API_URL or in the active profile.

    Importing Prefect takes a second, so this happens only if there is a file with profiles.
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
    """Run a worker for a work pool, in `folder`, for the duration of the block. Its runs end with it."""
    arguments = ("prefect", "worker", "start", "--pool", pool)
    log = server.home / "worker.log"
    with child("worker", *arguments, log=log, environment=server.environment, folder=folder) as process:
        yield process


@contextmanager
def child(name: str, *arguments: str, log: Path, environment: Mapping[str, str], folder: Path) -> Iterator[Child]:
    """Run a Python module in its own session for the duration of the block. It ends with this process at the latest."""
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
    """Return the preferred port if it is free, otherwise any free port."""
    return preferred if preferred and is_free(preferred) else _bind(0)


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port of 127.0.0.1."""
    try:
        _bind(port)
    except OSError:
        return False
    return True


def _bind(port: int) -> int:
    with socket.socket() as probe:
        # Servers do the same. Otherwise the closed connections of an earlier server would still block its port.
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
    """Return the environment of a server and its clients, without any of the user's own settings for Prefect."""
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
    """Write a random password to a file that only this user can read. A leaked one opens no other server."""
    auth_string = f"steckbrief:{secrets.token_urlsafe(32)}"
    path.unlink(missing_ok=True)
    with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(f"{auth_string}\n")
    return auth_string


def _await_answer(server: Child, home: Path, port: int, log_start: int) -> None:
    """Wait until the server answers. Raises CommandError if it ends or takes too long.

    The log also contains the lines of earlier servers; those of this one begin at `log_start`.
    """
    end = time.monotonic() + _START_TIMEOUT
    while server.process.poll() is None:
        if _answers(port):
            return
        if time.monotonic() > end:
            raise CommandError(f"The Prefect server did not answer within {_START_TIMEOUT} s. Its log is {server.log}.")
        time.sleep(0.1)
    if _UNKNOWN_REVISION in server.log.read_bytes()[log_start:]:
        raise CommandError(
            f"Another version of Prefect has migrated {home}, and this version cannot read it. Move the folder away (it"
            " contains only records of runs, and the next server creates a new one), or install that version again."
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
