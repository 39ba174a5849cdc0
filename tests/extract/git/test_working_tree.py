"""The commit of a folder is told, with "-dirty" exactly where its profiles are not those of the commit."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from steckbrief.extract.git.read import RepositoryError
from steckbrief.extract.git.read import commit_of_folder, place_in_repository
from tests.repositories import commit, git

FILES = {"content/a/x.md": "eins\n", "content/y.MD": "zwei\n", "other/z.md": "drei\n", "content/t.txt": "n"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    home = tmp_path / "catalogue"
    commit(home, FILES, "2026-02-01T12:00:00Z")
    (home / "content/link.md").symlink_to("a/x.md")
    commit(home, {}, "2026-02-02T12:00:00Z")
    return home


def test_a_folder_as_it_was_committed_is_clean(tree: Path) -> None:
    head = git(tree, "rev-parse", "HEAD")
    assert commit_of_folder(tree) == commit_of_folder(tree / "content") == head
    assert (place_in_repository(tree), place_in_repository(tree / "content/a")) == ("", "content/a/")


def linked(file: Path, target: str) -> None:
    file.unlink()
    file.symlink_to(target)


CHANGES: dict[str, Callable[[Path], object]] = {
    "edited, as long as before": lambda content: (content / "a/x.md").write_text("EINS\n", encoding="utf-8"),
    "longer": lambda content: (content / "a/x.md").write_text("eins mehr\n", encoding="utf-8"),
    "deleted": lambda content: (content / "a/x.md").unlink(),
    "a new file": lambda content: (content / "new.md").write_text("n", encoding="utf-8"),
    "a file that git ignores": lambda content: (content / "ignored.md").write_text("n", encoding="utf-8"),
    "another link": lambda content: linked(content / "link.md", "a/y.md"),
    "a link instead of a file": lambda content: linked(content / "a/x.md", "y.md"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_folder_with_other_profiles_is_dirty(tree: Path, change: str) -> None:
    (tree / ".git/info/exclude").write_text("ignored.md\n", encoding="utf-8")
    CHANGES[change](tree / "content")
    head = git(tree, "rev-parse", "HEAD")
    assert commit_of_folder(tree / "content") == f"{head}-dirty"
    assert commit_of_folder(tree / "other") == head


def test_what_is_never_read_makes_nothing_dirty(tree: Path) -> None:
    (tree / "content/t.txt").write_text("anders", encoding="utf-8")
    (tree / "content/_draft.md").write_text("d", encoding="utf-8")
    (tree / "content/.cache").mkdir()
    (tree / "content/.cache/x.md").write_text("c", encoding="utf-8")
    assert commit_of_folder(tree / "content") == git(tree, "rev-parse", "HEAD")


def test_line_ends_that_a_checkout_turned_are_other_bytes(tree: Path) -> None:
    """They are what is read, so the commit alone would not give the same release."""
    git(tree, "config", "core.autocrlf", "true")
    (tree / "content/a/x.md").write_bytes(b"eins\r\n")
    assert git(tree, "diff", "--stat") == ""
    assert commit_of_folder(tree) == f"{git(tree, 'rev-parse', 'HEAD')}-dirty"


def test_a_folder_outside_any_repository_has_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert commit_of_folder(tmp_path) is None
    with pytest.raises(RepositoryError, match=r"not a git repository.*set git\.update = false"):
        place_in_repository(tmp_path)
    git(tmp_path, "init", "--quiet", "new")
    assert commit_of_folder(tmp_path / "new") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit_of_folder(tmp_path / "new") is None


def test_a_linked_working_tree_has_its_own_commit(tree: Path, tmp_path: Path) -> None:
    git(tree, "worktree", "add", "--quiet", str(tmp_path / "linked"), "HEAD~1")
    assert commit_of_folder(tmp_path / "linked/content") == git(tree, "rev-parse", "HEAD~1")


def test_a_commit_that_cannot_be_compared_counts_as_dirty(tree: Path) -> None:
    content = git(tree, "rev-parse", "HEAD:content/a/x.md")
    (tree / ".git/objects" / content[:2] / content[2:]).unlink()
    subprocess.run(["git", "rev-parse", "HEAD^{tree}"], cwd=tree, check=True, capture_output=True)
    assert commit_of_folder(tree) == f"{git(tree, 'rev-parse', 'HEAD')}-dirty"
