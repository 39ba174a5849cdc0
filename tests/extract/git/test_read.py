"""A commit is current at its time, has exactly its files, and is read without starting programs."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pygit2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.extract.git.export import export
from steckbrief.extract.git.read import (
    RepositoryError,
    commit_of,
    commit_of_folder,
    files_of,
    is_bare,
    line_of,
    place_in_repository,
    was_there,
)
from tests.command import ROOT
from tests.repositories import commit, git, script, tree_with

FILES: dict[str, str | bytes] = {"a/x.md": "eins\r\n", "a/y.md": "zwei", "b/z.markdown": b"\xff\x00", "a/t.txt": "n"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    home = tmp_path / "catalogue"
    commit(home, FILES, "2026-02-01T12:00:00Z")
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


def test_the_commits_of_a_branch_count_from_its_merge(repository: Path) -> None:
    main = commit_of(repository, "main")
    git(repository, "checkout", "--quiet", "-b", "draft")
    commit(repository, {"a/draft.md": "d"}, "2026-02-04T12:00:00Z")
    git(repository, "checkout", "--quiet", "main")
    git(repository, "merge", "--quiet", "--no-ff", "--message", "m", "draft", when="2026-02-06T12:00:00Z")
    line = line_of(repository, "main")
    assert line.at(at(5)) == main
    assert line.at(at(6)) == commit_of(repository, "main")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("dates")
    git(home, "init", "--quiet")
    return home


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_if_dates_are_out_of_order_the_newest_commit_that_is_old_enough_is_current(
    empty: Path, days: list[int]
) -> None:
    """Git does the same: it goes back from the newest commit to the first that is not later than the time."""
    repository = pygit2.Repository(str(empty))
    tree = repository.TreeBuilder().write()
    noon = int(dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC).timestamp())
    parents: list[pygit2.Oid] = []
    for day in days:
        author = pygit2.Signature("Somebody", "somebody@example.org", noon + 86400 * (day - 1))
        parents = [repository.create_commit(None, author, author, "m", tree, [*parents])]
    head = str(parents[0])
    line = line_of(empty, head)
    for day in {0, *days}:
        time = noon + 86400 * (day - 1)
        expected = git(empty, "rev-list", "-1", "--first-parent", f"--before={time}", head)
        assert line.at(dt.datetime.fromtimestamp(time, dt.UTC)) == (expected or None)


def test_only_markdown_files_below_the_named_folders_count(repository: Path) -> None:
    commit(repository, {"c/V.MD": "v", "cc/u.md": "u"}, "2026-02-04T12:00:00Z")
    assert set(files_of(repository, "HEAD")) == {"a/x.md", "b/z.markdown", "c/w.md", "c/V.MD", "cc/u.md"}
    assert set(files_of(repository, "HEAD", ["c", "b/"])) == {"c/w.md", "c/V.MD", "b/z.markdown"}
    assert set(files_of(repository, "HEAD", below="c/")) == {"w.md", "V.MD"}
    assert files_of(repository, "HEAD", ["nowhere"]) == files_of(repository, "HEAD", below="nowhere/") == {}
    assert files_of(repository, "HEAD", ["*"]) == files_of(repository, "HEAD", ["c/w.md"]) == {}


def test_a_folder_with_a_name_in_another_encoding_is_read(repository: Path) -> None:
    name = os.fsdecode(b"\xe4")
    commit(repository, {f"{name}/{name}.md": "a"}, "2026-02-04T12:00:00Z")
    assert set(files_of(repository, "HEAD", [name])) == {f"{name}/{name}.md"}


@pytest.mark.parametrize("name", [b"..", b".git", b".GIT", b".", b"x/../../y", b"/etc"])
def test_a_tree_that_leads_out_of_the_folder_is_refused(repository: Path, name: bytes) -> None:
    inner = git(repository, "rev-parse", "HEAD:c")
    hostile = tree_with(repository, b"40000 " + name + b"\0" + bytes.fromhex(inner))
    with pytest.raises(RepositoryError, match=r"not a path inside a repository.*do not trust"):
        files_of(repository, hostile)


@pytest.mark.parametrize("path", ["../x", "a/../../x", ".git", "/etc/..", "a\\b", ""])
def test_a_folder_outside_the_repository_is_refused(repository: Path, path: str) -> None:
    for call in (lambda: files_of(repository, "HEAD", [path]), lambda: was_there(repository, "HEAD", path)):
        with pytest.raises(RepositoryError, match="not a path inside"):
            call()


def test_a_folder_was_there_if_any_commit_has_it_as_a_folder_not_as_a_submodule_or_file(repository: Path) -> None:
    head = git(repository, "rev-parse", "HEAD")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{head},sub")
    git(repository, "commit", "--quiet", "--message", "m")
    commit(repository, {"c/w.md": None}, "2026-02-04T12:00:00Z")
    known = {path for path in ("a", "c/", "sub", "a/x.md", "nowhere") if was_there(repository, "HEAD", path)}
    assert known == {"a", "c/"}


@pytest.mark.parametrize("ref", ["nowhere", "--all", "-1", "HEAD:a", "", "\udce4"])
def test_a_ref_that_names_no_commit_is_reported(repository: Path, ref: str) -> None:
    with pytest.raises(RepositoryError, match=r"names no commit\. Name a branch, a tag or a commit of it$"):
        commit_of(repository, ref)


def test_a_folder_that_only_looks_like_a_bare_repository_is_a_folder(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "bare.git")
    assert is_bare(tmp_path / "bare.git")
    assert not is_bare(repository)
    (tmp_path / "profiles/objects").mkdir(parents=True)
    (tmp_path / "profiles/HEAD").write_text("Kopf", encoding="utf-8")
    assert not is_bare(tmp_path / "profiles")


@pytest.mark.parametrize("bare", [True, False])
def test_a_repository_with_longer_ids_is_refused_with_what_to_do(tmp_path: Path, bare: bool) -> None:
    git(tmp_path, "init", "--quiet", "--object-format=sha256", *["--bare"] * bare, "catalogue")
    folder = tmp_path / "catalogue"
    with pytest.raises(RepositoryError, match=r"catalogue: the git repository cannot be opened .*SHA-256.*clone it"):
        _ = is_bare(folder) or place_in_repository(folder)
    assert commit_of_folder(folder) is None  # its files can still be read


def test_reading_starts_no_program_that_the_repository_names(repository: Path, tmp_path: Path) -> None:
    evil = script(tmp_path / "evil", f'echo "$0 $*" >> {tmp_path}/marks; cat')
    for key in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "core.fsmonitor", "core.sshCommand"):
        git(repository, "config", key, str(evil))
    for name in ("post-index-change", "post-checkout", "reference-transaction"):
        script(repository / ".git/hooks" / name, f"echo {name} >> {tmp_path}/marks")
    (repository / ".git/info/attributes").write_text("* filter=evil diff=evil text\n", encoding="utf-8")
    (repository / "a/x.md").write_text("neo\n", encoding="utf-8")  # the same size, so that contents are compared
    index = (repository / ".git/index").read_bytes()
    head = commit_of(repository, "HEAD")
    assert line_of(repository, "HEAD").commits[-1] == head
    assert was_there(repository, "HEAD", "a")
    export(repository, {}, files_of(repository, head), tmp_path / "out", 1000)
    assert commit_of_folder(repository) == f"{head}-dirty"
    assert (tmp_path / "out/a/x.md").read_text(encoding="utf-8") == "neu\n"
    assert (repository / ".git/index").read_bytes() == index
    assert not (tmp_path / "marks").exists()
    # The trap works: a plain `git status` starts the programs.
    subprocess.run(["git", "status"], cwd=repository, capture_output=True, check=False)
    assert (tmp_path / "marks").exists()


def test_replaced_objects_and_grafts_are_ignored(repository: Path, tmp_path: Path) -> None:
    first, second = git(repository, "rev-list", "--reverse", "HEAD").split()
    git(repository, "replace", second, first)
    (repository / ".git/info/grafts").write_text(f"{second}\n", encoding="utf-8")
    assert line_of(repository, "HEAD").commits == (first, second)
    export(repository, {}, files_of(repository, second), tmp_path / "out", 1000)
    assert (tmp_path / "out/a/x.md").read_text(encoding="utf-8") == "neu\n"


def test_the_line_of_a_shallow_clone_ends_at_its_oldest_commit(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", "--depth=1", f"file://{repository}", "shallow.git")
    assert line_of(tmp_path / "shallow.git", "HEAD").commits == (commit_of(repository, "HEAD"),)


def test_a_missing_commit_is_reported(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD~1")
    (repository / ".git/objects" / first[:2] / first[2:]).unlink()
    with pytest.raises(RepositoryError, match=f"the content of commit {first} is missing"):
        line_of(repository, "HEAD")


def test_a_broken_configuration_of_the_user_does_not_matter(repository: Path, tmp_path: Path) -> None:
    (tmp_path / ".gitconfig").write_text("[user\n", encoding="utf-8")
    code = "import sys; from pathlib import Path; from steckbrief.extract.git import read;"
    code += "print(read.commit_of(Path(sys.argv[1]), 'HEAD'))"
    command = [sys.executable, "-c", code, str(repository)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"HOME": str(tmp_path)}, capture_output=True, check=True)
    assert done.stdout.decode().strip() == commit_of(repository, "HEAD")


def test_variables_of_a_hook_do_not_lead_to_another_repository(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = commit_of(repository, "HEAD")
    commit(tmp_path / "other", {"z.md": "z"}, "2026-02-01T12:00:00Z")
    for name in ("GIT_DIR", "GIT_COMMON_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "other/.git/objects"))
    assert commit_of(repository, "HEAD") == head
    assert set(files_of(repository, head, ["a"])) == {"a/x.md"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the owner of a repository")
def test_a_repository_of_another_user_is_read(repository: Path) -> None:
    for path in [repository, *repository.rglob("*")]:
        os.chown(path, 65534, 65534)
    assert commit_of_folder(repository) == commit_of(repository, "HEAD")


TREE: dict[str, str | bytes] = {
    "content/a/x.md": "eins\n",
    "content/y.MD": "zwei\n",
    "other/z.md": "drei\n",
    "content/t.txt": "n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    home = tmp_path / "tree"
    commit(home, TREE, "2026-02-01T12:00:00Z")
    (home / "content/link.md").symlink_to("a/x.md")
    (home / "content/folder.md").symlink_to("a")
    commit(home, {}, "2026-02-02T12:00:00Z")
    return home


def test_a_folder_that_equals_its_commit_is_clean(tree: Path, tmp_path: Path) -> None:
    head = git(tree, "rev-parse", "HEAD")
    (tmp_path / "link").symlink_to(tree / "content")
    assert commit_of_folder(tree) == commit_of_folder(tree / "content") == commit_of_folder(tmp_path / "link") == head
    assert (place_in_repository(tree), place_in_repository(tree / "content/a")) == ("", "content/a/")


def linked(file: Path, target: str) -> None:
    file.unlink()
    file.symlink_to(target)


def link_to_the_same_bytes(file: Path) -> None:
    (file.parent / "e.txt").write_bytes(file.read_bytes())
    linked(file, "e.txt")


CHANGES: dict[str, Callable[[Path], object]] = {
    "edited, with the same size": lambda content: (content / "a/x.md").write_text("EINS\n", encoding="utf-8"),
    "longer": lambda content: (content / "a/x.md").write_text("eins mehr\n", encoding="utf-8"),
    "deleted": lambda content: (content / "a/x.md").unlink(),
    "a new file": lambda content: (content / "new.md").write_text("n", encoding="utf-8"),
    "a file that git ignores": lambda content: (content / "ignored.md").write_text("n", encoding="utf-8"),
    "another link": lambda content: linked(content / "link.md", "a/y.md"),
    "a link instead of a file": lambda content: link_to_the_same_bytes(content / "a/x.md"),
    # The stored bytes are read, so the commit alone would not give the same release.
    "line ends that a checkout converted": lambda content: (content / "a/x.md").write_bytes(b"eins\r\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_folder_that_differs_from_its_commit_is_dirty(tree: Path, change: str) -> None:
    (tree / ".git/info/exclude").write_text("ignored.md\n", encoding="utf-8")
    git(tree, "config", "core.autocrlf", "true")
    CHANGES[change](tree / "content")
    head = git(tree, "rev-parse", "HEAD")
    assert commit_of_folder(tree / "content") == f"{head}-dirty"
    assert commit_of_folder(tree / "other") == head


def test_files_that_are_not_read_do_not_make_a_folder_dirty(tree: Path) -> None:
    (tree / "content/t.txt").write_text("anders", encoding="utf-8")
    (tree / "content/_draft.md").write_text("d", encoding="utf-8")
    (tree / "content/.cache").mkdir()
    (tree / "content/.cache/x.md").write_text("c", encoding="utf-8")
    assert commit_of_folder(tree / "content") == git(tree, "rev-parse", "HEAD")


def test_a_folder_outside_any_repository_has_no_commit(tmp_path: Path) -> None:
    assert commit_of_folder(tmp_path) is None
    with pytest.raises(RepositoryError, match=r"not a git repository.*set git\.update = false"):
        place_in_repository(tmp_path)
    git(tmp_path, "init", "--quiet", "new")
    assert commit_of_folder(tmp_path / "new") is None


def test_a_linked_working_tree_has_its_own_commit(tree: Path, tmp_path: Path) -> None:
    git(tree, "worktree", "add", "--quiet", str(tmp_path / "linked"), "HEAD~1")
    assert commit_of_folder(tmp_path / "linked/content") == git(tree, "rev-parse", "HEAD~1")


def test_a_folder_that_cannot_be_compared_is_dirty(tree: Path) -> None:
    content = git(tree, "rev-parse", "HEAD:content/a/x.md")
    (tree / ".git/objects" / content[:2] / content[2:]).unlink()
    assert commit_of_folder(tree) == f"{git(tree, 'rev-parse', 'HEAD')}-dirty"
