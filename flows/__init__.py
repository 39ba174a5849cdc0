"""Everything that talks to Prefect: the flow, its run page, its deployment, and its server.

Prefect reads its environment on import, so importing this package prepares it first. That costs next to nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from types import MappingProxyType
from typing import Final

TELEMETRY_OFF: Final[Mapping[str, str]] = MappingProxyType(
    {
        # Otherwise the client reports the first import, flow and run to a third party.
        "DO_NOT_TRACK": "1",
        # Otherwise the server sends a heartbeat every ten minutes, and lets the client report.
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # OpenTelemetry spans of runs. Only Prefect Cloud asks for them.
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    }
)
"""Always set, so that nothing about a run leaves the machine unless PREFECT_API_URL points elsewhere."""

HEARTBEAT: Final = 30
"""Seconds between two heartbeats of a run: the shortest interval that Prefect allows. Its default is 180."""

SERVER: Final[Mapping[str, str]] = MappingProxyType(
    {
        # How long the server remembers the heartbeats of a run after its last look at them. With the default of one
        # minute, a run that died with the machine would stay Running forever. Events are kept for a week, too.
        "PREFECT_SERVER_EVENTS_EXPIRED_BUCKET_BUFFER": "P7D",
        # Where the server notes which run holds the deployment's slot. The default is memory, which a restart loses;
        # a living run is then stopped when it next renews its lease, four minutes later at most.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    }
)
"""Settings with which a server still knows after a restart which runs were alive, and which one has the slot."""


def prepare(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set the variables that Prefect must find on import.

    Telemetry is always off. A heartbeat interval that is already set stays.
    """
    environment.update(TELEMETRY_OFF)
    environment.setdefault("PREFECT_FLOWS_HEARTBEAT_FREQUENCY", str(HEARTBEAT))


prepare()
