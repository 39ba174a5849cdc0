"""prefect.yaml, which cannot import, says what the modules say; and Prefect reads what we set for it."""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import subprocess
import sys
from typing import Any

import pytest
import yaml
from prefect.settings.models.root import Settings

from steckbrief import flows
from steckbrief.flows import automations
from steckbrief.flows.build import build_dataset
from steckbrief.flows.deployment import DEPLOYMENT, FLOW, NIGHTLY, POOL
from tests.command import ROOT
from tests.command import environment as command_environment

(DECLARED,) = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
SURROUNDINGS: dict[str, str] = DECLARED["work_pool"]["job_variables"]["env"]


def test_prefect_yaml_names_flow_deployment_and_pool_as_the_modules_do() -> None:
    module, _, function = DECLARED["entrypoint"].partition(":")
    flow = getattr(importlib.import_module(module), function)
    assert flow is build_dataset
    assert flow.name == FLOW
    assert DECLARED["name"] == NIGHTLY
    assert f"{flow.name}/{DECLARED['name']}" == DEPLOYMENT
    assert DECLARED["work_pool"]["name"] == POOL


def test_a_run_of_the_deployment_has_the_surroundings_of_every_run() -> None:
    # It imports Prefect before it imports the flow, which is too late for flows/__init__.py to set anything.
    found: dict[str, Any] = {}
    flows.prepare(found)
    assert SURROUNDINGS.items() <= found.items()
    assert {"DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED", "PREFECT_FLOWS_HEARTBEAT_FREQUENCY"} <= set(
        SURROUNDINGS
    )


@pytest.mark.slow  # imports of the flow in a process of its own
def test_every_run_of_the_flow_says_that_it_lives_as_often_as_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SURROUNDINGS.items():
        monkeypatch.setenv(name, value)
    assert Settings().flows.heartbeat_frequency == flows.HEARTBEAT
    # A run of `steckbrief build` has them from flows/__init__.py, whose values Prefect reads when it is imported.
    asked = (
        "import steckbrief.flows.build; from prefect.settings import get_current_settings as now; print(now().flows)"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, env=command_environment(), capture_output=True, text=True, check=True
    )
    assert f"heartbeat_frequency={flows.HEARTBEAT} " in done.stdout


def test_silence_is_many_missed_signs_and_longer_than_any_start() -> None:
    assert dt.timedelta(seconds=3 * flows.HEARTBEAT) <= automations.SILENCE
    slowest_start = dt.timedelta(seconds=25)  # imports alone, seen on two busy cores
    assert 4 * slowest_start <= automations.SILENCE
    assert automations.SILENCE < automations.PATIENCE
    defaults = inspect.signature(automations.put_automations).parameters
    assert defaults["silence"].default == automations.SILENCE
    assert defaults["patience"].default == automations.PATIENCE


def test_prefect_reads_what_a_server_needs_to_survive_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in flows.SERVER.items():
        monkeypatch.setenv(name, value)
    server = Settings().server
    assert server.events.expired_bucket_buffer == dt.timedelta(days=7) == server.events.retention_period
    storage = importlib.import_module(server.concurrency.lease_storage)
    assert storage.__name__.endswith(".filesystem")
    assert storage.ConcurrencyLeaseStorage
