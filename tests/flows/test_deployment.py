"""prefect.yaml, which cannot import, repeats the values of the modules; and Prefect reads the variables that we set."""

from __future__ import annotations

import datetime as dt
import importlib
import subprocess
import sys
from typing import Any

import pytest
import yaml
from prefect.settings.models.root import Settings

from steckbrief import flows
from steckbrief.flows.build import build_dataset
from steckbrief.flows.deployment import DEPLOYMENT, FLOW, NIGHTLY, POOL
from tests.command import ROOT
from tests.command import environment as command_environment

(DECLARED,) = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
VARIABLES: dict[str, str] = DECLARED["work_pool"]["job_variables"]["env"]


def test_prefect_yaml_has_the_modules_names_for_flow_deployment_and_pool() -> None:
    module, _, function = DECLARED["entrypoint"].partition(":")
    flow = getattr(importlib.import_module(module), function)
    assert flow is build_dataset
    assert flow.name == FLOW
    assert DECLARED["name"] == NIGHTLY
    assert f"{flow.name}/{DECLARED['name']}" == DEPLOYMENT
    assert DECLARED["work_pool"]["name"] == POOL


def test_a_run_of_the_deployment_has_the_variables_of_every_run() -> None:
    # Such a run imports Prefect before the flow, which is too late for flows/__init__.py to set anything.
    environment: dict[str, Any] = {}
    flows.prepare(environment)
    assert VARIABLES.items() <= environment.items()
    assert {"DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED", "PREFECT_FLOWS_HEARTBEAT_FREQUENCY"} <= set(VARIABLES)


@pytest.mark.slow  # imports of the flow in a process of its own
def test_every_run_of_the_flow_sends_heartbeats_at_the_declared_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    assert Settings().flows.heartbeat_frequency == flows.HEARTBEAT
    # A run of `steckbrief build` gets them from flows/__init__.py; Prefect reads them on import.
    script = (
        "import steckbrief.flows.build; from prefect.settings import get_current_settings as now; print(now().flows)"
    )
    process = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=command_environment(), capture_output=True, text=True, check=True
    )
    assert f"heartbeat_frequency={flows.HEARTBEAT} " in process.stdout


def test_prefect_reads_our_settings_for_a_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in flows.SERVER.items():
        monkeypatch.setenv(name, value)
    server = Settings().server
    assert server.events.expired_bucket_buffer == dt.timedelta(days=7) == server.events.retention_period
    storage = importlib.import_module(server.concurrency.lease_storage)
    assert storage.__name__.endswith(".filesystem")
    assert storage.ConcurrencyLeaseStorage
