"""The flow's deployment: its names, its work pool, and its runs.

    python -m steckbrief.flows.deployment

puts the work pool and the deployment of prefect.yaml on the server at PREFECT_API_URL, or brings both up to date.
Run it in the folder with prefect.yaml.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Final
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas import FlowRun
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import StateType
from prefect.states import Cancelling

from steckbrief.pipeline.errors import CommandError

FLOW: Final = "build_dataset"
NIGHTLY: Final = "nightly"
DEPLOYMENT: Final = f"{FLOW}/{NIGHTLY}"
POOL: Final = "steckbrief"


def deploy() -> None:
    """Put the work pool and the deployment on the server. Raises CommandError if Prefect refuses the deployment."""
    _put_work_pool()
    done = subprocess.run(  # noqa: S603 - Prefect's own command
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--name", NIGHTLY],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"prefect deploy --name {NIGHTLY} failed:\n{done.stdout}{done.stderr}")
    _refuse_unknown_parameters()


def start_run(**parameters: object) -> UUID:
    """Ask for a run of the deployment, with these parameters instead of its own; returns the run's id."""
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(DEPLOYMENT)
        return client.create_flow_run_from_deployment(deployment.id, parameters=parameters).id


def read_run(run: UUID) -> FlowRun:
    """What the server knows about a run."""
    with get_client(sync_client=True) as client:
        return client.read_flow_run(run)


def cancel_runs(seconds: float = 60) -> None:
    """Cancel the runs at work and wait until they have ended, so that they leave nothing and their slot is free.

    A worker that ends kills its runs without any of this.
    """
    types = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
    at_work = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=types)))
    end = time.monotonic() + seconds
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(flow_run_filter=at_work):
            client.set_flow_run_state(run.id, Cancelling(message="The server was stopped."))
        while client.read_flow_runs(flow_run_filter=at_work) and time.monotonic() < end:
            time.sleep(0.5)


def _put_work_pool() -> None:
    """Put the work pool on the server.

    Prefect's own command makes the server fetch a list of work pool types from the internet, and nothing should leave
    this machine.
    """
    from prefect.workers.process import ProcessWorker  # noqa: PLC0415 - a second that a run of the flow need not pay

    template = ProcessWorker.get_default_base_job_template()
    pool = WorkPoolCreate(name=POOL, type=ProcessWorker.type, base_job_template=template)
    with get_client(sync_client=True) as client:
        client.create_work_pool(pool, overwrite=True)


def _refuse_unknown_parameters() -> None:
    """Close the deployment's parameter schema, which `prefect deploy` always leaves open.

    While it is open, the server accepts a run with a misspelt parameter, which then crashes when it begins.
    """
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(DEPLOYMENT)
        schema = {**(deployment.parameter_openapi_schema or {}), "additionalProperties": False}
        answer = client.request(
            "PATCH", "/deployments/{id}", path_params={"id": deployment.id}, json={"parameter_openapi_schema": schema}
        )
        answer.raise_for_status()


if __name__ == "__main__":
    deploy()
    sys.stdout.write(f"{DEPLOYMENT} is deployed; its runs are processes of the workers of pool {POOL}\n")
