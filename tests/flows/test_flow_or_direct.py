"""Whether a build runs as a flow or directly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import RAW, environment, steckbrief

NOWHERE = "http://127.0.0.1:1/api"


def test_a_flow_and_a_direct_run_at_once_are_a_usage_error(tmp_path: Path) -> None:
    done = steckbrief("build", RAW, "--prefect", "--direct", cwd=tmp_path, expect=2)
    assert "--prefect and --direct exclude each other" in done.stderr


@pytest.mark.slow
def test_a_build_is_direct_if_no_server_is_configured(tmp_path: Path) -> None:
    write_profiles(tmp_path, active="ephemeral")
    done = steckbrief("build", RAW, "--json", cwd=tmp_path, env=environment(HOME=str(tmp_path)))
    assert json.loads(done.stdout)["direct"] is True


@pytest.mark.slow
@pytest.mark.parametrize("by", ["PREFECT_API_URL", "active profile", "PREFECT_PROFILE"])
def test_a_build_is_a_flow_if_a_server_is_configured(by: str, tmp_path: Path) -> None:
    write_profiles(tmp_path, active="mine" if by == "active profile" else "ephemeral")
    variables = {"PREFECT_API_URL": {by: NOWHERE}, "PREFECT_PROFILE": {by: "mine"}}.get(by, {})
    done = steckbrief("build", RAW, cwd=tmp_path, env=environment(HOME=str(tmp_path), **variables), expect=1)
    assert f"No Prefect server answers at {NOWHERE}" in done.stderr


@pytest.mark.slow
def test_a_direct_build_asks_no_server_that_is_configured(tmp_path: Path) -> None:
    env = environment(HOME=str(tmp_path), PREFECT_API_URL=NOWHERE)
    steckbrief("build", RAW, "--direct", "--output", "out", cwd=tmp_path, env=env)


def write_profiles(home: Path, active: str) -> None:
    """Prefect's profiles of a person, of which `mine` names a server."""
    (home / ".prefect").mkdir()
    (home / ".prefect/profiles.toml").write_text(
        f'active = "{active}"\n[profiles.ephemeral]\nPREFECT_SERVER_ALLOW_EPHEMERAL_MODE = "true"\n'
        f'[profiles.mine]\nPREFECT_API_URL = "{NOWHERE}"\n'
    )
