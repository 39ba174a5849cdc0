"""A failed gate stops the night: exit code 3, the figures, the candidate kept, latest as it was; --force goes on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.command import environment, profiles, steckbrief, write_source


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a first release of eight profiles, of which only three are left in the source."""
    write_source(tmp_path / "raw", profiles(8))
    steckbrief("build", "--direct", cwd=tmp_path)
    for path in sorted((tmp_path / "raw").rglob("*.md"))[3:]:
        path.unlink()
    return tmp_path


def test_too_many_profiles_lost_stop_the_night(home: Path) -> None:
    before = (home / "output/latest").readlink()
    done = steckbrief("build", "--direct", cwd=home, expect=3)
    assert f"profiles-lost: 5 of 8 profiles of release {before.name} are gone, 62.5% of at most 10.0%" in done.stderr
    assert "Mend the source" in done.stderr
    assert "--force" in done.stderr
    assert "Traceback" not in done.stderr
    assert (home / "output/latest").readlink() == before
    (candidate,) = (home / "output/rejected").iterdir()
    assert str(candidate) in done.stderr
    told = json.loads((candidate / "release.json").read_text(encoding="utf-8"))
    assert told["tables"]["profiles"]["rows"] == 3
    failed = {each["gate"]: each for each in told["gates"] if not each["passed"]}
    assert (failed["profiles-lost"]["found"], failed["profiles-lost"]["limit"]) == (0.625, 0.1)
    assert sorted(path.name for path in (home / "output").iterdir()) == [
        ".lock",
        "history",
        "latest",
        "rejected",
        "releases",
    ]
    assert "1 release undamaged" in steckbrief("verify", "--all", cwd=home).stdout


def test_profiles_of_other_names_do_not_make_up_for_those_that_are_gone(tmp_path: Path) -> None:
    write_source(tmp_path / "raw", profiles(8))
    steckbrief("build", "--direct", cwd=tmp_path)
    (tmp_path / "raw/tools").rename(tmp_path / "raw/en")
    done = steckbrief("build", "--direct", cwd=tmp_path, expect=3)
    assert "profiles-lost: 8 of 8 profiles" in done.stderr


def test_the_account_as_json_tells_of_a_failed_gate_and_of_any_other_failure(home: Path) -> None:
    told = json.loads(steckbrief("build", "--direct", "--json", cwd=home, expect=3).stdout)
    (candidate,) = (home / "output/rejected").iterdir()
    assert (told["published"], told["exit_code"], told["candidate"]) == (False, 3, str(candidate))
    assert told["failed_gates"][0].startswith("profiles-lost: 5 of 8 profiles")
    told = json.loads(steckbrief("build", "nowhere", "--direct", "--json", cwd=home, expect=2).stdout)
    assert (told["exit_code"], told["failed_gates"], told["candidate"]) == (2, [], None)
    assert "no such folder" in told["error"]


def test_a_candidate_is_looked_into_with_the_commands_for_releases(home: Path) -> None:
    steckbrief("build", "--direct", cwd=home, expect=3)
    (candidate,) = (home / "output/rejected").iterdir()
    counts = json.loads(steckbrief("diff", "latest", candidate.name, "--format", "json", cwd=home).stdout)["counts"]
    assert counts["profiles"]["removed"] == 5
    assert "1 release undamaged" in steckbrief("verify", candidate.name, cwd=home).stdout


def test_force_publishes_past_the_gate_and_release_json_tells(home: Path) -> None:
    done = steckbrief("build", "--direct", "--force", cwd=home)
    assert "Published by force although a gate failed: profiles-lost" in done.stdout
    told = json.loads((home / "output/latest/release.json").read_text(encoding="utf-8"))
    assert told["forced"] is True
    # Five of eight profiles are gone, and 25 of 40 rows of front matter; no other table had as many as 20.
    assert [each["gate"] for each in told["gates"] if not each["passed"]] == ["profiles-lost", "rows-lost-front_matter"]
    assert "forced" in steckbrief("releases", cwd=home).stdout.splitlines()[0]


def test_a_release_that_passes_every_gate_is_not_forced_whatever_was_asked(home: Path) -> None:
    write_source(home / "raw", profiles(8))
    steckbrief("build", "--direct", "--force", cwd=home)
    told = json.loads((home / "output/latest/release.json").read_text(encoding="utf-8"))
    assert told["forced"] is False
    assert len(told["gates"]) > 10
    assert all(each["passed"] for each in told["gates"])
    assert "forced" not in steckbrief("releases", cwd=home).stdout


def test_a_mended_source_publishes_under_a_new_id(home: Path) -> None:
    steckbrief("build", "--direct", cwd=home, expect=3)
    write_source(home / "raw", profiles(9))
    steckbrief("build", "--direct", cwd=home)
    latest = (home / "output/latest").readlink().name
    assert latest not in {path.name for path in (home / "output/rejected").iterdir()}


@pytest.mark.slow
def test_only_the_newest_candidates_are_kept(home: Path) -> None:
    for _ in range(7):
        steckbrief("build", "--direct", cwd=home, expect=3)
    assert len(list((home / "output/rejected").iterdir())) == 5


def test_limits_are_settings(home: Path) -> None:
    (home / "steckbrief.toml").write_text("[gates]\nprofiles_lost = 0.7\nrows_lost = 1\n", encoding="utf-8")
    steckbrief("build", "--direct", cwd=home)
    shutil.rmtree(home / "output")
    env = environment(STECKBRIEF_GATES__MINIMUM_PROFILES="4")
    done = steckbrief("build", "--direct", cwd=home, env=env, expect=3)
    assert "minimum-profiles: 3 profiles, at least 4 expected" in done.stderr
    (home / "steckbrief.toml").write_text("[gates]\nprofiles_lost = 7\n", encoding="utf-8")
    assert "gates.profiles_lost" in steckbrief("build", "--direct", cwd=home, expect=2).stderr
    (home / "steckbrief.toml").write_text("[gates]\nprofile_lost = 0\n", encoding="utf-8")
    assert "Known settings: minimum_profiles" in steckbrief("build", "--direct", cwd=home, expect=2).stderr
