"""The server the flow reports to: the one at PREFECT_API_URL, or Prefect's embedded one started here."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from steckbrief.flows import environment

environment.prepare()  # before Prefect reads it

import httpx  # noqa: E402
from prefect import get_client  # noqa: E402
from prefect.exceptions import PrefectException  # noqa: E402
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings  # noqa: E402

from steckbrief.extract.printable import printable  # noqa: E402
from steckbrief.flows.build import build_dataset  # noqa: E402
from steckbrief.pipeline.errors import ServerError  # noqa: E402
from steckbrief.pipeline.signals import blocked  # noqa: E402
from steckbrief.pipeline.summary import BuildSummary  # noqa: E402

_LOCAL_RETRIES: Final = 2
"""A server on this machine that does not answer after two tries is gone; Prefect's five take minutes per message."""


def run_flow(source: Path, **parameters: Any) -> BuildSummary:
    """Run the flow build_dataset with these of its parameters, as a run that the server records.

    Raises ServerError where no server answers or it stops answering; else what the stages raise.
    """
    try:
        with _server():
            summary: BuildSummary = build_dataset(source, **parameters)
            return summary
    except (httpx.HTTPError, PrefectException) as error:
        raise ServerError(f"Prefect's server stopped answering: {_told(error)}") from error


@contextlib.contextmanager
def _server() -> Iterator[None]:
    if PREFECT_API_URL.value():
        _require_answer()
        yield
    else:
        _start_embedded()
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: _LOCAL_RETRIES}):
            yield


def _require_answer() -> None:
    """Ask before the flow does, because its own failure to connect cannot be told from a failing stage."""
    try:
        with get_client(sync_client=True) as client:
            client.hello().raise_for_status()
    except (httpx.HTTPError, RuntimeError) as error:
        raise ServerError(f"No Prefect server answers at {PREFECT_API_URL.value()}: {_told(error)}") from error


def _start_embedded() -> None:
    """Start Prefect's embedded server; it ends with this process.

    The server must survive Ctrl-C to record that the run was stopped, so it is started where that is held back: in a
    thread of its own, because the start takes long and Ctrl-C must end this process all the while.
    """
    from steckbrief.flows.embedded import EmbeddedServer  # noqa: PLC0415 - seconds, and only needed here

    failures: list[Exception] = []

    def start() -> None:
        try:
            with blocked(signal.SIGINT, signal.SIGHUP):
                EmbeddedServer().start()
        except (RuntimeError, OSError, httpx.HTTPError) as error:
            failures.append(error)

    thread = threading.Thread(target=start, daemon=True)
    thread.start()
    thread.join()
    if failures:
        raise ServerError(f"Prefect's embedded server did not start: {_told(failures[0])}") from failures[0]


def _told(error: Exception) -> str:
    return printable(str(error)) or type(error).__name__
