"""If the clock was set forward once, the nights continue, and every night warns."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from steckbrief.load.releases.published import AHEAD
from steckbrief.pipeline import run
from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.settings.load import Settings, load_settings
from steckbrief.summary import as_text
from tests.command import profiles, write_source

TODAY = dt.datetime(2026, 11, 22, 4, 15, tzinfo=dt.UTC)
LATER = TODAY + dt.timedelta(days=400)
WARNING = "Warning: The release 20271227T041500Z lies in the future"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(write_source(tmp_path / "raw", profiles(2)), None, {"output": tmp_path / "output"})


def night(home: Path, settings: Settings, at: dt.datetime, *, force: bool = False) -> str:
    return as_text(run.build(BuildRequest(home / "raw", settings, at=at, force=force)), 0)


def test_after_a_night_in_the_future_every_night_warns_and_builds(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    assert "Warning" not in night(tmp_path, settings, LATER)
    assert caplog.text == ""
    assert WARNING in night(tmp_path, settings, TODAY), "a night without changes warns too"
    assert "20271227T041500Z lies in the future" in caplog.text
    assert WARNING in night(tmp_path, settings, TODAY, force=True)
    assert (tmp_path / "output/latest").readlink().name == "20271227T041500Z-2"
    assert "The release 20271227T041500Z-2 lies in the future" in night(
        tmp_path, settings, TODAY + dt.timedelta(days=1)
    )
    assert "Warning" not in night(tmp_path, settings, LATER)


def test_clocks_that_differ_a_little_cause_no_warning(tmp_path: Path, settings: Settings) -> None:
    night(tmp_path, settings, TODAY + AHEAD)
    assert "Warning" not in night(tmp_path, settings, TODAY)
    assert "Warning" in night(tmp_path, settings, TODAY - dt.timedelta(seconds=1))


def test_candidates_from_the_future_cause_no_warning_because_ids_do_not_depend_on_them(
    tmp_path: Path, settings: Settings
) -> None:
    night(tmp_path, settings, TODAY)
    (tmp_path / "output/rejected/20271227T041500Z").mkdir(parents=True)
    assert WARNING not in night(tmp_path, settings, TODAY + dt.timedelta(days=1))
