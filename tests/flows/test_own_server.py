"""`steckbrief build --prefect`: a server for one build, which leaves nothing behind and touches nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import ROOT, Running, environment, large_source, profiles, steckbrief, visible, write_source
from tests.flows.guard import Guard
from tests.flows.prefect_server import migrate_to_unknown_revision, processes_of, recorded_states
from tests.flows.test_flow import STAGES

slow = pytest.mark.slow

HOME = ".local/state/steckbrief/prefect"
"""The home of the server, in the user's home."""


@pytest.fixture
def guard(tmp_path: Path) -> Guard:
    return Guard.in_folder(tmp_path / "guard")


@pytest.fixture
def guarded(guard: Guard, tmp_path: Path) -> dict[str, str]:
    """A guarded environment of a user who has not asked for any telemetry to be off, and is not a CI job."""
    unset = ("DO_NOT_TRACK", "CI", "GITHUB_ACTIONS", "PREFECT_SERVER_ANALYTICS_ENABLED")
    variables = environment(HOME=str(tmp_path), **guard.variables)
    return {name: value for name, value in variables.items() if name not in unset}


def test_the_guard_sees_what_leaves_the_machine(guard: Guard, guarded: dict[str, str]) -> None:
    script = (
        "import asyncio, socket\n"
        "s = socket.socket(); s.setblocking(False); s.connect_ex(('192.0.2.1', 9)); s.close()\n"
        "async def main():\n"
        "    try: await asyncio.wait_for(asyncio.open_connection('192.0.2.2', 9), 0.1)\n"
        "    except (OSError, TimeoutError): pass\n"
        "asyncio.run(main())\n"
    )
    subprocess.run([sys.executable, "-c", script], env=guarded, check=True)
    assert guard.outside() >= {"192.0.2.1", "192.0.2.2"}


def test_a_build_is_recorded_on_its_own_server_which_ends_with_it_and_ignores_the_users_prefect(
    guard: Guard, guarded: dict[str, str], tmp_path: Path
) -> None:
    users_home = tmp_path / ".prefect"
    migrate_to_unknown_revision(users_home)
    (users_home / "profiles.toml").write_text(
        'active = "mine"\n[profiles.mine]\nPREFECT_API_URL = "http://127.0.0.1:1/api"\nPREFECT_API_KEY = "mine"\n'
    )
    users_files = {path: path.read_bytes() for path in users_home.iterdir()}
    source = write_source(tmp_path / "profiles", profiles(3))
    env = {**guarded, "PREFECT_PROFILE": "mine", "PREFECT_API_URL": "http://127.0.0.1:2/api"}
    process = steckbrief("build", source, "--prefect", "--output", "out", cwd=tmp_path, env=env)
    assert [line.partition(":")[0] for line in process.stderr.splitlines()] == STAGES, "and nothing else"
    assert "Run as the Prefect flow build_dataset." in process.stdout
    assert recorded_states(tmp_path / HOME) == ["COMPLETED"]
    assert (tmp_path / HOME).stat().st_mode & 0o777 == 0o700
    assert processes_of(tmp_path) == []
    assert {path: path.read_bytes() for path in users_home.iterdir()} == users_files
    assert guard.addresses(), "the guard was not loaded"
    assert guard.outside() == set()


@slow
def test_ctrl_c_is_recorded_and_ends_the_server_too(tmp_path: Path) -> None:
    source = large_source(tmp_path)
    env = environment(HOME=str(tmp_path))
    with Running("build", source, "--prefect", "--output", "out", "--workers", "2", cwd=tmp_path, env=env) as running:
        running.wait_for_line("read:")
        running.press_ctrl_c()
        code, out, err = running.end()
        assert (code, out) == (130, "")
        assert err.splitlines() == ["stopped by SIGINT; nothing was published."]
        assert not visible(tmp_path / "out")
        assert processes_of(tmp_path) == []
    assert recorded_states(tmp_path / HOME) == ["CRASHED"]


SABOTAGE = """
import os, signal, sys
from pathlib import Path

def kill_children(event, arguments):
    if event == "os.rename" and str(arguments[1]).endswith("/latest"):
        for stat in Path("/proc").glob("[0-9]*/stat"):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == os.getpid():
                os.kill(int(stat.parent.name), signal.SIGKILL)

sys.addaudithook(kill_children)
"""
"""A sitecustomize module that kills the server at the moment of publication."""


@slow
def test_a_server_that_dies_after_publication_does_not_undo_it(tmp_path: Path) -> None:
    (tmp_path / "sabotage").mkdir()
    (tmp_path / "sabotage/sitecustomize.py").write_text(SABOTAGE)
    source = write_source(tmp_path / "profiles", profiles(3))
    env = environment(HOME=str(tmp_path), PYTHONPATH=f"{tmp_path / 'sabotage'}{os.pathsep}{ROOT}")
    process = steckbrief("build", source, "--prefect", "--output", "out", "--json", cwd=tmp_path, env=env)
    summary = json.loads(process.stdout)
    assert Path(summary["path"]) == (tmp_path / "out/latest").resolve()
    assert f"Release {summary['release']} was published, but its run is not recorded in full" in process.stderr
    assert "Nothing was published" not in process.stderr
