"""A build that is killed anywhere leaves a whole release, old or new; the next build goes as if nothing had been."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from steckbrief.pipeline.stages import STAGES
from tests.command import ROOT, environment, profiles, write_source

pytestmark = pytest.mark.slow

NAMES = [".lock", "history", "latest", "releases"]
LEAST = 200
"""Kills that one run of these tests must survive, all kinds together."""


@dataclass
class Nights:
    """An output folder whose builds are killed again and again."""

    process: subprocess.Popen[str]
    source: Path
    output: Path
    edits: int = 0
    kills: int = 0

    def ask(self, do: str, **order: Any) -> dict[str, Any]:
        order |= {"do": do, "source": str(self.source), "output": str(self.output)}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def edit(self) -> None:
        """Make sure that the next build has something to publish."""
        self.edits += 1
        file = self.source / f"tools/p000{self.edits % 3}.md"
        file.write_text(file.read_text(encoding="utf-8") + f"\nNachtrag {self.edits}.\n", encoding="utf-8")

    def survive(self, **kill: Any) -> bool:
        """Kill a build as told; whether it was killed before it ended. Then hold the folder to its promises."""
        self.edit()
        before = (self.output / "latest").readlink()
        done = self.ask("build", **kill)
        killed = bool(done["status"] == -signal.SIGKILL)
        assert killed or done["status"] == 0, done
        self.kills += killed
        moved = (self.output / "latest").readlink() != before
        assert self.ask("verify")["faults"] == []
        again = self.ask("build")
        assert again["status"] == 0, again
        # Where the killed build had come through, nothing is left to publish.
        assert again["published"] is not (moved or not killed), (kill, done, again)
        assert sorted(path.name for path in self.output.iterdir()) == NAMES
        found = self.ask("verify")
        assert found["faults"] == []
        assert found["latest"] == again["release"]
        self.ask("prune", keep=3)
        return killed


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    home = tmp_path_factory.mktemp("kills")
    source = write_source(home / "raw", profiles(4))
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "zygote.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
    with process:
        found = Nights(process, source, home / "output")
        assert found.ask("build")["published"]
        yield found
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("stage", [stage.name for stage in STAGES])
def test_killed_at_the_boundary_of_a_stage(nights: Nights, stage: str, when: str) -> None:
    assert nights.survive(**{when: stage})


def test_killed_before_every_change_of_the_file_system(nights: Nights) -> None:
    nights.edit()
    changes = nights.ask("build")["changes"]
    assert changes > 40
    killed = [nights.survive(change=number) for number in range(1, changes + 1)]
    assert sum(killed) >= changes - 5  # tidying up needs fewer steps when there is less to tidy


def test_killed_at_random_moments_between_writing_and_the_end(nights: Nights) -> None:
    chance = random.Random(20261122)
    while nights.kills < LEAST or not any(nights.survive(delay=chance.uniform(0, 0.2)) for _ in range(10)):
        nights.survive(delay=chance.uniform(0, 0.2))
    assert nights.kills >= LEAST


def test_a_removal_killed_at_every_change_leaves_whole_releases(nights: Nights) -> None:
    for number in range(1, 60):
        nights.edit()
        nights.ask("build")
        done = nights.ask("prune", keep=1, change=number)
        assert nights.ask("verify", all=True)["faults"] == []
        nights.edit()
        assert nights.ask("build")["published"]
        assert sorted(path.name for path in nights.output.iterdir()) == NAMES
        if done["status"] == 0:
            break
    else:
        raise AssertionError("the removal never came to its end")
