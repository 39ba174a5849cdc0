"""The command `steckbrief nightly`: server, worker, deployment and a first run on this machine."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from steckbrief.extract.printable import printable
from steckbrief.pipeline.errors import CommandError, UsageError
from steckbrief.pipeline.signals import Stopped
from steckbrief.terminal import remark, say

if TYPE_CHECKING:
    from steckbrief.flows.server import Child

DEFAULT_PORT: Final = 4200  # Prefect's own
_FIRST_RUN: Final = 600  # seconds; a first run that takes longer goes on, but is not waited for
_INTERVAL: Final = 1.0  # seconds between two looks at the processes

Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        envvar="NIGHTLY_PORT",
        min=1,
        max=65535,
        help=f"Port of the server [default: {DEFAULT_PORT} if free, otherwise any].",
    ),
]
Webhook = Annotated[
    str | None,
    typer.Option("--webhook", envvar="NIGHTLY_WEBHOOK", metavar="URL", help="Where runs that went wrong are reported."),
]
Once = Annotated[bool, typer.Option("--once", envvar="NIGHTLY_ONCE", help="End after the first run.")]


def nightly(*, port: Port = None, webhook: Webhook = None, once: Once = False) -> None:
    """Start a Prefect server, a worker and the nightly deployment of this folder, and run it once; until Ctrl-C.

    A service manager runs server and worker for good instead: docs/operations.md.
    """
    folder = Path.cwd()
    if not (folder / "prefect.yaml").is_file():
        raise UsageError(f"{folder} has no prefect.yaml, which declares the deployment. Run this in the checkout.")
    from steckbrief.flows.server import free_port, is_free  # noqa: PLC0415

    if port is not None and not is_free(port):
        raise CommandError(f"Port {port} is taken. Choose another one, or end the process that listens on it.")
    try:
        _run(folder, port or free_port(DEFAULT_PORT), webhook, once=once)
    except Stopped as stopped:
        remark(f"{stopped}; server and worker have ended.")
        raise typer.Exit(stopped.exit_code) from stopped


def _run(folder: Path, port: int, webhook: str | None, *, once: bool) -> None:
    from steckbrief.flows.server import server, worker  # noqa: PLC0415

    with server(folder / ".prefect", port) as own:
        own.adopt()
        # These import Prefect, which reads its settings then.
        from steckbrief.flows import automations, deployment  # noqa: PLC0415
        from steckbrief.flows.client import server_errors  # noqa: PLC0415

        say(f"Server: {own.url}. Its pages ask for a password: the text in {own.auth_file}.")
        with server_errors():
            deployment.deploy()
            automations.put_automations(webhook)
            with worker(own, deployment.POOL, folder) as runner:
                try:
                    _run_first(own.url, own.child, runner, once=once)
                    if not once:
                        say(f"{deployment.DEPLOYMENT} runs at the hour in prefect.yaml. Ctrl-C ends everything.")
                        watch(own.child, runner)
                except Stopped:
                    deployment.cancel_runs()
                    raise


def watch(*processes: Child) -> None:
    """Look at processes until one of them has ended, which raises CommandError."""
    while True:
        for process in processes:
            process.require_life()
        time.sleep(_INTERVAL)


def _run_first(url: str, *processes: Child, once: bool) -> None:
    """Run the deployment and say how that went. Raises CommandError if it fails and is the only run."""
    from steckbrief.flows import deployment  # noqa: PLC0415

    run = deployment.start_run()
    say(f"Run: {url}/runs/flow-run/{run}")
    end = time.monotonic() + _FIRST_RUN
    while not (state := (status := deployment.read_run(run)).state) or not state.is_final():
        if time.monotonic() > end:
            break
        for process in processes:
            process.require_life()
        time.sleep(_INTERVAL)
    name, message = (state.name, state.message) if state else ("Scheduled", None)
    say(f"{status.name}: {name}" + (f" ({printable(message)})" if message else ""))
    if state is None or not state.is_completed():
        text = f"The run is {name}. Its log is on its page, and the worker's log is {processes[-1].log}."
        if once:
            raise CommandError(text)
        remark(f"{text} The next run comes as scheduled.")
