"""The flow on real Prefect servers: what a run records, and what reaches terminal, disk and network."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.command import RAW, ROOT, Running, environment, large_source, steckbrief, table_files, visible
from tests.flows.guard import Guard
from tests.flows.night import migrate_to_unknown_revision, started_in

pytestmark = pytest.mark.slow

STAGES = ["update", "discover", "read", "plan", "extract", "transform", "check", "gate", "publish"]


@dataclass(frozen=True)
class Server:
    """A Prefect server of this test session."""

    url: str
    env: Mapping[str, str]
    process: subprocess.Popen[bytes]

    def ask(self, what: str, **body: Any) -> list[dict[str, Any]]:
        """The newest first of what the server has recorded."""
        answer = httpx.post(f"{self.url}/{what}/filter", json=body, timeout=90)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def newest_run(self) -> dict[str, Any]:
        return self.ask("flow_runs", sort="EXPECTED_START_TIME_DESC")[0]

    def of_run(self, what: str, run: Mapping[str, Any], wanted: int = 0) -> list[dict[str, Any]]:
        """What belongs to a run; waits until `wanted` are there, since the client sends logs and events in batches."""
        deadline = time.monotonic() + 30
        while True:
            if what == "logs":
                found = self.ask(what, logs={"flow_run_id": {"any_": [run["id"]]}})
            else:
                found = self.ask(what, flow_runs={"id": {"any_": [run["id"]]}})
            if len(found) >= wanted or time.monotonic() > deadline:
                return found
            time.sleep(0.2)


@contextmanager
def running_server(home: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = {"PREFECT_SERVER_UI_ENABLED": "false", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    env = environment(PREFECT_HOME=str(home), **quiet)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}/api"
        try:
            _wait_until_healthy(url, process)
            yield Server(url, {**env, "PREFECT_API_URL": url}, process)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("prefect")) as running:
        yield running


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/health").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError("the Prefect server of this test did not start")


def test_a_run_records_stages_parameters_artifacts_and_a_log(server: Server, tmp_path: Path) -> None:
    done = steckbrief("build", RAW, "--output", "out", "--json", cwd=tmp_path, env=server.env)
    summary = json.loads(done.stdout)
    assert summary["direct"] is False
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == STAGES
    run = server.newest_run()
    assert run["name"] == f"raw: {summary['profiles']} profiles"
    assert run["state_type"] == "COMPLETED"
    given = {"source": str(RAW), "output": "out", "workers": None, "config": None, "full": False, "force": False}
    assert run["parameters"] == given
    tasks = server.of_run("task_runs", run, wanted=len(STAGES))
    assert {task["name"]: task["state_type"] for task in tasks} == dict.fromkeys(STAGES, "COMPLETED")
    artifacts = {each["key"]: each for each in server.of_run("artifacts", run, wanted=2)}
    assert artifacts["rows-per-table"]["type"] == "table"
    rows = {each["table"]: each["rows"] for each in json.loads(artifacts["rows-per-table"]["data"])}
    assert rows == summary["rows"]
    assert artifacts["diagnostics-by-rule"]["type"] == "markdown"
    for each in summary["diagnostics"]:
        assert f"| {each['count']} | {each['severity']} | {each['rule']} |" in artifacts["diagnostics-by-rule"]["data"]
    said = [each["message"] for each in server.of_run("logs", run, wanted=len(STAGES) + 2)]
    assert f"{summary['files']} profile files; 0 skipped by name, 0 unreadable, 0 files of other kinds" in said
    assert f"Release {summary['release']}: {summary['path']}" in said


def test_the_flow_and_a_direct_build_publish_the_same_bytes(server: Server, tmp_path: Path) -> None:
    steckbrief("build", RAW, "--output", "flow", cwd=tmp_path, env=server.env)
    steckbrief("build", RAW, "--output", "direct", "--direct", cwd=tmp_path)
    assert table_files((tmp_path / "flow/latest").resolve()) == table_files((tmp_path / "direct/latest").resolve())


def test_a_failing_stage_is_one_message_here_and_a_failed_run_there(server: Server, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    done = steckbrief("build", "bare", "--output", "out", cwd=tmp_path, env=server.env, expect=1)
    update, line = done.stderr.splitlines()
    assert update.startswith("update: ")
    assert line.startswith("error: bare: no profile in this folder")
    assert not visible(tmp_path / "out")
    run = server.newest_run()
    assert run["name"].startswith("bare: ")
    assert run["state_type"] == "FAILED"
    assert any("no profile in this folder" in each["message"] for each in server.of_run("logs", run, wanted=4))


def test_ctrl_c_is_recorded_and_leaves_no_debris(server: Server, tmp_path: Path) -> None:
    source = large_source(tmp_path)
    with Running("build", source, "--output", "out", "--workers", "2", cwd=tmp_path, env=server.env) as running:
        running.wait_for_line("read:")
        running.press_ctrl_c()
        code, out, err = running.end()
    assert (code, out) == (130, "")
    assert err.splitlines() == ["stopped by SIGINT; nothing was published."]
    assert not visible(tmp_path / "out")
    assert server.newest_run()["state_type"] == "CRASHED"


def test_wrong_parameters_are_refused_before_a_run_begins() -> None:
    script = (
        "from steckbrief.flows.build import build_dataset\n"
        "from prefect.exceptions import ParameterTypeError\n"
        "for wrong in ({'workers': 0}, {'workers': 'many'}, {'source': 3}):\n"
        "    try: build_dataset.validate_parameters({'source': 'raw', **wrong})\n"
        "    except ParameterTypeError: continue\n"
        "    raise SystemExit(f'accepted {wrong}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_server_that_does_not_answer_is_one_message_with_a_way_out(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, so that nobody else takes it; not listening
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/api"
        env = environment(PREFECT_HOME=str(tmp_path / "home"), PREFECT_API_URL=url)
        done = steckbrief("build", RAW, "--output", "out", cwd=tmp_path, env=env, expect=1)
    assert url in done.stderr
    assert "--direct" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


SABOTAGE = """
import os, signal, sys, time

def look(event, arguments):
    if event == "os.rename" and str(arguments[1]).endswith("/latest"):
        os.kill(int(os.environ["SERVER"]), signal.SIGKILL)

sys.addaudithook(look)
"""


def test_a_server_that_dies_after_publication_does_not_undo_it(tmp_path: Path) -> None:
    (tmp_path / "sabotage").mkdir()
    (tmp_path / "sabotage/sitecustomize.py").write_text(SABOTAGE)
    with running_server(tmp_path / "home") as doomed:
        env = {
            **doomed.env,
            "PYTHONPATH": f"{tmp_path / 'sabotage'}{os.pathsep}{ROOT}",
            "SERVER": str(doomed.process.pid),
            "PREFECT_CLIENT_MAX_RETRIES": "0",
        }
        done = steckbrief("build", RAW, "--output", "out", "--json", cwd=tmp_path, env=env)
    summary = json.loads(done.stdout)
    assert Path(summary["path"]) == (tmp_path / "out/latest").resolve()
    assert f"Release {summary['release']} was published, but its run is not recorded in full" in done.stderr
    assert "Nothing was published" not in done.stderr


@pytest.fixture
def guard(tmp_path: Path) -> Guard:
    return Guard.in_folder(tmp_path / "guard")


@pytest.fixture
def unset(guard: Guard, tmp_path: Path) -> dict[str, str]:
    """As on a machine of someone who set nothing, neither a CI nor a wish not to be tracked; and guarded."""
    names = ("DO_NOT_TRACK", "CI", "GITHUB_ACTIONS", "PREFECT_SERVER_ANALYTICS_ENABLED")
    env = environment(HOME=str(tmp_path), **guard.variables)
    return {name: value for name, value in env.items() if name not in names}


def test_the_guard_sees_what_leaves_the_machine(guard: Guard, unset: dict[str, str]) -> None:
    script = (
        "import asyncio, socket\n"
        "s = socket.socket(); s.setblocking(False); s.connect_ex(('192.0.2.1', 9)); s.close()\n"
        "async def main():\n"
        "    try: await asyncio.wait_for(asyncio.open_connection('192.0.2.2', 9), 0.1)\n"
        "    except (OSError, TimeoutError): pass\n"
        "asyncio.run(main())\n"
    )
    subprocess.run([sys.executable, "-c", script], env=unset, check=True)
    assert guard.outside() >= {"192.0.2.1", "192.0.2.2"}


def test_a_build_on_a_server_of_its_own_is_calm_and_stays_on_this_machine_and_out_of_the_persons_prefect(
    guard: Guard, unset: dict[str, str], tmp_path: Path
) -> None:
    mine = tmp_path / ".prefect"
    migrate_to_unknown_revision(mine)
    (mine / "profiles.toml").write_text(
        'active = "mine"\n[profiles.mine]\nPREFECT_API_URL = "http://127.0.0.1:1/api"\nPREFECT_API_KEY = "mine"\n'
    )
    before = {path: path.read_bytes() for path in mine.iterdir()}
    env = {**unset, "PREFECT_PROFILE": "mine", "PREFECT_API_URL": "http://127.0.0.1:2/api"}
    done = steckbrief("build", RAW, "--prefect", "--output", "out", "--workers", "2", cwd=tmp_path, env=env)
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == STAGES
    assert "by Prefect" in done.stdout
    assert guard.addresses(), "the guard was not loaded"
    assert guard.outside() == set()
    assert {path: path.read_bytes() for path in mine.iterdir()} == before
    home = tmp_path / ".local/state/steckbrief/prefect"
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "prefect.db").is_file()


def test_ctrl_c_with_a_server_of_its_own_ends_in_order(tmp_path: Path) -> None:
    source = large_source(tmp_path)
    env = environment(HOME=str(tmp_path))
    with Running("build", source, "--prefect", "--output", "out", "--workers", "2", cwd=tmp_path, env=env) as running:
        running.wait_for_line("read:")
        running.press_ctrl_c()
        code, _, err = running.end()
        assert code == 130
        assert err.splitlines() == ["stopped by SIGINT; nothing was published."]
        assert not visible(tmp_path / "out")
        assert started_in(tmp_path) == [], "the server has ended with it"


def test_a_killed_build_leaves_no_server_behind(tmp_path: Path) -> None:
    env = environment(HOME=str(tmp_path))
    source = large_source(tmp_path)
    with Running("build", source, "--prefect", "--output", "out", cwd=tmp_path, env=env) as running:
        running.wait_for_line("read:")
        running.process.kill()
        running.process.wait()
        deadline = time.monotonic() + 30
        while started_in(tmp_path):
            assert time.monotonic() < deadline
            time.sleep(0.2)
