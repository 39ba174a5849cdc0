"""A small published release that several tests read but never change."""

from __future__ import annotations

from pathlib import Path

import pytest

from steckbrief.load.release import Release
from tests.load import fake


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return fake.publish(tmp_path_factory.mktemp("output"), fake.rows(12))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"
