"""A night that fails a gate or has a later release in its way ends the backfill; the message says how to continue."""

from __future__ import annotations

import datetime as dt
import json
import os
import pickle
import shlex
from pathlib import Path

import pytest

from steckbrief.load.errors import GateError
from steckbrief.pipeline.backfill.builder import BackfillRequest, backfill
from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.run import build
from steckbrief.pipeline.settings.load import load_settings
from tests.command import steckbrief
from tests.pipeline.backfill.test_builder import profile, releases_of, run_nights
from tests.repositories import commit, git

pytestmark = pytest.mark.slow


@pytest.fixture
def gated(tmp_path: Path) -> Path:
    """A folder with a repository that loses most of its profiles on the 3rd and gains one on the 5th."""
    home = tmp_path / "catalogue"
    names = [f"p{number}" for number in range(8)]
    commit(home, {f"{name}.md": profile(name) for name in names}, "2026-02-02T09:00:00Z")
    commit(home, {f"{name}.md": None for name in names[3:]}, "2026-02-03T09:00:00Z")
    commit(home, {"neu.md": profile("neu")}, "2026-02-05T09:00:00Z")
    return tmp_path


def test_the_command_in_the_message_about_a_failed_gate_continues_the_backfill(gated: Path) -> None:
    words = ["backfill", "catalogue", "--since", "2026-02-01", "--until", "2026-02-06", "--output", "my out"]
    done = steckbrief(*words, cwd=gated, expect=3)
    failing = git(gated / "catalogue", "rev-parse", "HEAD~1")
    assert "profiles-lost: 5 of 8 profiles" in done.stderr
    assert f"This was the night of 2026-02-03, commit {failing}." in done.stderr
    assert "steckbrief build" not in done.stderr
    (candidate,) = (gated / "my out/rejected").iterdir()
    command = next(line for line in done.stderr.splitlines() if "publish it with" in line)
    command = command.partition("publish it with ")[2].partition("; release.json")[0]
    assert shlex.split(command)[-3:] == ["--until", "2026-02-03", "--force"]
    steckbrief(*shlex.split(command)[1:], cwd=gated)
    done = steckbrief(*words, cwd=gated)
    assert [release.name for release in releases_of(gated / "my out")] == [
        "20260202T235959Z",
        "20260203T235959Z-2",
        "20260205T235959Z",
    ]
    manifests = [json.loads((release / "release.json").read_text()) for release in releases_of(gated / "my out")]
    assert [manifest["forced"] for manifest in manifests] == [False, True, False]
    assert candidate.is_dir()


def test_an_error_about_a_gate_can_be_pickled_with_its_command() -> None:
    error = GateError(("profiles-lost: all",), Path("rejected/x"), "steckbrief backfill x --force")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert str(copy) == str(error)
    assert "publish it with steckbrief backfill x --force" in str(copy)
    assert "publish it with steckbrief build --force" in str(GateError((), Path("rejected/x")))


def test_force_ignores_gates_but_publishes_only_changes(gated: Path) -> None:
    commit(gated / "catalogue", {"readme.txt": "n"}, "2026-02-07T09:00:00Z")
    outcomes = run_nights(gated / "catalogue", gated / "output", (1, 8), force=True)
    assert outcomes[-2:] == ["nothing changed", "no new commit"]
    manifests = [json.loads((release / "release.json").read_text()) for release in releases_of(gated / "output")]
    assert [manifest["forced"] for manifest in manifests] == [False, True, False]


def test_a_later_candidate_is_in_the_way_of_a_night(gated: Path) -> None:
    with pytest.raises(GateError):
        run_nights(gated / "catalogue", gated / "output", (1, 28))
    (gated / "output/rejected/20260203T235959Z").rename(gated / "output/rejected/20260301T000000Z")
    with pytest.raises(UsageError, match="has 20260301T000000Z, a candidate later than the night of 2026-02-03"):
        run_nights(gated / "catalogue", gated / "output", (1, 28))


def test_a_later_release_is_in_the_way_of_a_night_even_if_it_was_withdrawn(gated: Path) -> None:
    output = gated / "output"
    run_nights(gated / "catalogue", output, (1, 8), force=True)
    first, *later = releases_of(output)
    (output / "latest").unlink()
    (output / "latest").symlink_to(f"releases/{first.name}")
    with pytest.raises(
        UsageError, match=f"has {later[-1].name}, a release later than the night of 2026-02-03"
    ) as caught:
        run_nights(gated / "catalogue", output, (1, 8), force=True)
    assert any("night of 2026-02-03" in note for note in caught.value.__notes__)
    assert (output / "latest").resolve() == first
    assert releases_of(output) == [first, *later]
    for release in later:
        release.rename(gated / release.name)
    run_nights(gated / "catalogue", output, (1, 8), force=True)
    assert [release.name for release in releases_of(output)] == [first.name, *(release.name for release in later)]


def test_a_nightly_build_between_two_nights_ends_the_backfill(gated: Path) -> None:
    output = gated / "output"
    settings = load_settings(gated / "catalogue", None, {"output": output, "workers": 1})
    days = tuple(dt.datetime(2026, 2, day, 23, 59, 59, tzinfo=dt.UTC) for day in (2, 3))
    request = BackfillRequest(gated / "catalogue", (), "HEAD", days, ("steckbrief", "backfill"))
    nights = backfill(request, settings)
    assert next(nights).release == "20260202T235959Z"
    later = dt.datetime(2026, 11, 1, 4, 15, tzinfo=dt.UTC)
    nightly = build(BuildRequest(gated / "catalogue", settings, at=later, past_gates=True))
    with pytest.raises(UsageError, match=f"has {nightly.release}, a release later than the night of 2026-02-03"):
        next(nights)
    assert (output / "latest").resolve().name == nightly.release


def test_a_folder_whose_name_is_not_utf_8_is_refused_at_once(gated: Path) -> None:
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
