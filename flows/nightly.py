"""`make nightly`: a Prefect server, a work pool, a worker and the deployment, all on this machine, and a first run.

For good, a service manager runs server and worker instead: docs/operations.md.

The server keeps its data in .prefect/ of the checkout. NIGHTLY_PORT chooses its port, else 4200 or, where that is
taken, a free one. NIGHTLY_WEBHOOK is where runs that went wrong are told. With NIGHTLY_ONCE=1 everything ends after the
first run; else it goes on until Ctrl-C, or until server or worker end by themselves.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any, Final

import httpx

from steckbrief.extract.printable import printable
from steckbrief.flows.deployment import DEPLOYMENT
from steckbrief.flows.machine import ROOT, Machine, free_port, has_ended, is_free, machine
from steckbrief.pipeline.errors import CommandError, UsageError
from steckbrief.pipeline.signals import Stopped, raise_on_signals
from steckbrief.terminal import remark, say

PORT: Final = 4200  # Prefect's own
_LARGEST: Final = 65535  # of all ports

_FIRST_RUN: Final = 600  # seconds until nobody waits for the first run any more; it goes on
_LOOK: Final = 1.0  # seconds between two looks at the processes


def main() -> None:
    """Bring everything up, run the deployment once, and go on until Ctrl-C."""
    raise_on_signals()
    home = ROOT / ".prefect"
    try:
        with machine(home, port(os.environ.get("NIGHTLY_PORT"))) as found:
            _first_run(found, home)
            if not os.environ.get("NIGHTLY_ONCE"):
                say(f"Server {found.url}, {DEPLOYMENT} at the hour that prefect.yaml names. Ctrl-C ends it all.")
                watch(found)
    except Stopped as stopped:
        remark(f"{stopped}; server and worker have ended.")
    except CommandError as error:
        remark(f"error: {error}")
        sys.exit(error.exit_code)
    except httpx.HTTPError as error:
        remark(f"error: The server stopped answering: {printable(str(error))}. Its log is {home}/server.log.")
        sys.exit(CommandError.exit_code)


def port(asked: str | None) -> int:
    """The port for the server: the one that is asked for, else Prefect's own, else any that is free.

    Raises UsageError where what is asked for is no port, CommandError where it is taken.
    """
    if asked is None:
        return free_port(PORT)
    if not (asked.isascii() and asked.isdigit() and 0 < int(asked) <= _LARGEST):
        raise UsageError(f"NIGHTLY_PORT is {asked!r}. Expected a port, a number from 1 to {_LARGEST}.")
    if not is_free(int(asked)):
        raise CommandError(f"Port {asked}, which NIGHTLY_PORT asks for, is taken. Name another, or end what holds it.")
    return int(asked)


def watch(found: Machine) -> None:
    """Look at server and worker until one of them has ended, which raises CommandError."""
    while True:
        found.require_life()
        time.sleep(_LOOK)


def _first_run(found: Machine, home: Path) -> None:
    """Deploy, start a worker, run once, and tell how that went.

    CommandError where the run does not complete and is all that was asked for.
    """
    say(f"Server: {found.url}")
    found.deploy()
    webhook = os.environ.get("NIGHTLY_WEBHOOK")
    found.run("steckbrief.flows.automations", *(("--webhook", webhook) if webhook else ()))
    found.start_worker(home / "worker.log")
    run = found.trigger()
    say(f"Run: {found.url}/runs/flow-run/{run}")
    ended = _wait(found, run)
    state = ended["state"]
    say(f"{ended['name']}: {state['name']}" + (f" ({state['message']})" if state["message"] else ""))
    if state["type"] != "COMPLETED":
        told = f"The run is {state['name']}. Its log is on its page, the worker's in {home}/worker.log."
        if os.environ.get("NIGHTLY_ONCE"):
            raise CommandError(told)
        remark(f"{told} The next one comes as scheduled.")


def _wait(found: Machine, run: str) -> dict[str, Any]:
    """The first run once it has ended, or as it is when patience does. CommandError where server or worker end."""
    end = time.monotonic() + _FIRST_RUN
    while True:
        found.require_life()
        told = found.wait(run, _LOOK)
        if has_ended(told) or time.monotonic() > end:
            return told


if __name__ == "__main__":
    main()
