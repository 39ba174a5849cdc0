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
    """Run the flow build_dataset with these parameters; the server records the run.

    Raises ServerError if the server does not answer or stops answering, and whatever the stages raise.
    """
    calm_console()
    _require_answer()
    with server_errors():
        summary: BuildSummary = build_dataset(source, **parameters)
        return summary


@contextmanager
def server_errors() -> Iterator[None]:
    """Raise ServerError for whatever Prefect's client raises in the block."""
    try:
        yield
    except (httpx.HTTPError, PrefectException) as error:
        raise ServerError(f"Prefect's server stopped answering: {_text(error)}") from error


def calm_console(environment: Mapping[str, str] = os.environ) -> None:
    """Keep Prefect's own log lines off the terminal; the run page keeps all of them.

    The command line says the same things in its own words, and reports a failure in one message instead of a stack
    trace. Other warnings stay. A person who sets PREFECT_LOGGING_LEVEL gets every line.
    """
    if "PREFECT_LOGGING_LEVEL" in environment:
        return
    for handler in logging.getLogger().handlers:
        handler.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING and not record.name.startswith(_RUN_LOGGERS)


def _require_answer() -> None:
    """Ask before the flow does, because its own failure to connect looks like a failing stage."""
    try:
        with get_client(sync_client=True) as client:
            client.hello().raise_for_status()
    except (httpx.HTTPError, RuntimeError) as error:
        raise ServerError(f"No Prefect server answers at {PREFECT_API_URL.value()}: {_text(error)}") from error


def _text(error: Exception) -> str:
    return printable(str(error)) or type(error).__name__
