"""`steckbrief nightly`: its port is the one asked for or an error, and it ends with whatever it started."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from steckbrief.commands import nightly
from steckbrief.flows.server import child
from steckbrief.pipeline.errors import CommandError
from tests.command import RAW, ROOT, Running, environment, slow_source, steckbrief
from tests.flows.night import started_in


@pytest.mark.parametrize("port", ["", "x", "-1", "0", "65536", "4200.5"])
def test_nonsense_as_port_is_a_usage_error(port: str) -> None:
    done = steckbrief("nightly", "--port", port, cwd=ROOT, expect=2)
    assert "--port" in done.stderr


def test_the_port_may_be_given_by_the_environment() -> None:
    done = steckbrief("nightly", cwd=ROOT, env=environment(NIGHTLY_PORT="nonsense"), expect=2)
    assert "NIGHTLY_PORT" in done.stderr


def test_a_port_that_is_asked_for_and_taken_is_an_error() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = str(listening.getsockname()[1])
        done = steckbrief("nightly", "--port", port, cwd=ROOT, expect=1)
    assert f"Port {port} is taken" in done.stderr


def test_a_folder_without_a_deployment_is_a_usage_error(tmp_path: Path) -> None:
    done = steckbrief("nightly", cwd=tmp_path, expect=2)
    assert "prefect.yaml" in done.stderr
    assert not (tmp_path / ".prefect").exists()


def test_when_the_server_or_the_worker_ends_so_does_everything(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (
        child("server", "http.server", "0", log=log, environment={}, folder=tmp_path) as server,
        child("worker", "no_such_module", log=log, environment={}, folder=tmp_path) as worker,
        pytest.raises(CommandError, match="worker ended by itself with exit code 1"),
    ):
        nightly.watch((server, worker))
    assert server.process.returncode is not None


def folder_of(folder: Path, source: Path) -> Path:
    """A folder with the deployment and a source; the code is this checkout's."""
    (folder / "prefect.yaml").write_bytes((ROOT / "prefect.yaml").read_bytes())
    (folder / "raw").symlink_to(source)
    return folder


@pytest.mark.slow
def test_ctrl_c_in_the_middle_of_a_run_ends_everything(tmp_path: Path) -> None:
    checkout = folder_of(tmp_path, slow_source(tmp_path))
    with Running("nightly", cwd=checkout, env=environment(HOME=str(checkout), PYTHONUNBUFFERED="1")) as running:
        assert running.process.stdout is not None
        server, run = running.process.stdout.readline(), running.process.stdout.readline()
        assert f"the password in {checkout}/.prefect/auth-string" in server
        assert run.startswith("Run: http://127.0.0.1:")
        wait_until(lambda: list((checkout / "output").glob(".staging-*-work/parts")))
        assert len(started_in(checkout)) >= 4, "nightly, server, worker and run"
        running.press_ctrl_c()
        code, _, err = running.end()
    assert code == 130
    assert err.splitlines() == ["stopped by SIGINT; server and worker have ended."]
    assert started_in(checkout) == []
    assert [path.name for path in (checkout / "output").iterdir() if path.name.startswith(".staging")] == []


@pytest.mark.slow
def test_once_publishes_a_release_and_ends(tmp_path: Path) -> None:
    checkout = folder_of(tmp_path, RAW)
    done = steckbrief("nightly", "--once", cwd=checkout, env=environment(HOME=str(checkout)))
    assert "Completed" in done.stdout
    assert (checkout / "output/latest/profiles.csv").is_file()
    secret = (checkout / ".prefect/auth-string").read_text().strip()
    logs = "".join((checkout / f".prefect/{name}.log").read_text() for name in ("server", "worker"))
    assert secret not in done.stdout + done.stderr + logs


def wait_until(condition: Callable[[], object], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.2)
