"""Everything that speaks to Prefect: the flow, its run page, its deployment, and its server.

Prefect reads its environment when it is imported, so importing this package prepares it. That costs nothing.
"""

from __future__ import annotations

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
        # OpenTelemetry spans of runs; only Prefect Cloud asks for them, and nobody should be asked by default.
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    }
)
"""Always set: nothing about a run leaves the machine unless PREFECT_API_URL points elsewhere."""

HEARTBEAT: Final = 30
"""Seconds between two heartbeats of a run: the shortest interval that Prefect allows. Its default is 180."""

SERVER: Final[Mapping[str, str]] = MappingProxyType(
    {
        # How long the server remembers the heartbeats of a run. Its default is a minute without a look at them, after
        # which a run that died with the machine would stay Running for ever. A week is as long as it keeps events.
        "PREFECT_SERVER_EVENTS_EXPIRED_BUCKET_BUFFER": "P7D",
        # Who holds the deployment's slot. By default this is in memory and lost in a restart; a living run is then
        # stopped when it next renews its lease, after four minutes at most.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    }
)
"""With these settings of the server, a restart of the server or the machine loses neither a dead nor a living run."""


def prepare(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set what Prefect must find in the environment when it is imported.

    Telemetry is always off. A person may choose another heartbeat.
    """
    environment.update(TELEMETRY_OFF)
    environment.setdefault("PREFECT_FLOWS_HEARTBEAT_FREQUENCY", str(HEARTBEAT))


prepare()
