"""Prefect's surroundings: no telemetry, patience with the embedded server, a calm console.

Belongs here: environment variables and log handlers that must be in place around `import prefect`. Does not belong
here: our own settings (settings.py). Importing this module costs nothing; it does not import Prefect.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, MutableMapping
from types import MappingProxyType
from typing import Final

TELEMETRY_OFF: Final[Mapping[str, str]] = MappingProxyType(
    {
        # The client reports first imports, first flows and first runs to a third party unless this is set.
        "DO_NOT_TRACK": "1",
        # The server sends a heartbeat every ten minutes, and lets the client report, unless this is off.
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # OpenTelemetry spans of runs; only Prefect Cloud asks for them, and nobody is to be asked by default.
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    }
)
"""Set whatever the surroundings say: nothing about a run leaves the machine unless PREFECT_API_URL points elsewhere."""

DEFAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # Needed where a Prefect profile without a server is active; without effect where PREFECT_API_URL is set.
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        # The embedded server takes 13 to 25 s on two cores; Prefect gives up after 20.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    }
)
"""Set where the person running the command has not said otherwise."""

_RUN_LOGGERS: Final = ("prefect.flow_runs", "prefect.task_runs")


def prepare(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set what Prefect must find when it is imported, in this process and in the server it starts."""
    environment.update(TELEMETRY_OFF)
    for name, value in DEFAULTS.items():
        environment.setdefault(name, value)


def calm_console(environment: Mapping[str, str] = os.environ) -> None:
    """Keep Prefect's own log lines off the terminal, after it was imported; its run page keeps all of them.

    The command line says the same things in its own words, and a failure is one message there, not a stack trace.
    Warnings from elsewhere stay. Someone who sets PREFECT_LOGGING_LEVEL wants to see the lines and gets them.
    """
    if "PREFECT_LOGGING_LEVEL" in environment:
        return
    for handler in logging.getLogger().handlers:
        handler.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING and not record.name.startswith(_RUN_LOGGERS)
