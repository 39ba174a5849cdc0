"""A commit gives exactly its files, at the time it was current, and nothing outside the folder is ever touched."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pytest

from extract.repository import (
    RepositoryError,
    commit_at,
    commit_of,
    export,
    files_of,
    is_bare,
    update,
)
from tests.repositories import commit, git

LARGEST = 1000


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    home = tmp_path / "catalogue"
    commit(
        home,
        {"a/x.md": "eins\r\n", "a/y.md": "zwei", "b/z.markdown": b"\xff\x00", "a/t.txt": "n"},
        "2026-02-01T12:00:00Z",
    )
    commit(home, {"a/x.md": "neu\n", "a/y.md": None, "c/w.md": "w"}, "2026-02-03T12:00:00Z")
    return home


def at(day: int, hour: int = 23) -> dt.datetime:
    return dt.datetime(2026, 2, day, hour, 59, 59, tzinfo=dt.UTC)


def exported(repository: Path, folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_commit_of_a_time_is_the_last_one_before_it(repository: Path) -> None:
    first, second = git(repository, "rev-list", "--reverse", "HEAD").split()
    assert commit_at(repository, "HEAD", at(1, 11)) is None
    assert commit_at(repository, "HEAD", at(1)) == commit_at(repository, "main", at(2)) == first
    assert commit_at(repository, "HEAD", at(3)) == second == commit_of(repository, "HEAD")


def test_a_branch_counts_from_its_merge(repository: Path) -> None:
    main = commit_of(repository, "main")
    git(repository, "checkout", "--quiet", "-b", "draft")
    commit(repository, {"a/draft.md": "d"}, "2026-02-04T12:00:00Z")
    git(repository, "checkout", "--quiet", "main")
    git(repository, "merge", "--quiet", "--no-ff", "--message", "m", "draft", when="2026-02-06T12:00:00Z")
    assert commit_at(repository, "main", at(5)) == main
    assert commit_at(repository, "main", at(6)) == commit_of(repository, "main")


def test_the_export_has_the_exact_bytes_of_the_markdown_files(repository: Path, tmp_path: Path) -> None:
    (repository / ".gitattributes").write_text("*.md text eol=crlf\n", encoding="utf-8")
    commit(repository, {}, "2026-02-04T12:00:00Z")
    folder = tmp_path / "out"
    first, second = (files_of(repository, commit_at(repository, "HEAD", at(day)) or "") for day in (1, 4))
    export(repository, {}, first, folder, LARGEST)
    assert exported(repository, folder) == {"a/x.md": b"eins\r\n", "a/y.md": b"zwei", "b/z.markdown": b"\xff\x00"}
    untouched = (folder / "b/z.markdown").stat().st_mtime_ns
    export(repository, first, second, folder, LARGEST)
    assert exported(repository, folder) == {"a/x.md": b"neu\n", "c/w.md": b"w", "b/z.markdown": b"\xff\x00"}
    assert (folder / "b/z.markdown").stat().st_mtime_ns == untouched
    assert set(files_of(repository, "HEAD", ["c", "b/"])) == {"c/w.md", "b/z.markdown"}


def test_nothing_is_checked_out(repository: Path, tmp_path: Path) -> None:
    (repository / "a/x.md").write_text("gerade in Arbeit", encoding="utf-8")
    before = git(repository, "status", "--porcelain"), (repository / ".git/index").read_bytes()
    export(repository, {}, files_of(repository, "HEAD"), tmp_path / "out", LARGEST)
    assert (tmp_path / "out/a/x.md").read_text(encoding="utf-8") == "neu\n"
    assert before == (git(repository, "status", "--porcelain"), (repository / ".git/index").read_bytes())


def test_a_huge_file_is_written_as_one_that_will_be_refused(repository: Path, tmp_path: Path) -> None:
    commit(repository, {"a/huge.md": "x" * 5000}, "2026-02-04T12:00:00Z")
    export(repository, {}, files_of(repository, "HEAD"), tmp_path / "out", LARGEST)
    assert (tmp_path / "out/a/huge.md").stat().st_size == LARGEST + 1


def test_links_stay_links_and_submodules_are_left_out(repository: Path, tmp_path: Path) -> None:
    (repository / "a/link.md").symlink_to("/etc/hostname")
    git(repository, "add", "--all")
    head = commit_of(repository, "HEAD")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{head},sub.md")
    git(repository, "commit", "--quiet", "--message", "m")
    export(repository, {}, files_of(repository, "HEAD"), tmp_path / "out", LARGEST)
    assert (tmp_path / "out/a/link.md").is_symlink()
    assert not (tmp_path / "out/sub.md").exists()


def tree_with(repository: Path, entries: bytes) -> str:
    """A commit whose tree was written byte by byte, as no honest git would."""
    made = (
        subprocess.run(
            ["git", "hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
            cwd=repository,
            input=entries,
            capture_output=True,
            check=True,
        )
        .stdout.decode()
        .strip()
    )
    return git(repository, "commit-tree", made, "-m", "m")


@pytest.mark.parametrize("name", [b"..", b".git", b".GIT"])
def test_a_tree_that_leads_out_of_the_folder_is_refused(repository: Path, name: bytes) -> None:
    inner = git(repository, "rev-parse", "HEAD:c")
    hostile = tree_with(repository, b"40000 " + name + b"\0" + bytes.fromhex(inner))
    with pytest.raises(RepositoryError, match="no path inside a repository"):
        files_of(repository, hostile)


def test_a_tree_with_a_link_and_a_folder_of_one_name_is_refused(repository: Path) -> None:
    inner, blob = git(repository, "rev-parse", "HEAD:c"), git(repository, "rev-parse", "HEAD:c/w.md")
    entries = b"120000 a.md\0" + bytes.fromhex(blob) + b"40000 a.md\0" + bytes.fromhex(inner)
    with pytest.raises(RepositoryError, match="both as a file and as a folder"):
        files_of(repository, tree_with(repository, entries))


@pytest.mark.parametrize("path", ["../x", "a/../../x", ".git", "/etc/.."])
def test_a_folder_outside_the_repository_cannot_be_asked_for(repository: Path, path: str) -> None:
    with pytest.raises(RepositoryError, match="no path inside"):
        files_of(repository, "HEAD", [path])


@pytest.mark.parametrize("ref", ["nowhere", "--all", "-1", "HEAD:a"])
def test_a_ref_that_names_no_commit_is_told(repository: Path, ref: str) -> None:
    with pytest.raises(RepositoryError, match="names no commit"):
        commit_of(repository, ref)


def test_a_working_tree_is_pulled_and_a_bare_mirror_fetched(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(repository), "tree")
    git(tmp_path, "clone", "--quiet", "--mirror", str(repository), "mirror.git")
    newest = commit(repository, {"a/more.md": "m"}, "2026-02-05T12:00:00Z")
    for name, bare in (("tree", False), ("mirror.git", True)):
        assert is_bare(tmp_path / name) is bare
        update(tmp_path / name, 30)
        assert commit_of(tmp_path / name, "HEAD") == newest
    assert (tmp_path / "tree/a/more.md").is_file()


def test_a_remote_that_is_away_or_has_another_history_is_told(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(repository), "tree")
    commit(tmp_path / "tree", {"a/mine.md": "m"}, "2026-02-05T12:00:00Z")
    commit(repository, {"a/theirs.md": "t"}, "2026-02-05T12:00:00Z")
    with pytest.raises(RepositoryError, match="git pull failed") as caught:
        update(tmp_path / "tree", 30)
    assert not caught.value.passing
    git(tmp_path / "tree", "remote", "set-url", "origin", "http://127.0.0.1:9/nothing.git")
    with pytest.raises(RepositoryError, match="git pull failed") as caught:
        update(tmp_path / "tree", 30)
    assert caught.value.passing
