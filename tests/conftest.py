"""What every test shares: how hypothesis searches, and that no test sends telemetry.

Fixtures about one package stand in that package's own conftest.
"""

from __future__ import annotations

import os

from hypothesis import settings

# Set before any test imports Prefect, which reads them once.
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"

# No deadline: a slow machine is not a defect. The blob lets a failure be replayed elsewhere. In CI the search is the
# same for the same commit (hypothesis's own "ci" profile), so that a verdict can be trusted; at hand it explores.
settings.register_profile("local", deadline=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")
