"""Running the flow on the server that Prefect's settings name."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from prefect import get_client
from prefect.exceptions import PrefectException
from prefect.settings import PREFECT_API_URL

from steckbrief.extract.printable import printable
from steckbrief.flows.build import build_dataset
from steckbrief.pipeline.errors import ServerError
from steckbrief.pipeline.summary import BuildSummary

_RUN_LOGGERS: Final = ("prefect.flow_runs", "prefect.task_runs")


def run_flow(source: Path, **parameters: Any) -> BuildSummary:
    """Run the flow build_dataset with these parameters, and let the server record the run.

    Raises:
        ServerError: the server does not answer, or stops answering.
        CommandError: a stage fails. Stages also raise LoadError and OSError.
    """
    quiet_console()
    _require_answer()
    with server_errors():
        summary: BuildSummary = build_dataset(source, **parameters)
        return summary


@contextmanager
def server_errors() -> Iterator[None]:
    """Turn every error of Prefect's client in the block into a ServerError."""
    try:
        yield
    except (httpx.HTTPError, PrefectException) as error:
        raise ServerError(f"Prefect's server stopped answering: {_text(error)}") from error


def quiet_console(environment: Mapping[str, str] = os.environ) -> None:
    """Show only warnings of Prefect on the terminal, and none about runs. The run page has every line.

    The command line reports progress itself, and a failure in one message without a stack trace. If
    PREFECT_LOGGING_LEVEL is set, the terminal shows every line of that level.
    """
    if "PREFECT_LOGGING_LEVEL" in environment:
        return
    for handler in logging.getLogger().handlers:
        handler.addFilter(_is_worth_showing)


def _is_worth_showing(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING and not record.name.startswith(_RUN_LOGGERS)


def _require_answer() -> None:
    """Raise ServerError if no server answers. In the flow, the same failure would look like that of a stage."""
    try:
        with get_client(sync_client=True) as client:
            client.hello().raise_for_status()
    except (httpx.HTTPError, RuntimeError) as error:
        raise ServerError(f"No Prefect server answers at {PREFECT_API_URL.value()}: {_text(error)}") from error


def _text(error: Exception) -> str:
    return printable(str(error)) or type(error).__name__
