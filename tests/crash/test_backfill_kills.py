"""A backfill that is killed and started again publishes the same bytes as one that ran through.

Within a night, test_kills.py kills at every change; here, each night is killed once.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.command import PROFILE, ROOT, environment
from tests.crash.test_kills import NAMES
from tests.repositories import commit

pytestmark = pytest.mark.slow

NIGHTS = 5
"""Nights of the repository with a release of their own."""


@dataclass
class Backfills:
    """A repository with a week of nights, a process that forks a child for each backfill, and what one comes to."""

    process: subprocess.Popen[str]
    repository: Path
    home: Path
    changes: int = 0

    def ask(self, output: str, do: str = "backfill", **order: Any) -> dict[str, Any]:
        order |= {"do": do, "source": str(self.repository), "output": str(self.home / output)}
        order |= {"since": "2026-02-01", "until": "2026-02-07"}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def bytes_of(self, output: str) -> dict[str, bytes]:
        """Every byte of the releases, but for what tells the time it was made."""
        folder = self.home / output / "releases"
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name not in ("release.json", "steckbrief.duckdb")
        }

    def comes_to_the_same(self, output: str) -> None:
        done = self.ask(output)
        assert done["status"] == 0, done
        assert self.bytes_of(output) == self.bytes_of("whole")
        assert sorted(path.name for path in (self.home / output).iterdir()) == NAMES
        assert self.ask(output, "verify")["faults"] == []


@pytest.fixture(scope="module")
def backfills(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backfills]:
    home = tmp_path_factory.mktemp("kills")
    for day in range(1, 6):
        text = PROFILE.format(title=f"P{day}", slug=f"p{day}")
        files = {f"p{day}.md": text, "p1.md": PROFILE.format(title="P1", slug="p1") + f"\nNachtrag {day}.\n"}
        commit(home / "catalogue", files, f"2026-02-{day:02}T09:00:00Z")
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "zygote.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(TMPDIR=str(tmp_path_factory.mktemp("left"))),
    )
    with process:
        found = Backfills(process, home / "catalogue", home)
        done = found.ask("whole")
        assert len(done["releases"]) == NIGHTS, done
        found.changes = done["changes"]
        yield found
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.parametrize("night", range(NIGHTS))
def test_killed_in_any_of_its_nights_it_comes_to_the_same(backfills: Backfills, night: int) -> None:
    output = f"night{night}"
    # Other stages of the build for other nights.
    change = backfills.changes * (2 * night + 1) // (2 * NIGHTS)
    assert backfills.ask(output, change=change)["status"] == -signal.SIGKILL
    backfills.comes_to_the_same(output)


def test_killed_again_and_again_it_comes_to_the_same(backfills: Backfills) -> None:
    """Each attempt continues from the point where the one before it was killed."""
    kills = 0
    while backfills.ask("again", change=backfills.changes * 2 // 5)["status"] == -signal.SIGKILL:
        kills += 1
        assert kills < 2 * NIGHTS, "the backfill makes no progress"
    assert kills >= 2
    backfills.comes_to_the_same("again")
