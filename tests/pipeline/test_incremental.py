"""Incremental builds write the same bytes as full builds: tables, changes and history."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from steckbrief.load.errors import ReleaseError
from steckbrief.load.formats.parquet import read_parquet, write_parquet
from steckbrief.pipeline import run
from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.settings.load import load_settings
from tests.command import PROFILE, profiles, steckbrief, table_files, write_source
from tests.nights import nights

NOON = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
SOUND = {"tools/scribus.md": PROFILE.format(title="Scribus", slug="scribus")}
"""A profile in every night, because a source without profiles builds nothing."""


def put(source: Path, files: dict[str, str]) -> None:
    shutil.rmtree(source, ignore_errors=True)
    write_source(source, files)


def everything(release: Path) -> dict[str, bytes]:
    history = {f"history/{path.name}": path.read_bytes() for path in (release / "history").iterdir()}
    return table_files(release) | history


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nights(most=5))
def test_incremental_builds_write_the_bytes_of_full_builds(
    tmp_path_factory: pytest.TempPathFactory, made_up_nights: list[dict[str, str]]
) -> None:
    home = tmp_path_factory.mktemp("nights")
    source = write_source(home / "raw", {"krita.md": "# Krita\n"})
    settings_by_mode = {
        full: load_settings(source, None, {"output": home / f"full-{full}", "workers": 1}) for full in (False, True)
    }
    for number, files in enumerate(made_up_nights):
        put(source, files | SOUND)
        summaries = {
            full: run.build(
                BuildRequest(source, build_settings, at=NOON + dt.timedelta(days=number), full=full, force=True)
            )
            for full, build_settings in settings_by_mode.items()
        }
        assert everything(Path(summaries[False].path)) == everything(Path(summaries[True].path))
        assert summaries[True].reused == 0


def test_a_build_without_changes_publishes_nothing_and_says_so(tmp_path: Path) -> None:
    write_source(tmp_path / "raw", profiles(3))
    steckbrief("build", "--direct", cwd=tmp_path)
    previous = (tmp_path / "output/latest").readlink()
    done = steckbrief("build", "--direct", cwd=tmp_path)
    assert f"Nothing changed since release {previous.name}" in done.stdout
    assert (tmp_path / "output/latest").readlink() == previous
    summary = json.loads(steckbrief("build", "--direct", "--json", cwd=tmp_path).stdout)
    assert (summary["published"], summary["release"], summary["reused"]) == (False, previous.name, 3)
    assert sorted(path.name for path in (tmp_path / "output").iterdir()) == [".lock", "history", "latest", "releases"]
    steckbrief("build", "--direct", "--force", cwd=tmp_path)
    assert (tmp_path / "output/latest").readlink() != previous


@pytest.mark.parametrize(
    ("change", "reused"),
    [
        ({"default_locale": '"fr"'}, 0),
        ({"severities": '{ faq-unanswered = "off" }'}, 0),
        ({"csv_neutralise_formulas": "false"}, 0),
        ({"limits": "{ nesting = 50 }"}, 0),
        ({"gates": "{ rows_lost = 0.5 }"}, None),
        ({"workers": "2"}, None),
    ],
)
def test_only_settings_that_affect_rows_make_every_file_be_read_again(
    tmp_path: Path, change: dict[str, str], reused: int | None
) -> None:
    write_source(tmp_path / "raw", profiles(3))
    steckbrief("build", "--direct", cwd=tmp_path)
    change = {"gates": "{ profiles_lost = 1 }"} | change  # another locale changes every profile_id
    text = "".join(f"{name} = {value}\n" for name, value in change.items())
    config = tmp_path / "nightly.toml"
    config.write_text(text, encoding="utf-8")
    summary = json.loads(steckbrief("build", "--direct", "--json", "--config", config, cwd=tmp_path).stdout)
    assert summary["published"] is (reused is not None)
    assert summary["reused"] == (3 if reused is None else reused)


def test_other_code_for_writing_publishes_the_same_rows_again(tmp_path: Path) -> None:
    write_source(tmp_path / "raw", profiles(3))
    steckbrief("build", "--direct", cwd=tmp_path)
    manifest = tmp_path / "output/latest/release.json"
    values = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(values | {"writer": "another"}), encoding="utf-8")
    summary = json.loads(steckbrief("build", "--direct", "--json", cwd=tmp_path).stdout)
    assert (summary["published"], summary["reused"]) == (True, 3)


def test_a_source_whose_profiles_have_no_section_can_grow(tmp_path: Path) -> None:
    source = write_source(tmp_path / "raw", {"en/x.md": "---\ntitle: X\n---\n"})
    steckbrief("build", "--direct", cwd=tmp_path)
    assert read_parquet(tmp_path / "output/latest", "sections").num_rows == 0
    write_source(source, {"en/y.md": "---\ntitle: Y\n---\n"})
    steckbrief("build", "--direct", cwd=tmp_path)
    write_source(source, profiles(1))
    summary = json.loads(steckbrief("build", "--direct", "--json", cwd=tmp_path).stdout)
    assert (summary["published"], summary["profiles"], summary["reused"]) == (True, 3, 2)
    steckbrief("verify", cwd=tmp_path)


def test_a_date_that_comes_due_is_a_change_although_no_file_changed(tmp_path: Path) -> None:
    text = PROFILE.format(title="Krita", slug="krita").replace("---\n", "---\nupdated_at: 2026-03-03\n", 1)
    source = write_source(tmp_path / "raw", {"krita.md": text})
    build_settings = load_settings(source, None, {"output": tmp_path / "output"})
    published = [
        run.build(BuildRequest(source, build_settings, at=NOON + dt.timedelta(days=day))).published for day in range(4)
    ]
    assert published == [True, False, True, False]


def test_an_unusable_name_gives_one_diagnostic_even_if_another_file_has_its_escaped_name(tmp_path: Path) -> None:
    source = write_source(tmp_path / "raw", profiles(2))
    write_source(source, {"x\x01.md": "# X\n", "x\\x01.md": PROFILE.format(title="X", slug="x")})
    for night in range(3):
        (source / "tools/p0000.md").write_text(profiles(1)["tools/p0000.md"] + f"\n{night}\n", encoding="utf-8")
        steckbrief("build", "--direct", cwd=tmp_path)
        reported = read_parquet(tmp_path / "output/latest", "diagnostics")["rule"].to_pylist()
        assert reported.count("file-name-unusable") == 1


def test_releases_inside_the_source_are_not_profiles(tmp_path: Path) -> None:
    write_source(tmp_path, profiles(2))
    for published in (True, False):
        summary = json.loads(steckbrief("build", ".", "--direct", "--json", cwd=tmp_path).stdout)
        assert (summary["profiles"], summary["files"], summary["published"]) == (2, 2, published)
    done = steckbrief("build", ".", "--direct", "--output", ".", cwd=tmp_path, expect=2)
    assert "cannot also be the folder for the releases" in done.stderr


def test_rows_that_changed_after_publication_are_not_reused(tmp_path: Path) -> None:
    write_source(tmp_path / "raw", profiles(3))
    steckbrief("build", "--direct", cwd=tmp_path)
    release = tmp_path / "output/latest"
    write_parquet(read_parquet(release, "features").slice(1), release, "features")
    write_source(tmp_path / "raw", profiles(4))
    done = steckbrief("build", "--direct", cwd=tmp_path, expect=1)
    assert "the table features of this release cannot be used: it has the SHA-256" in done.stderr
    assert "Restore the folder from a backup" in done.stderr


def test_a_damaged_last_release_fails_the_build_and_the_error_says_what_to_do(tmp_path: Path) -> None:
    write_source(tmp_path / "raw", profiles(3))
    steckbrief("build", "--direct", cwd=tmp_path)
    (tmp_path / "output/latest/profiles.parquet").write_bytes(b"half")
    write_source(tmp_path / "raw", profiles(4))
    done = steckbrief("build", "--direct", cwd=tmp_path, expect=1)
    assert "the table profiles of this release cannot be used" in done.stderr
    assert "ln -sfn" in done.stderr
    with pytest.raises(ReleaseError):
        run.build(
            BuildRequest(tmp_path / "raw", load_settings(tmp_path / "raw", None, {"output": tmp_path / "output"}))
        )
