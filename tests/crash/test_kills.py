"""A build killed anywhere leaves a whole release, old or new, and the next build publishes as usual."""

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

from steckbrief.pipeline import stages
from tests.command import ROOT, environment, profiles, write_source

pytestmark = pytest.mark.slow

NAMES = [".lock", "history", "latest", "releases"]


@dataclass
class Nights:
    """An output folder whose builds are killed again and again.

    A release made after a kill is verified once later, with all others, before it is pruned.
    """

    process: subprocess.Popen[str]
    source: Path
    output: Path
    edits: int = 0

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
        """Kill a build, then check that the folder keeps its promises; gives whether the build was killed."""
        self.edit()
        before = (self.output / "latest").readlink()
        done = self.ask("build", **kill)
        killed = bool(done["status"] == -signal.SIGKILL)
        assert killed or done["status"] == 0, done
        moved = (self.output / "latest").readlink() != before
        assert self.ask("verify")["faults"] == []
        again = self.ask("build")
        assert again["status"] == 0, again
        # If the killed build got as far as publishing, nothing is left to publish.
        assert again["published"] is not (moved or not killed), (kill, done, again)
        assert sorted(path.name for path in self.output.iterdir()) == NAMES
        assert (self.output / "latest").readlink().name == again["release"]
        if self.edits % 10 == 0:
            self.verify_all()
            self.ask("prune", keep=3)
        return killed

    def verify_all(self) -> None:
        assert self.ask("verify", all=True)["faults"] == []


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


STAGES = [stage.name for stage in stages.STAGES]


@pytest.mark.parametrize("kill", [{"before": stage} for stage in STAGES] + [{"after": STAGES[-1]}], ids=str)
def test_killed_at_the_boundary_of_a_stage(nights: Nights, kill: dict[str, str]) -> None:
    assert nights.survive(**kill)
    nights.verify_all()


def test_killed_before_every_change_of_the_file_system(nights: Nights) -> None:
    nights.edit()
    changes = nights.ask("build")["changes"]
    assert changes > 40
    killed = [nights.survive(change=number) for number in range(1, changes + 1)]
    nights.verify_all()
    assert sum(killed) >= changes - 5  # a build that has less to tidy makes fewer changes


def test_a_removal_killed_at_every_change_leaves_whole_releases(nights: Nights) -> None:
    nights.ask("prune", keep=1)
    for number in range(1, 60):
        nights.edit()
        assert nights.ask("build")["published"]
        assert sorted(path.name for path in nights.output.iterdir()) == NAMES
        done = nights.ask("prune", keep=1, change=number)
        nights.verify_all()
        if done["status"] == 0:
            break
    else:
        raise AssertionError("the removal never came to its end")
