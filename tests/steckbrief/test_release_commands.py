"""The commands diff, releases, verify and prune."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import PROFILE, environment, steckbrief, write_source
from tests.repositories import commit


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two releases; in the second, an answer is edited, a feature moved and a profile renamed."""
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


def test_diff_reports_edits_but_not_moves(two: Path) -> None:
    report = json.loads(steckbrief("diff", "--format", "json", cwd=two).stdout)
    krita_changes = [
        (change["table"], change["column"]) for change in report["changes"] if change["profile_id"] == "de/krita"
    ]
    assert krita_changes == [("faqs", "answer"), ("faqs", "answer_markdown"), ("profiles", "source_sha256")]
    (moved,) = [change for change in report["changes"] if change["profile_id"] == "de/gimp"]
    assert (moved["column"], moved["before"], moved["after"]) == (
        "source_path",
        "tools/gimp.md",
        "tools/gnu-image.md",
    )
    assert report["counts"]["profiles"] == {"added": 1, "removed": 1, "changed": 2}
    assert report["counts"]["faqs"] == {"added": 1, "removed": 1, "changed": 1}


def test_diff_writes_a_summary_and_a_table_in_both_directions(two: Path) -> None:
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


def test_releases_lists_all_releases_newest_first_even_damaged_ones(two: Path) -> None:
    report = json.loads(steckbrief("releases", "--json", cwd=two).stdout)
    assert [release["release"] for release in report] == sorted(
        (release["release"] for release in report), reverse=True
    )
    assert [release["profiles"] for release in report] == [3, 3]
    assert report[0]["held"] == "latest points at it"
    files = [path for path in (two / "output/latest/").rglob("*") if path.is_file() and path.name != "release.json"]
    assert report[0]["bytes"] == sum(path.stat().st_size for path in files)
    (two / "output/releases/20200101T000000Z").mkdir()
    lines = steckbrief("releases", cwd=two).stdout.splitlines()
    (two / "output/releases/20200101T000000Z").rmdir()
    assert lines[-1].startswith("20200101T000000Z  damaged: ")
    assert len(lines) == 3


def test_verify_reports_success_or_every_fault(two: Path) -> None:
    assert "2 releases undamaged" in steckbrief("verify", "--all", cwd=two).stdout
    file = two / "output/latest/cons.csv"
    content = file.read_bytes()
    file.write_bytes(b"x")
    done = steckbrief("verify", cwd=two, expect=1)
    assert "cons.csv: 1 bytes" in done.stdout
    assert "1 fault in 1 release" in done.stderr
    file.write_bytes(content)
    assert json.loads(steckbrief("verify", "--json", cwd=two).stdout)["faults"] == []


def test_a_release_of_uncommitted_files_is_listed_as_dirty(tmp_path: Path) -> None:
    head = commit(tmp_path / "raw", {"krita.md": PROFILE.format(title="Krita", slug="krita")}, "2026-02-01T09:00:00Z")
    write_source(tmp_path / "raw", {"vlc.md": PROFILE.format(title="VLC", slug="vlc")})
    steckbrief("build", "--direct", cwd=tmp_path)
    assert f"  {head[:12]}-dirty  " in steckbrief("releases", cwd=tmp_path).stdout


@pytest.mark.parametrize("name", ["../latest", "20200101T000000Z", "/", ""])
def test_a_missing_release_is_an_error_that_names_the_existing_ones(two: Path, name: str) -> None:
    done = steckbrief("verify", name, cwd=two, expect=1)
    assert "no release" in done.stderr
    assert (two / "output/latest").readlink().name in done.stderr


def test_the_output_folder_comes_from_the_settings(two: Path, tmp_path: Path) -> None:
    (tmp_path / "steckbrief.toml").write_text(f'output = "{two / "output"}"\n', encoding="utf-8")
    assert "undamaged" in steckbrief("verify", cwd=tmp_path).stdout
    env = environment(STECKBRIEF_OUTPUT=str(two / "output"))
    assert "undamaged" in steckbrief("verify", cwd=two.parent, env=env).stdout


def test_prune_reports_removed_and_kept_releases(two: Path) -> None:
    text = steckbrief("prune", "--keep", "1", "--dry-run", cwd=two).stdout
    assert "latest points at it" in text
    assert "1 release would be removed" in text
    report = json.loads(steckbrief("prune", "--keep", "2", "--json", cwd=two).stdout)
    assert report["removed"] == []
