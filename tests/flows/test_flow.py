"""Builds as a flow on the configured server: what it records, shows and reports, and what the terminal shows."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from steckbrief.flows.build import ASSET
from steckbrief.load.releases.published import latest
from steckbrief.load.releases.verify import verify, verify_latest
from tests.command import RAW, environment, profiles, steckbrief, table_files, visible, write_source
from tests.flows.prefect_server import PrefectServer, wait_until
from tests.flows.webhook import Receiver

pytestmark = pytest.mark.slow

STAGES = ["update", "discover", "read", "plan", "extract", "transform", "check", "gate", "publish"]


@dataclass(frozen=True)
class FlowBuild:
    """`steckbrief build raw` on the shared server: its folder, what it printed, and its run."""

    folder: Path
    summary: dict[str, Any]
    stderr: str
    run: dict[str, Any]


@pytest.fixture(scope="module")
def build(prefect_server: PrefectServer, tmp_path_factory: pytest.TempPathFactory) -> FlowBuild:
    folder = tmp_path_factory.mktemp("flow")
    process = steckbrief("build", RAW, "--output", "out", "--json", cwd=folder, env=client(prefect_server))
    return FlowBuild(folder, json.loads(process.stdout), process.stderr, newest_run(prefect_server))


def client(server: PrefectServer) -> dict[str, str]:
    return environment(**server.environment)


def newest_run(server: PrefectServer) -> dict[str, Any]:
    """The newest run that is not one of the deployment."""
    no_deployment = {"deployment_id": {"is_null_": True}}
    body = {"sort": "EXPECTED_START_TIME_DESC", "limit": 1, "flow_runs": no_deployment}
    (run,) = server.post("/flow_runs/filter", body)
    newest: dict[str, Any] = run
    return newest


def of_run(server: PrefectServer, run: Mapping[str, Any], kind: str, at_least: int) -> list[dict[str, Any]]:
    """What belongs to a run, once so many are recorded: the client sends logs and events in batches."""
    ids = {"any_": [run["id"]]}
    body = {"logs": {"flow_run_id": ids}} if kind == "logs" else {"flow_runs": {"id": ids}}
    end = time.monotonic() + 30
    while True:
        records: list[dict[str, Any]] = server.post(f"/{kind}/filter", body)
        if len(records) >= at_least or time.monotonic() > end:
            return records
        time.sleep(0.2)


def page(server: PrefectServer, run: Mapping[str, Any], at_least: int) -> dict[str, dict[str, Any]]:
    """What the page of a run shows, by key. Artifacts that Prefect makes itself have no key."""
    artifacts = of_run(server, run, "artifacts", at_least)
    return {artifact["key"]: artifact for artifact in artifacts if artifact["key"]}


def test_a_run_records_its_parameters_stages_and_log(prefect_server: PrefectServer, build: FlowBuild) -> None:
    assert build.summary["direct"] is False
    assert [line.partition(":")[0] for line in build.stderr.splitlines()] == STAGES
    assert build.run["name"] == f"raw: {build.summary['profiles']} profiles"
    assert build.run["state_type"] == "COMPLETED"
    parameters = {"source": str(RAW), "output": "out", "workers": None, "config": None, "full": False, "force": False}
    assert build.run["parameters"] == parameters
    tasks = of_run(prefect_server, build.run, "task_runs", len(STAGES))
    assert {task["name"]: task["state_type"] for task in tasks} == dict.fromkeys(STAGES, "COMPLETED")
    lines = [log["message"] for log in of_run(prefect_server, build.run, "logs", len(STAGES) + 2)]
    assert f"{build.summary['files']} profile files; 0 skipped by name, 0 unreadable, 0 files of other kinds" in lines
    assert f"Release {build.summary['release']}: {build.summary['path']}" in lines


def test_the_page_of_a_run_shows_figures_gates_and_the_release(prefect_server: PrefectServer, build: FlowBuild) -> None:
    shown = page(prefect_server, build.run, 5)
    assert set(shown) == {"progress", "gates", "rows-per-table", "diagnostics-by-rule", "release"}
    assert shown["progress"]["data"] == 100
    rows = {row["table"]: row["rows"] for row in json.loads(shown["rows-per-table"]["data"])}
    assert rows == build.summary["rows"]
    for rule in build.summary["diagnostics"]:
        assert f"| {rule['count']} | {rule['severity']} | {rule['rule']} |" in shown["diagnostics-by-rule"]["data"]
    release = latest(build.folder / "out")
    assert release is not None
    assert shown["gates"]["data"].count("| passed |") == len(release.manifest["gates"])
    assert release.id in shown["release"]["data"]
    assert str(release.path) in shown["release"]["description"]


def test_a_publication_is_recorded_as_an_asset(prefect_server: PrefectServer, build: FlowBuild) -> None:
    def materialization() -> bool:
        answer = prefect_server.post("/events/filter", {"filter": {"event": {"prefix": ["prefect.asset"]}}})
        events = [event for event in answer["events"] if event["resource"]["prefect.resource.id"] == str(ASSET.key)]
        return any(build.summary["release"] in json.dumps(event["payload"]) for event in events)

    wait_until(materialization)


def test_a_flow_and_a_direct_build_publish_the_same_bytes(build: FlowBuild) -> None:
    steckbrief("build", RAW, "--output", "direct", "--direct", cwd=build.folder)
    flow, direct = ((build.folder / output / "latest").resolve() for output in ("out", "direct"))
    assert table_files(flow) == table_files(direct)
    release = latest(build.folder / "out")
    assert release is not None
    assert [*verify_latest(build.folder / "out"), *verify(release)] == []


def test_a_run_without_changes_says_so(prefect_server: PrefectServer, build: FlowBuild) -> None:
    steckbrief("build", RAW, "--output", "out", cwd=build.folder, env=client(prefect_server))
    run = newest_run(prefect_server)
    assert run["name"] == "raw: nothing changed"
    progress = page(prefect_server, run, 1)["progress"]
    assert (progress["data"], progress["description"]) == (100, "nothing changed")


def test_a_failing_stage_is_one_message_on_the_terminal_and_a_failed_run(
    prefect_server: PrefectServer, tmp_path: Path
) -> None:
    (tmp_path / "bare").mkdir()
    process = steckbrief("build", "bare", "--output", "out", cwd=tmp_path, env=client(prefect_server), expect=1)
    update, message = process.stderr.splitlines()
    assert update.startswith("update: ")
    assert message.startswith("error: bare: no profile in this folder")
    assert not visible(tmp_path / "out")
    run = newest_run(prefect_server)
    assert run["name"].startswith("bare: ")
    assert run["state_type"] == "FAILED"
    assert any("no profile in this folder" in log["message"] for log in of_run(prefect_server, run, "logs", 4))


def test_a_failed_gate_is_reported_with_its_figures_and_not_retried(
    prefect_server: PrefectServer, receiver: Receiver, tmp_path: Path
) -> None:
    source = write_source(tmp_path / "raw", profiles(8))
    steckbrief("build", source, "--direct", "--output", "output", cwd=tmp_path)
    for path in sorted(source.rglob("*.md"))[3:]:
        path.unlink()
    steckbrief("build", source, "--output", "output", cwd=tmp_path, env=client(prefect_server), expect=3)
    run = newest_run(prefect_server)
    assert (run["state_type"], run["run_count"]) == ("FAILED", 1)
    message = receiver.wait_for("is Failed", "5 of 8 profiles")
    assert f"/flow-run/{run['id']}" in message["text"]
    # Prefect delivers a message at least once, so the same one may come twice. A retry would send another.
    assert all(other == message for other in receiver.messages if "5 of 8 profiles" in other["text"])
    shown = page(prefect_server, run, 2)
    assert set(shown) == {"progress", "gates"}
    (candidate,) = (tmp_path / "output/rejected").iterdir()
    assert str(candidate) in shown["gates"]["data"]
    _, ruler, first, *_ = (line for line in shown["gates"]["data"].splitlines() if line.startswith("| "))
    assert ruler.startswith("| --- ")
    assert first.startswith("| failed | profiles-lost | 5 of 8 profiles")
