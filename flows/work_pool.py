"""The work pool from which workers take runs.

    python -m steckbrief.flows.work_pool

makes the pool on the server at PREFECT_API_URL, or brings it up to date. Prefect's own command for it makes the server
fetch a list of work pool types from the internet, and nothing is to leave this machine.
"""

from __future__ import annotations

from steckbrief.flows import environment

environment.prepare()  # before Prefect reads it

from prefect.client.orchestration import get_client  # noqa: E402
from prefect.client.schemas.actions import WorkPoolCreate  # noqa: E402
from prefect.workers.process import ProcessWorker  # noqa: E402

from steckbrief.flows.deployment import POOL  # noqa: E402
from steckbrief.terminal import say  # noqa: E402


def main() -> None:
    """Put the work pool on the server."""
    pool = WorkPoolCreate(
        name=POOL, type=ProcessWorker.type, base_job_template=ProcessWorker.get_default_base_job_template()
    )
    with get_client(sync_client=True) as client:
        client.create_work_pool(pool, overwrite=True)
    say(f"Work pool {POOL}: runs are processes of their worker's machine")


if __name__ == "__main__":
    main()
