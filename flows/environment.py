"""Prefect's surroundings: no telemetry, signs of life, a server that survives a restart, a calm console.

Importing this module costs nothing; it does not import Prefect.
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

HEARTBEAT: Final = 30
"""Seconds between two signs of life of a run: the least that Prefect allows; without a word it would be 180."""

DEFAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # Needed where a Prefect profile without a server is active; without effect where PREFECT_API_URL is set.
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        # The embedded server takes 13 to 25 s on two cores; Prefect gives up after 20.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        # Whoever counts on signs of life (automations.py) counts on these.
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT),
    }
)
"""Set where the person running the command has not said otherwise."""

SERVER: Final[Mapping[str, str]] = MappingProxyType(
    {
        # What the server knows of the signs of life of each run. It throws that away after a minute in which it was not
        # looked at, and a run that died with the machine would be Running for ever. A week is as long as its events.
        "PREFECT_SERVER_EVENTS_EXPIRED_BUCKET_BUFFER": "P7D",
        # Who holds the deployment's place. In memory, where it is kept else, it is gone when the server restarts, and
        # a run at work is stopped when it next says, after four minutes at most, that it still needs its place.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    }
)
"""What a server needs so that a restart, of its own or of the machine, loses neither a dead run nor a living one."""

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
