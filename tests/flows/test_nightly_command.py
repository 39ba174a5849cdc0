"""`steckbrief nightly`: its port is the one asked for or an error, and it ends with whatever it started."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from steckbrief.commands import nightly
from steckbrief.flows.server import child
from steckbrief.pipeline.errors import CommandError
from tests.command import RAW, ROOT, Running, environment, steckbrief
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
        nightly.watch(server, worker)
    assert server.process.returncode is not None


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the deployment and a source; the code is this checkout's."""
    (tmp_path / "prefect.yaml").write_bytes((ROOT / "prefect.yaml").read_bytes())
    (tmp_path / "raw").symlink_to(RAW)
    return tmp_path


@pytest.mark.slow
def test_it_publishes_a_first_release_and_ctrl_c_ends_everything(checkout: Path) -> None:
    env = environment(HOME=str(checkout), PYTHONUNBUFFERED="1")
    with Running("nightly", cwd=checkout, env=env) as running:
        assert running.process.stdout is not None
        lines = []
        for line in running.process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        said = "".join(lines)
        assert f"the text in {checkout}/.prefect/auth-string" in said
        assert "Completed" in said
        assert (checkout / "output/latest/profiles.csv").is_file()
        running.press_ctrl_c()
        code, _, err = running.end()
    assert code == 130
    assert err.splitlines() == ["stopped by SIGINT; server and worker have ended."]
    assert started_in(checkout) == []
    secret = (checkout / ".prefect/auth-string").read_text().strip()
    assert secret not in said + (checkout / ".prefect/server.log").read_text()
