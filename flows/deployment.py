"""The names by which a Prefect server knows the flow, its deployment and the work pool.

Belongs here: names, so that everything that asks the server for one of them says the same. Does not belong here: what
they are (build.py, prefect.yaml, work_pool.py). prefect.yaml cannot import; a test holds it to this module.
"""

from __future__ import annotations

from typing import Final

FLOW: Final = "build_dataset"
NIGHTLY: Final = "nightly"
DEPLOYMENT: Final = f"{FLOW}/{NIGHTLY}"
POOL: Final = "steckbrief"
