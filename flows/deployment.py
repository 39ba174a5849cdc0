"""The flow's deployment: its names, its work pool, and its runs.

    python -m steckbrief.flows.deployment

creates or updates the work pool and the deployment of prefect.yaml on the server at PREFECT_API_URL. Run it in the
folder that contains prefect.yaml.
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
    """Create or update the work pool and the deployment. Raises CommandError if Prefect refuses the deployment."""
    _put_work_pool()
    process = subprocess.run(  # noqa: S603 - Prefect's own command
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--name", NIGHTLY],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        raise CommandError(f"prefect deploy --name {NIGHTLY} failed:\n{process.stdout}{process.stderr}")
    _refuse_unknown_parameters()


def start_run(**parameters: object) -> UUID:
    """Request a run of the deployment, with these parameters in place of its own. Returns the id of the run."""
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(DEPLOYMENT)
        return client.create_flow_run_from_deployment(deployment.id, parameters=parameters).id


def read_run(run: UUID) -> FlowRun:
    """Return what the server knows about a run."""
    with get_client(sync_client=True) as client:
        return client.read_flow_run(run)


def cancel_runs(seconds: float = 60) -> None:
    """Cancel the runs at work and wait until they have cleaned up and freed their slot.

    A worker that ends kills its runs before they can do either.
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
    """Create or update the work pool.

    Prefect's own command would make the server fetch a list of work pool types from the internet.
    """
    from prefect.workers.process import ProcessWorker  # noqa: PLC0415 - takes a second; runs of the flow do without it

    template = ProcessWorker.get_default_base_job_template()
    pool = WorkPoolCreate(name=POOL, type=ProcessWorker.type, base_job_template=template)
    with get_client(sync_client=True) as client:
        client.create_work_pool(pool, overwrite=True)


def _refuse_unknown_parameters() -> None:
    """Close the deployment's parameter schema, which `prefect deploy` always leaves open.

    With an open schema, the server accepts a run with a misspelt parameter, and the run crashes when it begins.
    """
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(DEPLOYMENT)
        schema = {**(deployment.parameter_openapi_schema or {}), "additionalProperties": False}
        response = client.request(
            "PATCH", "/deployments/{id}", path_params={"id": deployment.id}, json={"parameter_openapi_schema": schema}
        )
        response.raise_for_status()


if __name__ == "__main__":
    deploy()
    sys.stdout.write(f"Deployed {DEPLOYMENT}. Start its workers with: prefect worker start --pool {POOL}\n")
