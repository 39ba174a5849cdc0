"""Shared by all tests: the profiles of hypothesis, telemetry switched off, and one build of raw/."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests import documents

# Set before any test imports Prefect, which reads them only once.
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"

# No deadline, because a slow machine is not a defect. The blob allows a failure to be replayed elsewhere. In CI the
# search is deterministic (hypothesis's own "ci" profile); elsewhere it explores.
settings.register_profile("local", deadline=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> documents.Built:
    """The result of `steckbrief build raw --direct`, run once for all tests. Do not change it."""
    return documents.build(tmp_path_factory.mktemp("built") / "output")


@pytest.fixture(scope="session")
def release(built: documents.Built) -> Path:
    """The folder of that release. Do not change it."""
    return built.release


@pytest.fixture(scope="module")
def checkout(built: documents.Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout after `make build`, which the tests of one module may change."""
    return documents.copy_checkout(tmp_path_factory.mktemp("documents") / "steckbrief", built)
