"""Our server is closed to everybody else, and ends with the process that started it."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from steckbrief.flows import server as server_module
from steckbrief.flows.server import child, free_port, is_free, server
from steckbrief.pipeline.errors import CommandError
from tests.command import ROOT
from tests.flows.prefect_server import PrefectServer, migrate_to_unknown_revision, wait_until

slow = pytest.mark.slow


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
def test_another_user_of_the_machine_can_neither_use_the_server_nor_read_its_password(
    prefect_server: PrefectServer,
) -> None:
    running = prefect_server.server
    command = [sys.executable, "-S", "-c", AS_ANOTHER_USER, running.url, running.home, running.child.process.pid]
    process = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd="/")
    assert process.returncode == 0, process.stderr
    assert ast.literal_eval(process.stdout) == {
        "health": 200,
        **dict.fromkeys(("deployments", "flows", "blocks"), 401),
        **dict.fromkeys(("home", "auth file", "database", "environment"), "PermissionError"),
    }


@slow
def test_only_the_owner_can_read_its_files(prefect_server: PrefectServer) -> None:
    running = prefect_server.server
    assert running.home.stat().st_mode & 0o777 == 0o700
    assert running.auth_file.stat().st_mode & 0o777 == 0o600


@slow
def test_the_password_in_the_file_opens_the_server(prefect_server: PrefectServer) -> None:
    running = prefect_server.server
    user, _, password = running.auth_file.read_text().strip().partition(":")
    assert httpx.get(f"{running.url}/api/admin/version", auth=(user, password)).status_code == 200
    assert httpx.get(f"{running.url}/api/admin/version", auth=(user, "wrong")).status_code == 401
    assert httpx.get(f"{running.url}/ui-settings").json()["auth"] == "BASIC", "its pages do not ask for it"


@slow
def test_a_browser_lets_only_its_own_pages_call_it(prefect_server: PrefectServer) -> None:
    running = prefect_server.server

    def preflight(origin: str) -> int:
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        return httpx.options(f"{running.url}/api/flows/", headers=headers).status_code

    assert preflight(running.url) == 200
    assert preflight("https://example.org") == 400
    assert preflight(f"http://localhost:{running.url.rpartition(':')[2]}") == 400


@slow
def test_only_this_machine_can_reach_it(prefect_server: PrefectServer) -> None:
    port = int(prefect_server.server.url.rpartition(":")[2])
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if line.split()[3] == "0A"]
    assert [address for address in listening if int(address.split(":")[1], 16) == port] == [f"0100007F:{port:04X}"]


def test_each_server_has_its_own_password(tmp_path: Path) -> None:
    first, second = (server_module._environment(tmp_path, "http://127.0.0.1:1") for _ in range(2))
    assert first["PREFECT_API_AUTH_STRING"] != second["PREFECT_API_AUTH_STRING"]
    assert second["PREFECT_API_AUTH_STRING"] == (tmp_path / "auth-string").read_text().strip()


def test_no_setting_of_the_user_reaches_a_server_except_for_logging(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", "sqlite:////elsewhere.db")
    monkeypatch.setenv("PREFECT_PROFILE", "mine")
    monkeypatch.setenv("PREFECT_LOGGING_LEVEL", "DEBUG")
    environment = server_module._environment(tmp_path, "http://127.0.0.1:1")
    assert {"PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_PROFILE"}.isdisjoint(environment)
    assert environment["PREFECT_LOGGING_LEVEL"] == "DEBUG"
    assert environment["PREFECT_HOME"] == str(tmp_path)


@slow
def test_a_home_of_another_version_of_prefect_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    migrate_to_unknown_revision(tmp_path / "home")
    start = time.monotonic()
    with pytest.raises(CommandError, match="Another version of Prefect") as caught, server(tmp_path / "home"):
        pass
    assert time.monotonic() - start < 60
    assert str(tmp_path / "home") in str(caught.value)
    assert "Move the folder away" in str(caught.value)


STARTER = """
import sys, time
from pathlib import Path
from steckbrief.flows.server import child
with child("sleeper", "http.server", "0", log=Path(sys.argv[1]), environment={}, folder=Path("/")) as sleeper:
    print(sleeper.process.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_child_ends_with_its_parent_however_that_ends(number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTER, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        starter.send_signal(number)
        starter.wait()
    command_line = Path(f"/proc/{pid}/cmdline")
    wait_until(lambda: not command_line.exists() or not command_line.read_bytes(), seconds=60)


def test_a_child_that_ended_by_itself_is_an_error_that_names_its_log(tmp_path: Path) -> None:
    with child("server", "no_such_module", log=tmp_path / "log", environment={}, folder=tmp_path) as process:
        process.process.wait()
        with pytest.raises(CommandError, match=r"server ended by itself with exit code 1.*log"):
            process.require_alive()
    assert b"no_such_module" in (tmp_path / "log").read_bytes()


def test_a_port_with_a_listener_is_not_free() -> None:
    port = free_port()
    assert is_free(port)
    assert free_port(port) == port
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)], stderr=subprocess.DEVNULL
    ) as listener:
        wait_until(lambda: not is_free(port))
        assert free_port(port) != port
        listener.kill()
