"""A commit is current at its time, and has exactly its files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.extract.git.read import RepositoryError
from steckbrief.extract.git.read import commit_of, files_of, is_bare, line_of
from tests.repositories import commit, git, tree_with


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


def test_the_commit_of_a_time_is_the_last_one_before_it(repository: Path) -> None:
    first, second = git(repository, "rev-list", "--reverse", "HEAD").split()
    line = line_of(repository, "HEAD")
    assert line.at(at(1, 11)) is None
    assert line.at(at(1)) == line_of(repository, "main").at(at(2)) == first
    assert line.at(at(3)) == second == commit_of(repository, "HEAD")
    assert line.at(dt.datetime(2026, 2, 3, 12, tzinfo=dt.UTC)) == second
    assert line.at(dt.datetime(2026, 2, 3, 11, 59, 59, 999_999, tzinfo=dt.UTC)) == first


def test_a_branch_counts_from_its_merge(repository: Path) -> None:
    main = commit_of(repository, "main")
    git(repository, "checkout", "--quiet", "-b", "draft")
    commit(repository, {"a/draft.md": "d"}, "2026-02-04T12:00:00Z")
    git(repository, "checkout", "--quiet", "main")
    git(repository, "merge", "--quiet", "--no-ff", "--message", "m", "draft", when="2026-02-06T12:00:00Z")
    line = line_of(repository, "main")
    assert line.at(at(5)) == main
    assert line.at(at(6)) == commit_of(repository, "main")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository without a commit, and the id of the tree without a file in it."""
    home = tmp_path_factory.mktemp("dates")
    git(home, "init", "--quiet")
    return home, git(home, "hash-object", "-t", "tree", "-w", "--stdin")


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_where_dates_are_out_of_order_the_newest_commit_that_is_old_enough_is_current(
    empty: tuple[Path, str], days: list[int]
) -> None:
    """As git itself picks it: the first on the way back from the newest that is not from after the time."""
    repository, tree = empty
    head: list[str] = []
    for day in days:
        made = ["-p", head[0]] if head else []
        head = [git(repository, "commit-tree", tree, *made, "-m", "m", when=f"2026-02-{day:02}T12:00:00Z")]
    line = line_of(repository, head[0])
    for day in {0, *days} | {each - 1 for each in days}:
        time = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=day - 1)
        wanted = git(repository, "rev-list", "-1", "--first-parent", f"--before={int(time.timestamp())}", head[0])
        assert line.at(time) == (wanted or None)


def test_only_markdown_files_below_what_is_asked_for_count(repository: Path) -> None:
    commit(repository, {"c/V.MD": "v", "cc/u.md": "u"}, "2026-02-04T12:00:00Z")
    assert set(files_of(repository, "HEAD")) == {"a/x.md", "b/z.markdown", "c/w.md", "c/V.MD", "cc/u.md"}
    assert set(files_of(repository, "HEAD", ["c", "b/"])) == {"c/w.md", "c/V.MD", "b/z.markdown"}
    assert set(files_of(repository, "HEAD", below="c/")) == {"w.md", "V.MD"}
    assert files_of(repository, "HEAD", ["nowhere"]) == files_of(repository, "HEAD", below="nowhere/") == {}
    assert files_of(repository, "HEAD", ["*"]) == {}


def test_a_repository_with_longer_ids_is_read_too(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "catalogue")
    head = commit(tmp_path / "catalogue", {"a/x.md": "eins"}, "2026-02-01T12:00:00Z")
    assert len(head) == 64
    assert files_of(tmp_path / "catalogue", head)["a/x.md"].size == 4


@pytest.mark.parametrize("name", [b"..", b".git", b".GIT", b"."])
def test_a_tree_that_leads_out_of_the_folder_is_refused(repository: Path, name: bytes) -> None:
    inner = git(repository, "rev-parse", "HEAD:c")
    hostile = tree_with(repository, b"40000 " + name + b"\0" + bytes.fromhex(inner))
    with pytest.raises(RepositoryError, match=r"no path inside a repository.*do not trust"):
        files_of(repository, hostile)


def test_a_tree_with_a_link_and_a_folder_of_one_name_is_refused(repository: Path) -> None:
    inner, blob = git(repository, "rev-parse", "HEAD:c"), git(repository, "rev-parse", "HEAD:c/w.md")
    entries = b"120000 a.md\0" + bytes.fromhex(blob) + b"40000 a.md\0" + bytes.fromhex(inner)
    with pytest.raises(RepositoryError, match="both as a file and as a folder"):
        files_of(repository, tree_with(repository, entries))


@pytest.mark.parametrize("path", ["../x", "a/../../x", ".git", "/etc/..", "a\\b", ""])
def test_a_folder_outside_the_repository_cannot_be_asked_for(repository: Path, path: str) -> None:
    with pytest.raises(RepositoryError, match="no path inside"):
        files_of(repository, "HEAD", [path])


@pytest.mark.parametrize("ref", ["nowhere", "--all", "-1", "HEAD:a", ""])
def test_a_ref_that_names_no_commit_is_told(repository: Path, ref: str) -> None:
    with pytest.raises(RepositoryError, match=r"names no commit.*Name a branch, a tag or a commit of it$"):
        commit_of(repository, ref)


def test_what_only_looks_like_a_bare_repository_is_a_folder(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "bare.git")
    assert is_bare(tmp_path / "bare.git")
    assert not is_bare(repository)
    (tmp_path / "profiles/objects").mkdir(parents=True)
    (tmp_path / "profiles/HEAD").write_text("Kopf", encoding="utf-8")
    assert not is_bare(tmp_path / "profiles")
