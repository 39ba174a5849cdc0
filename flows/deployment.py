"""The names by which a Prefect server knows the flow, its deployment and the work pool."""

from __future__ import annotations

from typing import Final

FLOW: Final = "build_dataset"
NIGHTLY: Final = "nightly"
DEPLOYMENT: Final = f"{FLOW}/{NIGHTLY}"
POOL: Final = "steckbrief"
