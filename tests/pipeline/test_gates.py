"""A failed gate ends the build with exit code 3 and keeps the candidate; --force publishes it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.command import environment, profiles, steckbrief, write_source


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a release of eight profiles, of which only three remain in the source."""
    write_source(tmp_path / "raw", profiles(8))
    steckbrief("build", "--direct", cwd=tmp_path)
    for path in sorted((tmp_path / "raw").rglob("*.md"))[3:]:
        path.unlink()
    return tmp_path


def test_a_release_that_loses_too_many_profiles_is_not_published(home: Path) -> None:
    previous = (home / "output/latest").readlink()
    done = steckbrief("build", "--direct", cwd=home, expect=3)
    assert f"profiles-lost: 5 of 8 profiles of release {previous.name} are missing, 62.5% (limit 10.0%)" in done.stderr
    assert "Fix the source" in done.stderr
    assert "--force" in done.stderr
    assert "Traceback" not in done.stderr
    assert (home / "output/latest").readlink() == previous
    (candidate,) = (home / "output/rejected").iterdir()
    assert str(candidate) in done.stderr
    manifest = json.loads((candidate / "release.json").read_text(encoding="utf-8"))
    assert manifest["tables"]["profiles"]["rows"] == 3
    failed = {gate["gate"]: gate for gate in manifest["gates"] if not gate["passed"]}
    assert (failed["profiles-lost"]["found"], failed["profiles-lost"]["limit"]) == (0.625, 0.1)
    assert sorted(path.name for path in (home / "output").iterdir()) == [
        ".lock",
        "history",
        "latest",
        "rejected",
        "releases",
    ]
    assert "1 release undamaged" in steckbrief("verify", "--all", cwd=home).stdout


def test_new_profiles_do_not_make_up_for_lost_ones(tmp_path: Path) -> None:
    write_source(tmp_path / "raw", profiles(8))
    steckbrief("build", "--direct", cwd=tmp_path)
    (tmp_path / "raw/tools").rename(tmp_path / "raw/en")
    done = steckbrief("build", "--direct", cwd=tmp_path, expect=3)
    assert "profiles-lost: 8 of 8 profiles" in done.stderr


def test_json_reports_a_failed_gate_and_any_other_failure(home: Path) -> None:
    report = json.loads(steckbrief("build", "--direct", "--json", cwd=home, expect=3).stdout)
    (candidate,) = (home / "output/rejected").iterdir()
    assert (report["published"], report["exit_code"], report["candidate"]) == (False, 3, str(candidate))
    assert report["failed_gates"][0].startswith("profiles-lost: 5 of 8 profiles")
    report = json.loads(steckbrief("build", "nowhere", "--direct", "--json", cwd=home, expect=2).stdout)
    assert (report["exit_code"], report["failed_gates"], report["candidate"]) == (2, [], None)
    assert "no such folder" in report["error"]


def test_diff_and_verify_accept_a_candidate(home: Path) -> None:
    steckbrief("build", "--direct", cwd=home, expect=3)
    (candidate,) = (home / "output/rejected").iterdir()
    counts = json.loads(steckbrief("diff", "latest", candidate.name, "--format", "json", cwd=home).stdout)["counts"]
    assert counts["profiles"]["removed"] == 5
    assert "1 release undamaged" in steckbrief("verify", candidate.name, cwd=home).stdout


def test_force_publishes_past_a_failed_gate_and_release_json_says_so(home: Path) -> None:
    done = steckbrief("build", "--direct", "--force", cwd=home)
    assert "Published by force although a gate failed: profiles-lost" in done.stdout
    manifest = json.loads((home / "output/latest/release.json").read_text(encoding="utf-8"))
    assert manifest["forced"] is True
    # Five of eight profiles are gone, and with them 25 of 40 rows of front matter; no other table had 20 rows.
    assert [gate["gate"] for gate in manifest["gates"] if not gate["passed"]] == [
        "profiles-lost",
        "rows-lost-front_matter",
    ]
    assert "forced" in steckbrief("releases", cwd=home).stdout.splitlines()[0]


def test_a_release_that_passes_every_gate_is_not_forced_even_with_force(home: Path) -> None:
    write_source(home / "raw", profiles(8))
    steckbrief("build", "--direct", "--force", cwd=home)
    manifest = json.loads((home / "output/latest/release.json").read_text(encoding="utf-8"))
    assert manifest["forced"] is False
    assert len(manifest["gates"]) > 10
    assert all(gate["passed"] for gate in manifest["gates"])
    assert "forced" not in steckbrief("releases", cwd=home).stdout


def test_a_corrected_source_publishes_under_a_new_id(home: Path) -> None:
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
    config = home / "nightly.toml"
    config.write_text('output = "output"\n[gates]\nprofiles_lost = 0.7\nrows_lost = 1\n', encoding="utf-8")
    steckbrief("build", "--direct", "--config", config, cwd=home)
    shutil.rmtree(home / "output")
    env = environment(STECKBRIEF_GATES__MINIMUM_PROFILES="4")
    done = steckbrief("build", "--direct", cwd=home, env=env, expect=3)
    assert "minimum-profiles: 3 profiles, at least 4 expected" in done.stderr
    build = ("build", "--direct", "--config", config)
    config.write_text("[gates]\nprofiles_lost = 7\n", encoding="utf-8")
    assert "gates.profiles_lost" in steckbrief(*build, cwd=home, expect=2).stderr
    config.write_text("[gates]\nprofile_lost = 0\n", encoding="utf-8")
    assert "Known settings: minimum_profiles" in steckbrief(*build, cwd=home, expect=2).stderr
