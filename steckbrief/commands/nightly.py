"""The command `steckbrief nightly`: server, worker, deployment and a first run on this machine."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Never

import typer

from steckbrief.extract.printable import printable
from steckbrief.pipeline.errors import CommandError, UsageError
from steckbrief.pipeline.signals import Stopped
from steckbrief.terminal import remark, say

if TYPE_CHECKING:
    from steckbrief.flows.server import Child

DEFAULT_PORT: Final = 4200  # Prefect's default
_FIRST_RUN_TIMEOUT: Final = 600  # seconds; a longer first run goes on, but the command stops waiting for it
_INTERVAL: Final = 1.0  # seconds between two looks at the processes

Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        envvar="NIGHTLY_PORT",
        min=1,
        max=65535,
        help=f"Port of the server [default: {DEFAULT_PORT}, or any free port].",
    ),
]
Webhook = Annotated[
    str | None,
    typer.Option("--webhook", envvar="NIGHTLY_WEBHOOK", metavar="URL", help="Report failed and overdue runs to URL."),
]
Once = Annotated[bool, typer.Option("--once", envvar="NIGHTLY_ONCE", help="End after the first run.")]


def nightly(*, port: Port = None, webhook: Webhook = None, once: Once = False) -> None:
    """Run a Prefect server, a worker and the nightly deployment of this folder until Ctrl-C, with a first run at once.

    For production, docs/operations.md shows how systemd runs them.
    """
    folder = Path.cwd()
    if not (folder / "prefect.yaml").is_file():
        raise UsageError(f"{folder} has no prefect.yaml, which declares the deployment. Run the command in a checkout.")
    from steckbrief.flows.server import free_port, is_free  # noqa: PLC0415

    if port is not None and not is_free(port):
        raise CommandError(f"Port {port} is taken. Choose another one, or end the process that uses it.")
    try:
        _run(folder, port or free_port(DEFAULT_PORT), webhook, once=once)
    except Stopped as stopped:
        remark(f"{stopped}; server and worker have ended.")
        raise typer.Exit(stopped.exit_code) from stopped


def _run(folder: Path, port: int, webhook: str | None, *, once: bool) -> None:
    from steckbrief.flows.server import server, worker  # noqa: PLC0415

    with server(folder / ".prefect", port) as own_server:
        own_server.adopt()
        # These modules import Prefect, which reads its settings on import.
        from steckbrief.flows import automations, deployment  # noqa: PLC0415
        from steckbrief.flows.client import server_errors  # noqa: PLC0415

        say(f"Server: {own_server.url}. Its pages ask for the password in {own_server.auth_file}.")
        with server_errors():
            deployment.deploy()
            automations.put_automations(webhook)
            with worker(own_server, deployment.POOL, folder) as own_worker:
                processes = (own_server.child, own_worker)
                try:
                    _run_first(own_server.url, processes, once=once)
                    if not once:
                        say(f"{deployment.DEPLOYMENT} follows the schedule in prefect.yaml. Ctrl-C ends everything.")
                        watch(processes)
                except Stopped:
                    deployment.cancel_runs()
                    raise


def watch(processes: Sequence[Child]) -> Never:
    """Watch the processes until one of them ends, and raise CommandError."""
    while True:
        _pause(processes)


def _pause(processes: Sequence[Child]) -> None:
    """Sleep for a moment. Raises CommandError if one of the processes has ended."""
    for process in processes:
        process.require_alive()
    time.sleep(_INTERVAL)


def _run_first(url: str, processes: Sequence[Child], *, once: bool) -> None:
    """Run the deployment and print the result. Raises CommandError if the run fails and no other follows."""
    from steckbrief.flows import deployment  # noqa: PLC0415

    run_id = deployment.start_run()
    say(f"Run: {url}/runs/flow-run/{run_id}")
    end = time.monotonic() + _FIRST_RUN_TIMEOUT
    while not (state := (run := deployment.read_run(run_id)).state) or not state.is_final():
        if time.monotonic() > end:
            break
        _pause(processes)
    name, reason = (state.name, state.message) if state else ("Scheduled", None)
    say(f"{run.name}: {name}" + (f" ({printable(reason)})" if reason else ""))
    if state is None or not state.is_completed():
        message = f"The run is {name}. Its log is on its page, and the worker's log is {processes[-1].log}."
        if once:
            raise CommandError(message)
        remark(f"{message} The next run starts on schedule.")
