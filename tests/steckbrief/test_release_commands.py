"""diff, releases, verify and prune as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import PROFILE, environment, steckbrief, write_source
from tests.repositories import commit


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two releases in output/: the second has another answer, one feature moved, one profile renamed."""
    home = tmp_path_factory.mktemp("releases")
    krita = PROFILE.format(title="Krita", slug="krita")
    gimp = PROFILE.format(title="GIMP", slug="gimp")
    write_source(
        home / "raw", {"krita.md": krita, "tools/gimp.md": gimp, "alt.md": PROFILE.format(title="Alt", slug="alt")}
    )
    steckbrief("build", "--direct", cwd=home)
    one, other = "- **Erstens:** tut etwas", "- **Zweitens:** tut mehr"
    moved = krita.replace(f"{one}\n{other}", f"{other}\n{one}")
    write_source(home / "raw", {"krita.md": moved.replace("Ein Programm.", "Ein Malprogramm.")})
    (home / "raw/tools/gimp.md").rename(home / "raw/tools/gnu-image.md")
    (home / "raw/alt.md").rename(home / "raw/neu.md")
    write_source(home / "raw", {"neu.md": PROFILE.format(title="Neu", slug="neu")})
    steckbrief("build", "--direct", cwd=home)
    return home


def test_diff_tells_edits_and_no_moves(two: Path) -> None:
    told = json.loads(steckbrief("diff", "--format", "json", cwd=two).stdout)
    of_krita = [(each["table"], each["column"]) for each in told["changes"] if each["profile_id"] == "de/krita"]
    assert of_krita == [("faqs", "answer"), ("faqs", "answer_markdown"), ("profiles", "source_sha256")]
    (moved,) = [each for each in told["changes"] if each["profile_id"] == "de/gimp"]
    assert (moved["column"], moved["before"], moved["after"]) == (
        "source_path",
        "tools/gimp.md",
        "tools/gnu-image.md",
    )
    assert told["counts"]["profiles"] == {"added": 1, "removed": 1, "changed": 2}
    assert told["counts"]["faqs"] == {"added": 1, "removed": 1, "changed": 1}


def test_diff_is_a_summary_and_a_table_too_and_goes_both_ways(two: Path) -> None:
    text = steckbrief("diff", cwd=two).stdout
    assert "Profiles added\n  de/neu  Neu" in text
    assert "source_path: tools/gimp.md -> tools/gnu-image.md" in text
    assert "de/krita: 1 faqs changed" in text
    backwards = steckbrief("diff", "latest", "previous", cwd=two).stdout
    assert "Profiles removed\n  de/neu  Neu" in backwards
    lines = steckbrief("diff", "--format", "table", cwd=two).stdout.splitlines()
    assert lines[0].split("\t") == ["table", "row_key", "column", "change", "profile_id", "before", "after"]
    assert all(len(line.split("\t")) == 7 for line in lines)
    assert "Nothing changed." in steckbrief("diff", "latest", "latest", cwd=two).stdout


def test_releases_are_listed_newest_first_and_damaged_ones_too(two: Path) -> None:
    told = json.loads(steckbrief("releases", "--json", cwd=two).stdout)
    assert [each["release"] for each in told] == sorted((each["release"] for each in told), reverse=True)
    assert [each["profiles"] for each in told] == [3, 3]
    assert told[0]["held"] == "latest leads to it"
    found = [path for path in (two / "output/latest/").rglob("*") if path.is_file() and path.name != "release.json"]
    files = sum(path.stat().st_size for path in found)
    assert told[0]["bytes"] == files
    (two / "output/releases/20200101T000000Z").mkdir()
    lines = steckbrief("releases", cwd=two).stdout.splitlines()
    (two / "output/releases/20200101T000000Z").rmdir()
    assert lines[-1].startswith("20200101T000000Z  damaged: ")
    assert len(lines) == 3


def test_verify_says_that_all_is_well_or_names_every_fault(two: Path) -> None:
    assert "2 releases undamaged" in steckbrief("verify", "--all", cwd=two).stdout
    file = two / "output/latest/cons.csv"
    kept = file.read_bytes()
    file.write_bytes(b"x")
    done = steckbrief("verify", cwd=two, expect=1)
    assert "cons.csv: 1 bytes" in done.stdout
    assert "1 fault in 1 release" in done.stderr
    file.write_bytes(kept)
    assert json.loads(steckbrief("verify", "--json", cwd=two).stdout)["faults"] == []


def test_a_release_of_files_that_differ_from_their_commit_is_listed_as_dirty(tmp_path: Path) -> None:
    head = commit(tmp_path / "raw", {"krita.md": PROFILE.format(title="Krita", slug="krita")}, "2026-02-01T09:00:00Z")
    write_source(tmp_path / "raw", {"vlc.md": PROFILE.format(title="VLC", slug="vlc")})
    steckbrief("build", "--direct", cwd=tmp_path)
    assert f"  {head[:12]}-dirty  " in steckbrief("releases", cwd=tmp_path).stdout


@pytest.mark.parametrize("name", ["../latest", "20200101T000000Z", "/", ""])
def test_a_release_that_is_not_there_is_told_with_those_that_are(two: Path, name: str) -> None:
    done = steckbrief("verify", name, cwd=two, expect=1)
    assert "no release" in done.stderr
    assert (two / "output/latest").readlink().name in done.stderr


def test_the_folder_is_that_of_the_settings(two: Path, tmp_path: Path) -> None:
    (tmp_path / "steckbrief.toml").write_text(f'output = "{two / "output"}"\n', encoding="utf-8")
    assert "undamaged" in steckbrief("verify", cwd=tmp_path).stdout
    env = environment(STECKBRIEF_OUTPUT=str(two / "output"))
    assert "undamaged" in steckbrief("verify", cwd=two.parent, env=env).stdout


def test_prune_tells_what_goes_and_what_stays(two: Path) -> None:
    text = steckbrief("prune", "--keep", "1", "--dry-run", cwd=two).stdout
    assert "latest leads to it" in text
    assert "1 release would be removed" in text
    told = json.loads(steckbrief("prune", "--keep", "2", "--json", cwd=two).stdout)
    assert told["removed"] == []
