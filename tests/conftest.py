"""What every test shares: how hypothesis searches, that no test sends telemetry, and one build of raw/.

Fixtures about one package stand in that package's own conftest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# Set before any test imports Prefect, which reads them once.
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"

# No deadline: a slow machine is not a defect. The blob lets a failure be replayed elsewhere. In CI the search is the
# same for the same commit (hypothesis's own "ci" profile), so that a verdict can be trusted; at hand it explores.
settings.register_profile("local", deadline=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

ROOT = Path(__file__).parent.parent
STECKBRIEF = Path(sys.executable).with_name("steckbrief")


@dataclass(frozen=True)
class Built:
    """One build of raw/ by the command line: its output folder, and what it wrote to each stream."""

    output: Path
    said: str
    remarked: str

    @property
    def release(self) -> Path:
        """The folder of the release."""
        return (self.output / "latest").resolve()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """`steckbrief build raw --direct`, run once for all tests, with no settings but the defaults. Read only."""
    output = tmp_path_factory.mktemp("built") / "output"
    done = subprocess.run(
        [STECKBRIEF, "build", "raw", "--output", output, "--direct"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("STECKBRIEF_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Built(output, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def release(built: Built) -> Path:
    """The folder of that release, with every published file. Read only."""
    return built.release


COPIED = ("extract", "transform", "schema", "load", "flows", "raw", "docs", "tools", "Makefile", "pyproject.toml")


@pytest.fixture(scope="module")
def checkout(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout as it is after `make build`: the documents' commands run in it. A module's own, to write.

    Its .venv is the one that runs the tests.
    """
    folder = tmp_path_factory.mktemp("documents") / "steckbrief"
    folder.mkdir()
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    shutil.copytree(built.output, folder / "output", symlinks=True)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder
