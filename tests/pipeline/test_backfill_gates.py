"""A night of the past that fails a gate, or has no room any more, ends the backfill; the message says how to go on."""

from __future__ import annotations

import datetime as dt
import json
import os
import pickle
import shlex
from pathlib import Path

import pytest

from steckbrief.load.errors import GateError
from steckbrief.pipeline.backfill import Wanted, backfill
from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.run import build
from steckbrief.pipeline.settings import load_settings
from tests.command import steckbrief
from tests.pipeline.test_backfill import profile, releases_of, run_nights
from tests.repositories import commit, git

pytestmark = pytest.mark.slow


@pytest.fixture
def gated(tmp_path: Path) -> Path:
    """A folder with a repository that loses most of its profiles on the 3rd, and gains one on the 5th."""
    home = tmp_path / "catalogue"
    names = [f"p{number}" for number in range(8)]
    commit(home, {f"{name}.md": profile(name) for name in names}, "2026-02-02T09:00:00Z")
    commit(home, {f"{name}.md": None for name in names[3:]}, "2026-02-03T09:00:00Z")
    commit(home, {"neu.md": profile("neu")}, "2026-02-05T09:00:00Z")
    return tmp_path


def test_a_night_that_fails_a_gate_says_how_to_go_on_and_that_works(gated: Path) -> None:
    words = ["backfill", "catalogue", "--since", "2026-02-01", "--until", "2026-02-06", "--output", "my out"]
    done = steckbrief(*words, cwd=gated, expect=3)
    failing = git(gated / "catalogue", "rev-parse", "HEAD~1")
    assert "profiles-lost: 5 of 8 profiles" in done.stderr
    assert f"This was the night of 2026-02-03, commit {failing}." in done.stderr
    assert "steckbrief build" not in done.stderr
    (candidate,) = (gated / "my out/rejected").iterdir()
    command = next(line for line in done.stderr.splitlines() if "publish it with" in line)
    command = command.partition("publish it with ")[2].partition(", which")[0]
    assert shlex.split(command)[-3:] == ["--until", "2026-02-03", "--force"]
    steckbrief(*shlex.split(command)[1:], cwd=gated)
    done = steckbrief(*words, cwd=gated)
    assert [each.name for each in releases_of(gated / "my out")] == [
        "20260202T235959Z",
        "20260203T235959Z-2",
        "20260205T235959Z",
    ]
    told = [json.loads((each / "release.json").read_text()) for each in releases_of(gated / "my out")]
    assert [each["forced"] for each in told] == [False, True, False]
    assert candidate.is_dir()


def test_a_failed_gate_keeps_its_command_between_processes() -> None:
    error = GateError(("profiles-lost: all",), Path("rejected/x"), "steckbrief backfill x --force")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert str(copy) == str(error)
    assert "publish it with steckbrief backfill x --force" in str(copy)
    assert "publish it with steckbrief build --force" in str(GateError((), Path("rejected/x")))


def test_force_passes_gates_and_publishes_no_night_without_a_change(gated: Path) -> None:
    commit(gated / "catalogue", {"readme.txt": "n"}, "2026-02-07T09:00:00Z")
    told = run_nights(gated / "catalogue", gated / "output", (1, 8), force=True)
    assert told[-2:] == ["nothing changed", "no new commit"]
    manifests = [json.loads((each / "release.json").read_text()) for each in releases_of(gated / "output")]
    assert [each["forced"] for each in manifests] == [False, True, False]


def test_a_candidate_from_after_the_night_is_in_the_way_and_told(gated: Path) -> None:
    with pytest.raises(GateError):
        run_nights(gated / "catalogue", gated / "output", (1, 28))
    (gated / "output/rejected/20260203T235959Z").rename(gated / "output/rejected/20260301T000000Z")
    with pytest.raises(UsageError, match="holds 20260301T000000Z, a candidate from after the night of 2026-02-03"):
        run_nights(gated / "catalogue", gated / "output", (1, 28))


def test_a_release_from_after_the_night_that_was_withdrawn_is_in_the_way_and_told(gated: Path) -> None:
    output = gated / "output"
    run_nights(gated / "catalogue", output, (1, 8), force=True)
    first, *later = releases_of(output)
    (output / "latest").unlink()
    (output / "latest").symlink_to(f"releases/{first.name}")
    with pytest.raises(
        UsageError, match=f"holds {later[-1].name}, a release from after the night of 2026-02-03"
    ) as told:
        run_nights(gated / "catalogue", output, (1, 8), force=True)
    assert any("night of 2026-02-03" in note for note in told.value.__notes__)
    assert (output / "latest").resolve() == first
    assert releases_of(output) == [first, *later]
    for each in later:
        each.rename(gated / each.name)
    run_nights(gated / "catalogue", output, (1, 8), force=True)
    assert [each.name for each in releases_of(output)] == [first.name, *(each.name for each in later)]


def test_a_release_that_a_nightly_build_publishes_in_between_ends_the_backfill(gated: Path) -> None:
    output = gated / "output"
    settings = load_settings(gated / "catalogue", None, {"output": output, "workers": 1})
    days = tuple(dt.datetime(2026, 2, day, 23, 59, 59, tzinfo=dt.UTC) for day in (2, 3))
    nights = backfill(Wanted(gated / "catalogue", (), "HEAD", days, ("steckbrief", "backfill")), settings)
    assert next(nights).release == "20260202T235959Z"
    later = dt.datetime(2026, 11, 1, 4, 15, tzinfo=dt.UTC)
    nightly = build(BuildRequest(gated / "catalogue", settings, at=later, past_gates=True))
    with pytest.raises(UsageError, match=f"holds {nightly.release}, a release from after the night of 2026-02-03"):
        next(nights)
    assert (output / "latest").resolve().name == nightly.release


def test_a_folder_whose_name_is_not_utf_8_is_refused_before_anything_begins(gated: Path) -> None:
    words = [
        "backfill",
        "catalogue",
        "--since",
        "2026-02-01",
        "--until",
        "2026-02-06",
        "--path",
        os.fsdecode(b"b\xfcro"),
    ]
    done = steckbrief(*words, cwd=gated, expect=2)
    assert "the name of this folder is not UTF-8" in done.stderr
    assert not (gated / "output").exists()
