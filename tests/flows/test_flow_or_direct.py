"""When a build runs as a flow, and when it runs directly."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from steckbrief.flows import server
from tests.command import ROOT, environment, profiles, steckbrief, write_source


def test_prefect_and_direct_together_are_a_usage_error(tmp_path: Path) -> None:
    process = steckbrief("build", tmp_path, "--prefect", "--direct", cwd=tmp_path, expect=2)
    assert "--prefect and --direct cannot be used together" in process.stderr


def test_a_build_is_direct_if_no_server_is_configured(tmp_path: Path) -> None:
    write_profiles(tmp_path, active="ephemeral")
    source = write_source(tmp_path / "profiles", profiles(3))
    process = steckbrief("build", source, "--json", cwd=tmp_path, env=environment(HOME=str(tmp_path)))
    assert json.loads(process.stdout)["direct"] is True


def test_a_build_with_direct_ignores_the_configured_server(tmp_path: Path) -> None:
    source = write_source(tmp_path / "profiles", profiles(3))
    env = environment(HOME=str(tmp_path), PREFECT_API_URL="http://127.0.0.1:1/api")
    steckbrief("build", source, "--direct", "--output", "out", cwd=tmp_path, env=env)


@pytest.mark.slow
def test_a_configured_server_that_does_not_answer_is_one_message_with_a_remedy(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # bound, so that nobody else takes the port, but not listening
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        env = environment(HOME=str(tmp_path), PREFECT_API_URL=url)
        process = steckbrief("build", ROOT / "raw", "--output", "out", cwd=tmp_path, env=env, expect=1)
    assert f"No Prefect server answers at {url}" in process.stderr
    assert "--direct" in process.stderr
    assert "Traceback" not in process.stderr
    assert not (tmp_path / "out").exists()


def test_the_variable_configures_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    assert server.is_configured()


@pytest.mark.parametrize(
    ("active", "variables", "configured"),
    [
        ("mine", {}, True),
        ("ephemeral", {"PREFECT_PROFILE": "mine"}, True),
        ("mine", {"PREFECT_PROFILE": "ephemeral"}, False),
    ],
)
def test_the_active_profile_configures_a_server(
    active: str, variables: dict[str, str], configured: bool, tmp_path: Path
) -> None:
    write_profiles(tmp_path, active)
    script = "from steckbrief.flows.server import is_configured; print(is_configured())"
    env = environment(HOME=str(tmp_path), **variables)
    process = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert process.stdout.strip() == str(configured)


def write_profiles(home: Path, active: str) -> None:
    """Write a user's profiles for Prefect, of which `mine` names a server."""
    (home / ".prefect").mkdir()
    (home / ".prefect/profiles.toml").write_text(
        f'active = "{active}"\n[profiles.ephemeral]\nPREFECT_SERVER_ALLOW_EPHEMERAL_MODE = "true"\n'
        '[profiles.mine]\nPREFECT_API_URL = "http://127.0.0.1:1/api"\n'
    )
