"""`steckbrief nightly`: its port is the one requested or an error, and all its processes end with it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from steckbrief.commands import nightly
from steckbrief.flows.server import child
from steckbrief.pipeline.errors import CommandError
from tests.command import RAW, ROOT, Running, environment, slow_source, steckbrief
from tests.flows.prefect_server import processes_of, wait_until


@pytest.mark.parametrize("port", ["", "x", "0", "65536"])
def test_a_wrong_port_is_a_usage_error(port: str) -> None:
    process = steckbrief("nightly", "--port", port, cwd=ROOT, expect=2)
    assert "--port" in process.stderr


def test_the_port_can_be_set_in_the_environment() -> None:
    process = steckbrief("nightly", cwd=ROOT, env=environment(NIGHTLY_PORT="nonsense"), expect=2)
    assert "NIGHTLY_PORT" in process.stderr


def test_a_requested_port_that_is_taken_is_an_error() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])
        process = steckbrief("nightly", "--port", port, cwd=ROOT, expect=1)
    assert f"Port {port} is taken" in process.stderr


def test_a_folder_without_a_deployment_is_a_usage_error(tmp_path: Path) -> None:
    process = steckbrief("nightly", cwd=tmp_path, expect=2)
    assert "prefect.yaml" in process.stderr
    assert not (tmp_path / ".prefect").exists()


def test_everything_ends_if_the_server_or_the_worker_ends(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (
        child("server", "http.server", "0", log=log, environment={}, folder=tmp_path) as server,
        child("worker", "no_such_module", log=log, environment={}, folder=tmp_path) as worker,
        pytest.raises(CommandError, match="worker ended by itself with exit code 1"),
    ):
        nightly.watch((server, worker))
    assert server.process.returncode is not None


def make_checkout(folder: Path, source: Path) -> Path:
    """A folder with the deployment and a source. The code is that of this checkout."""
    (folder / "prefect.yaml").write_bytes((ROOT / "prefect.yaml").read_bytes())
    (folder / "raw").symlink_to(source)
    return folder


@pytest.mark.slow
def test_ctrl_c_during_a_run_ends_everything(tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path, slow_source(tmp_path))
    with Running("nightly", cwd=checkout, env=environment(HOME=str(checkout), PYTHONUNBUFFERED="1")) as running:
        assert running.process.stdout is not None
        server, run = running.process.stdout.readline(), running.process.stdout.readline()
        assert f"the password in {checkout}/.prefect/auth-string" in server
        assert run.startswith("Run: http://127.0.0.1:")
        wait_until(lambda: list((checkout / "output").glob(".staging-*-work/parts")))
        assert len(processes_of(checkout)) >= 4, "the command, its server, its worker and the run"
        running.press_ctrl_c()
        code, _, err = running.end()
    assert code == 130
    assert err.splitlines() == ["stopped by SIGINT; server and worker have ended."]
    assert processes_of(checkout) == []
    assert [path.name for path in (checkout / "output").iterdir() if path.name.startswith(".staging")] == []


@pytest.mark.slow
def test_once_publishes_a_release_and_ends(tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path, RAW)
    process = steckbrief("nightly", "--once", cwd=checkout, env=environment(HOME=str(checkout)))
    assert "Completed" in process.stdout
    assert (checkout / "output/latest/profiles.csv").is_file()
    password = (checkout / ".prefect/auth-string").read_text().strip()
    logs = "".join((checkout / f".prefect/{name}.log").read_text() for name in ("server", "worker"))
    assert password not in process.stdout + process.stderr + logs
