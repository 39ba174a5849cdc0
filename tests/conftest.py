"""What every test shares: how hypothesis searches, that no test sends telemetry, and one build of raw/.

Fixtures about one package stand in that package's own conftest.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests import documents

# Set before any test imports Prefect, which reads them once.
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"

# No deadline: a slow machine is not a defect. The blob lets a failure be replayed elsewhere. In CI the search is the
# same for the same commit (hypothesis's own "ci" profile), so that a verdict can be trusted; at hand it explores.
settings.register_profile("local", deadline=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> documents.Built:
    """`steckbrief build raw --direct`, run once for all tests. Read only."""
    return documents.build(tmp_path_factory.mktemp("built") / "output")


@pytest.fixture(scope="session")
def release(built: documents.Built) -> Path:
    """The folder of that release, with every published file. Read only."""
    return built.release


@pytest.fixture(scope="module")
def checkout(built: documents.Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout as it is after `make build`. A module's own, to write in."""
    return documents.copy_checkout(tmp_path_factory.mktemp("documents") / "steckbrief", built)
