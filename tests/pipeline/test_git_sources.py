"""A source in git is built from its working tree or from a commit, and its errors say what to do."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.run import build
from steckbrief.pipeline.settings.load import load_settings
from steckbrief.pipeline.summary import BuildSummary
from tests.command import PROFILE, steckbrief
from tests.repositories import commit, git

pytestmark = pytest.mark.slow


def profile(name: str, more: str = "") -> str:
    return PROFILE.format(title=name.title(), slug=name) + more


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A repository with two profiles, and a third outside content/."""
    home = tmp_path / "catalogue"
    files = {f"content/{name}.md": profile(name) for name in ("tools/krita", "tools/vlc")}
    commit(home, {path: text.replace("tools/", "") for path, text in files.items()}, "2026-02-01T09:00:00Z")
    commit(home, {"other/gimp.md": profile("gimp")}, "2026-02-02T09:00:00Z")
    return home


def configure(home: Path, text: str) -> None:
    """Write the operator's file, for builds that run in `home`."""
    (home / "steckbrief.toml").write_text(f"[git]\n{text}\n", encoding="utf-8")


def read_manifest(home: Path, output: str = "output") -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((home / output / "latest/release.json").read_text(encoding="utf-8"))
    return manifest


def paths(home: Path) -> list[str]:
    import pyarrow.parquet as pq

    source_paths: list[str] = pq.read_table(home / "output/latest/profiles.parquet")["source_path"].to_pylist()
    return sorted(source_paths)


def test_update_fetches_into_a_working_tree_and_builds_the_fetched_commit(remote: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(remote), "tree")
    configure(tmp_path, "update = true")
    newest = commit(remote, {"content/tools/krita.md": profile("krita", "\nNeu.\n")}, "2026-02-03T09:00:00Z")
    edited = tmp_path / "tree/content/tools/vlc.md"
    edited.write_text("halb fertig", encoding="utf-8")
    done = steckbrief("build", "tree", "--direct", cwd=tmp_path)
    assert f"update: tree fetched, commit {newest}" in done.stderr
    source = read_manifest(tmp_path)["source"]
    assert (source["root"], source["commit"], source["paths"]) == ("tree", newest, [])
    assert paths(tmp_path) == ["content/tools/krita.md", "content/tools/vlc.md", "other/gimp.md"]
    assert edited.read_text(encoding="utf-8") == "halb fertig"
    assert "Neu." not in (tmp_path / "tree/content/tools/krita.md").read_text(encoding="utf-8")
    # Without a fetch, the files of the working tree are read.
    configure(tmp_path, "update = false")
    steckbrief("build", "tree", "--direct", "--force", cwd=tmp_path)
    source = read_manifest(tmp_path)["source"]
    assert source["commit"] == f"{git(tmp_path / 'tree', 'rev-parse', 'HEAD')}-dirty"
    assert source["contents"] is None


def test_paths_are_relative_to_a_folder_inside_a_working_tree(remote: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(remote), "tree")
    configure(tmp_path, "update = true")
    steckbrief("build", tmp_path / "tree/content", "--direct", "--output", tmp_path / "output", cwd=tmp_path)
    assert paths(tmp_path) == ["tools/krita.md", "tools/vlc.md"]
    fetched = {name: (tmp_path / "output/latest" / name).read_bytes() for name in ("profiles.csv", "sections.parquet")}
    steckbrief("build", tmp_path / "tree/content", "--direct", "--force", cwd=tmp_path / "tree")
    assert fetched == {name: (tmp_path / "tree/output/latest" / name).read_bytes() for name in fetched}


def test_a_bare_repository_is_a_source(remote: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--mirror", str(remote), "mirror.git")
    configure(tmp_path, 'update = true\npaths = ["content"]')
    steckbrief("build", "mirror.git", "--direct", cwd=tmp_path)
    head = git(remote, "rev-parse", "HEAD")
    source = read_manifest(tmp_path)["source"]
    assert (source["root"], source["commit"], source["paths"]) == ("mirror.git", head, ["content"])
    assert read_manifest(tmp_path)["tables"]["profiles"]["rows"] == 2
    commit(remote, {"content/tools/krita.md": profile("krita", "\nAnders.\n")}, "2026-02-20T09:00:00Z")
    done = steckbrief("build", "mirror.git", "--direct", cwd=tmp_path)
    assert "plan: 1 file to read, 1 profile reused" in done.stderr


def test_a_commit_without_a_changed_profile_exports_nothing(remote: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--mirror", str(remote), "mirror.git")
    configure(tmp_path, 'update = true\nref = "HEAD"')
    build = ("build", "mirror.git", "--direct", "--json")
    first = json.loads(steckbrief(*build, cwd=tmp_path).stdout)
    commit(remote, {"readme.txt": "kein Profil"}, "2026-02-20T09:00:00Z")
    quiet = steckbrief(*build, cwd=tmp_path)
    assert "nothing changed: the last release was built from the same files" in quiet.stderr
    assert "discover:" not in quiet.stderr
    second = json.loads(quiet.stdout)
    assert (second["published"], second["reused"]) == (False, 3)
    differing = ("published", "reused", "seconds")
    assert {key: second[key] for key in second if key not in differing} == {
        key: first[key] for key in first if key not in differing
    }


@pytest.mark.parametrize(
    ("setting", "option", "reason"),
    [
        ('exclude = ["other/**"]\n[git]\nupdate = true', "--direct", "discover: 2 profile files"),
        ("[git]\nupdate = true\n[limits]\nfile_bytes = 100000", "--direct", "plan: 3 files to read"),
        ("[git]\nupdate = true", "--full", "plan: 3 files to read"),
        ("[git]\nupdate = true", "--force", "publish:"),
    ],
)
def test_the_same_commit_is_built_again_if_something_else_changed(
    remote: Path, tmp_path: Path, setting: str, option: str, reason: str
) -> None:
    git(tmp_path, "clone", "--quiet", "--mirror", str(remote), "mirror.git")
    configure(tmp_path, "update = true")
    steckbrief("build", "mirror.git", "--direct", cwd=tmp_path)
    (tmp_path / "steckbrief.toml").write_text(setting, encoding="utf-8")
    done = steckbrief("build", "mirror.git", *{"--direct", option}, cwd=tmp_path)
    assert reason in done.stderr


def test_a_date_that_comes_due_is_a_change_without_a_commit(remote: Path, tmp_path: Path) -> None:
    dated = "---\ntitle: Neu\nslug: neu\nupdated_at: 2026-03-10\n---\n# Neu\n"
    commit(remote, {"content/neu.md": dated}, "2026-02-20T09:00:00Z")
    git(tmp_path, "clone", "--quiet", "--mirror", str(remote), "mirror.git")
    source = tmp_path / "mirror.git"

    def build_on(day: int) -> BuildSummary:
        settings = load_settings(source, None, {"output": tmp_path / "output"})
        return build(BuildRequest(source, settings, at=dt.datetime(2026, 3, day, 4, 15, tzinfo=dt.UTC)))

    def in_future(release: BuildSummary) -> bool:
        return any(rule_count.rule == "date-in-future" for rule_count in release.diagnostics)

    first = build_on(8)
    assert in_future(first)
    assert not build_on(9).published
    last = build_on(10)
    assert last.published
    assert not in_future(last)


def test_if_the_remote_is_gone_the_build_fails_and_the_last_release_stays(remote: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--mirror", str(remote), "mirror.git")
    configure(tmp_path, "update = true")
    steckbrief("build", "mirror.git", "--direct", cwd=tmp_path)
    previous = (tmp_path / "output/latest").readlink()
    git(tmp_path / "mirror.git", "remote", "set-url", "origin", str(tmp_path / "gone.git"))
    done = steckbrief("build", "mirror.git", "--direct", cwd=tmp_path, expect=1)
    assert "cannot be brought up to date" in done.stderr
    assert "git fetch failed" in done.stderr
    assert "the last release stands" in done.stderr
    assert (tmp_path / "output/latest").readlink() == previous


def test_a_folder_outside_git_cannot_be_fetched(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/krita.md").write_text(profile("krita"), encoding="utf-8")
    configure(tmp_path, "update = true")
    done = steckbrief("build", "--direct", "--config", "steckbrief.toml", cwd=tmp_path, expect=1)
    assert "not a git repository" in done.stderr
    assert "set git.update = false to read the files as they are" in done.stderr


def test_the_error_about_a_commit_without_profiles_names_it(remote: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--mirror", str(remote), "mirror.git")
    configure(tmp_path, 'paths = ["nowhere"]')
    done = steckbrief("build", "mirror.git", "--direct", cwd=tmp_path, expect=1)
    head = git(remote, "rev-parse", "HEAD")
    assert f"mirror.git: no profile in commit {head} below nowhere" in done.stderr
    assert ".staging" not in done.stderr


def test_a_misspelt_folder_among_others_is_an_error(remote: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--mirror", str(remote), "mirror.git")
    configure(tmp_path, 'paths = ["content", "contents"]')
    done = steckbrief("build", "mirror.git", "--direct", cwd=tmp_path, expect=1)
    assert "below contents, though git.paths names it" in done.stderr


@pytest.mark.parametrize("name", [b"n\xe4chste.md", b"zwei\nZeilen.md"])
def test_a_hostile_file_name_gives_the_same_diagnostic_as_in_a_working_tree(
    remote: Path, tmp_path: Path, name: bytes
) -> None:
    (remote / "content").joinpath(name.decode("utf-8", "surrogateescape")).write_text(profile("x"), encoding="utf-8")
    commit(remote, {}, "2026-02-03T09:00:00Z")
    git(tmp_path, "clone", "--quiet", "--mirror", str(remote), "mirror.git")
    for source in ("mirror.git", "catalogue"):
        steckbrief("build", source, "--direct", "--output", f"{source}.out", cwd=tmp_path)
    folders = [tmp_path / f"{source}.out/latest" for source in ("mirror.git", "catalogue")]
    assert "file-name-unusable" in (folders[0] / "diagnostics.csv").read_text(encoding="utf-8-sig")
    for table in ("diagnostics.csv", "profiles.csv"):
        assert (folders[0] / table).read_bytes() == (folders[1] / table).read_bytes()
    # A file that could not be opened may open next time, so the next build must read the files again.
    assert read_manifest(tmp_path, "mirror.git.out")["source"]["contents"] is None


def test_releases_inside_the_source_do_not_make_its_commit_dirty(remote: Path) -> None:
    """A release contains a README.md, which is not a profile of the source."""
    for edit in ("eins", "zwei"):
        head = commit(remote, {"content/tools/krita.md": profile("krita", f"\n{edit}\n")}, "2026-02-03T09:00:00Z")
        steckbrief("build", ".", "--direct", cwd=remote)
        (remote / ".git/info/exclude").write_text("output\n", encoding="utf-8")
        assert read_manifest(remote)["source"]["commit"] == head


def test_committed_releases_inside_the_source_are_not_profiles(remote: Path, tmp_path: Path) -> None:
    commit(remote, {"output/README.md": "# Releases\n", "outputs/vlc.md": profile("vlc2")}, "2026-02-03T09:00:00Z")
    git(tmp_path, "clone", "--quiet", str(remote), "tree")
    configure(tmp_path, "update = true")
    steckbrief("build", ".", "--direct", "--config", "../steckbrief.toml", cwd=tmp_path / "tree")
    steckbrief("build", "tree", "--direct", cwd=tmp_path)
    assert "output/README.md" in paths(tmp_path)  # in a build into another folder, it is a file like any other
    sources = ["content/tools/krita.md", "content/tools/vlc.md", "other/gimp.md", "outputs/vlc.md"]
    assert paths(tmp_path / "tree") == sources
