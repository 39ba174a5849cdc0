"""A server of our own is closed to everybody else, and ends with the process that started it."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from steckbrief.flows import server as server_module
from steckbrief.flows.server import Server, child, free_port, is_free, server
from steckbrief.pipeline.errors import CommandError
from tests.command import ROOT
from tests.flows.night import migrate_to_unknown_revision

slow = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "home"


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Server]:
    home.mkdir(mode=0o755)
    for folder in (home, *home.parents[:3]):
        folder.chmod(0o755)  # as a home that was made before, and in folders that another user can enter
    with server(home) as found:
        yield found


AS_ANOTHER_USER = """
import encodings.idna, os, sys, urllib.error, urllib.request
os.setgroups([]); os.setgid(65534); os.setuid(65534)

def outcome(action):
    try:
        return action()
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        return type(error).__name__

def status(method, path, body=None):
    request = urllib.request.Request(sys.argv[1] + path, body, {"Content-Type": "application/json"}, method=method)
    return outcome(lambda: urllib.request.urlopen(request).status)

print({
    "health": status("GET", "/api/health"),
    "deployments": status("POST", "/api/deployments/", b"{}"),
    "flows": status("POST", "/api/flows/", b'{"name": "mine"}'),
    "blocks": status("POST", "/api/block_documents/filter", b'{"include_secrets": true}'),
    "home": outcome(lambda: os.listdir(sys.argv[2])),
    "auth file": outcome(lambda: open(sys.argv[2] + "/auth-string").read()),
    "database": outcome(lambda: open(sys.argv[2] + "/prefect.db").read()),
    "environment": outcome(lambda: open(f"/proc/{sys.argv[3]}/environ").read()),
})
"""


@slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_of_the_machine_can_neither_use_the_server_nor_read_its_password(running: Server) -> None:
    command = [sys.executable, "-S", "-c", AS_ANOTHER_USER, running.url, running.home, running.child.process.pid]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr
    assert ast.literal_eval(done.stdout) == {
        "health": 200,
        **dict.fromkeys(("deployments", "flows", "blocks"), 401),
        **dict.fromkeys(("home", "auth file", "database", "environment"), "PermissionError"),
    }


@slow
def test_its_files_are_those_of_their_owner_alone(running: Server) -> None:
    assert running.home.stat().st_mode & 0o777 == 0o700
    assert running.auth_file.stat().st_mode & 0o777 == 0o600


@slow
def test_who_reads_the_password_file_can_use_the_server(running: Server) -> None:
    user, _, password = running.auth_file.read_text().strip().partition(":")
    assert httpx.get(f"{running.url}/api/admin/version", auth=(user, password)).status_code == 200
    assert httpx.get(f"{running.url}/api/admin/version", auth=(user, "wrong")).status_code == 401
    assert httpx.get(f"{running.url}/ui-settings").json()["auth"] == "BASIC", "its pages ask for the password"


@slow
def test_a_browser_lets_only_its_own_pages_call_it(running: Server) -> None:
    def preflight(origin: str) -> int:
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        return httpx.options(f"{running.url}/api/flows/", headers=headers).status_code

    assert preflight(running.url) == 200
    assert preflight("https://example.org") == 400
    assert preflight(f"http://localhost:{running.url.rpartition(':')[2]}") == 400


@slow
def test_only_this_machine_can_reach_it(running: Server) -> None:
    port = int(running.url.rpartition(":")[2])
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if line.split()[3] == "0A"]
    assert [address for address in listening if int(address.split(":")[1], 16) == port] == [f"0100007F:{port:04X}"]


def test_each_server_has_a_password_of_its_own(tmp_path: Path) -> None:
    first, second = (server_module._environment(tmp_path, "http://127.0.0.1:1") for _ in range(2))
    assert first["PREFECT_API_AUTH_STRING"] != second["PREFECT_API_AUTH_STRING"]
    assert second["PREFECT_API_AUTH_STRING"] == (tmp_path / "auth-string").read_text().strip()


@slow
def test_a_home_of_another_version_of_prefect_is_named_at_once_with_the_remedy(tmp_path: Path) -> None:
    migrate_to_unknown_revision(tmp_path / "home")
    began = time.monotonic()
    with pytest.raises(CommandError, match="Another version of Prefect") as caught, server(tmp_path / "home"):
        pass
    assert time.monotonic() - began < 60
    assert str(tmp_path / "home") in str(caught.value)
    assert "Move the folder away" in str(caught.value)


STARTER = """
import sys, time
from pathlib import Path
from steckbrief.flows.server import child
with child("sleeper", "http.server", "0", log=Path(sys.argv[1]), environment={}, folder=Path("/")) as found:
    print(found.process.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_what_a_process_started_ends_with_it_however_it_ends(number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTER, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        starter.send_signal(number)
        starter.wait()
    wait_until(lambda: not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes())


def test_a_process_that_ended_by_itself_is_named_with_its_log(tmp_path: Path) -> None:
    with child("server", "no_such_module", log=tmp_path / "log", environment={}, folder=tmp_path) as found:
        found.process.wait()
        with pytest.raises(CommandError, match=r"server ended by itself with exit code 1.*log"):
            found.require_alive()
    assert b"no_such_module" in (tmp_path / "log").read_bytes()


def test_a_port_on_which_somebody_listens_is_not_free() -> None:
    port = free_port()
    assert is_free(port)
    assert free_port(port) == port
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)], stderr=subprocess.DEVNULL
    ) as listening:
        wait_until(lambda: not is_free(port))
        assert free_port(port) != port
        listening.kill()


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.05)
