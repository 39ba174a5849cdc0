"""An exported folder has exactly the files of a commit, whatever their names, and nothing outside it changes."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.extract.discovery import discover
from steckbrief.extract.git.export import export
from steckbrief.extract.git.read import GitFile, RepositoryError, files_of
from tests.repositories import commit, git, tree_with

LARGEST = 1000


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    home = tmp_path / "catalogue"
    commit(
        home,
        {"a/x.md": "eins\r\n", "a/y.md": "zwei", "b/z.markdown": b"\xff\x00", "a/t.txt": "n"},
        "2026-02-01T12:00:00Z",
    )
    commit(home, {"a/x.md": "neu\n", "a/y.md": None, "c/W.MD": "w"}, "2026-02-03T12:00:00Z")
    return home


def exported(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_disk_error_names_the_file(repository: Path, tmp_path: Path) -> None:
    """A limit on the size of files fails like a full disk: the error of the system does not name the file."""
    files = files_of(repository, "HEAD", ["a"])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2, limits[1]))
    try:
        with pytest.raises(OSError, match=r"File too large: '.*out/a/x\.md'"):
            export(repository, {}, files, tmp_path / "out", LARGEST)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_every_file_of_a_history_is_exported_with_the_bytes_that_git_gives(tmp_path: Path) -> None:
    """The history has packed deltas, attributes that would convert a checkout, and a pointer to a large file."""
    home, latin = tmp_path / "catalogue", os.fsdecode(b"n\xe4chste.md")
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 12345\n"
    files: dict[str, str | bytes | None] = {
        "a/crlf.md": "eins\r\n$Id$\n",
        "a/bytes.markdown": b"\xff\x00",
        "a/pointer.md": pointer,
        "b/empty.MD": "",
        "b/plain.txt": "n",
        f"c/{latin}": "zwei",
    }
    long = "".join(f"Zeile {number}\n" for number in range(200))
    for night in range(4):
        commit(home, {**files, "d/long.md": f"{long}{night}\n"}, f"2026-02-0{night + 1}T12:00:00Z")
        files = {"a/crlf.md": None if night == 1 else "wieder da\r\n"}
    git(home, "gc", "--quiet")
    git(tmp_path, "clone", "--quiet", "--bare", "--shared", str(home), "borrowing.git")
    attributes = "* text eol=crlf ident filter=lfs working-tree-encoding=UTF-16\n"
    (tmp_path / "borrowing.git/info/attributes").write_text(attributes, encoding="utf-8")
    before: dict[str, GitFile] = {}
    for head in git(home, "rev-list", "--reverse", "HEAD").split():
        after = files_of(tmp_path / "borrowing.git", head)
        export(tmp_path / "borrowing.git", before, after, tmp_path / "out", 100_000)
        listed = [os.fsdecode(path) for path in raw(home, "ls-tree", "-r", "-z", "--name-only", head).split(b"\0")[:-1]]
        names = [path for path in listed if path.lower().endswith((".md", ".markdown"))]
        assert exported(tmp_path / "out") == {path: raw(home, "cat-file", "blob", f"{head}:{path}") for path in names}
        before = after


def raw(folder: Path, *arguments: str) -> bytes:
    """Return the raw output of git."""
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True).stdout


def test_a_file_that_stays_the_same_is_not_written_again(repository: Path, tmp_path: Path) -> None:
    first, second = files_of(repository, "HEAD~1"), files_of(repository, "HEAD")
    export(repository, {}, first, tmp_path / "out", LARGEST)
    time = (tmp_path / "out/b/z.markdown").stat().st_mtime_ns
    export(repository, first, second, tmp_path / "out", LARGEST)
    assert exported(tmp_path / "out") == {"a/x.md": b"neu\n", "c/W.MD": b"w", "b/z.markdown": b"\xff\x00"}
    assert (tmp_path / "out/b/z.markdown").stat().st_mtime_ns == time


def test_nothing_is_checked_out(repository: Path, tmp_path: Path) -> None:
    (repository / "a/x.md").write_text("gerade in Arbeit", encoding="utf-8")
    before = git(repository, "status", "--porcelain"), (repository / ".git/index").read_bytes()
    export(repository, {}, files_of(repository, "HEAD"), tmp_path / "out", LARGEST)
    assert (tmp_path / "out/a/x.md").read_text(encoding="utf-8") == "neu\n"
    assert before == (git(repository, "status", "--porcelain"), (repository / ".git/index").read_bytes())


def test_a_huge_file_is_not_read_and_written_as_a_file_that_will_be_refused(repository: Path, tmp_path: Path) -> None:
    commit(repository, {"a/huge.md": "x" * 5000}, "2026-02-04T12:00:00Z")
    huge = git(repository, "rev-parse", "HEAD:a/huge.md")
    files = files_of(repository, "HEAD")
    (repository / ".git/objects" / huge[:2] / huge[2:]).unlink()
    export(repository, {}, files, tmp_path / "out", LARGEST)
    assert (tmp_path / "out/a/huge.md").stat().st_size == LARGEST + 1


def test_links_stay_links_and_submodules_are_left_out(repository: Path, tmp_path: Path) -> None:
    (repository / "a/link.md").symlink_to("/etc/hostname")
    git(repository, "add", "--all")
    head = git(repository, "rev-parse", "HEAD")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{head},sub.md")
    git(repository, "commit", "--quiet", "--message", "m")
    export(repository, {}, files_of(repository, "HEAD"), tmp_path / "out", LARGEST)
    assert (tmp_path / "out/a/link.md").readlink() == Path("/etc/hostname")
    assert not (tmp_path / "out/sub.md").exists()


@pytest.mark.parametrize("target", [b"", b"a\0b", b"x" * 900 + b"/" + b"y" * 4500, b"\xff"])
def test_a_link_with_an_impossible_target_stays_a_link(repository: Path, tmp_path: Path, target: bytes) -> None:
    blob = git(repository, "hash-object", "-w", "--stdin", stdin=target)
    hostile = tree_with(repository, b"120000 a.md\0" + bytes.fromhex(blob))
    export(repository, {}, files_of(repository, hostile), tmp_path / "out", 10_000)
    assert [file.problem.rule for file in discover(tmp_path / "out").unreadable] == ["symlink-not-followed"]


NAMES = st.dictionaries(
    st.sampled_from(["x.md", "x.md/y.md", "x.md/y.md/z.md", "x.md/w.md", "v.md", "u/v.md", "u/t.md/s.md"]),
    st.sampled_from(["eins", "zwei"]),
)


def without_clashes(files: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in files.items() if not any(other.startswith(f"{path}/") for other in files)}


@pytest.fixture(scope="module")
def two_texts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A repository and the ids of two blobs in it."""
    home = tmp_path_factory.mktemp("texts")
    git(home, "init", "--quiet")
    return home, {text: git(home, "hash-object", "-w", "--stdin", stdin=text.encode()) for text in ("eins", "zwei")}


@given(st.lists(NAMES.map(without_clashes), min_size=2, max_size=5))
def test_files_can_become_folders_and_folders_files(
    two_texts: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory, nights: list[dict[str, str]]
) -> None:
    repository, ids = two_texts
    folder = tmp_path_factory.mktemp("out")
    before: dict[str, GitFile] = {}
    for night in nights:
        after = {path: GitFile(path, ids[text], 4) for path, text in night.items()}
        export(repository, before, after, folder, LARGEST)
        assert exported(folder) == {path: text.encode() for path, text in night.items()}
        assert all(any(path.iterdir()) for path in folder.rglob("*") if path.is_dir())
        before = after


@pytest.mark.parametrize(
    "name",
    [
        b"n\xe4chste.md",
        b"zwei\nZeilen.md",
        b"\x1b[2J.md",
        b"l" * 252 + b".md",
        b"l" * 253 + b".md",
        b"d" * 300 + b"/x.md",
        b"/".join([b"d"] * 120) + b"/x.md",
        b"/".join([b"d" * 250] * 20) + b"/x.md",
    ],
)
def test_a_hostile_name_affects_only_its_own_file(repository: Path, tmp_path: Path, name: bytes) -> None:
    *folders, last = name.split(b"/")
    inner, mode = git(repository, "rev-parse", "HEAD:c/W.MD"), b"100644 "
    entry = mode + last + b"\0" + bytes.fromhex(inner)
    for folder in reversed(folders):
        tree = git(repository, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=entry)
        entry = b"40000 " + folder + b"\0" + bytes.fromhex(tree)
    hostile = tree_with(repository, b"100644 good.md\0" + bytes.fromhex(inner) + entry)
    files = files_of(repository, hostile)
    export(repository, {}, files, tmp_path / "out", LARGEST)
    discovered = discover(tmp_path / "out")
    if name == b"l" * 252 + b".md":
        assert sorted(discovered.files) == ["good.md", name.decode()]
        return
    assert discovered.files == ("good.md",)
    assert [file.problem.rule for file in discovered.unreadable] == ["file-name-unusable"]
    export(repository, files, {}, tmp_path / "out", LARGEST)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_backslash_is_an_ordinary_character_of_a_name(repository: Path, tmp_path: Path) -> None:
    commit(repository, {"a/c\\d.md": "b"}, "2026-02-04T12:00:00Z")
    export(repository, {}, files_of(repository, "HEAD", ["a"]), tmp_path / "out", LARGEST)
    assert exported(tmp_path / "out")["a/c\\d.md"] == b"b"


@pytest.mark.parametrize("existing", ["a", "a/x.md"])
def test_names_that_are_equal_on_the_file_system_do_not_overwrite_each_other(
    repository: Path, tmp_path: Path, existing: str
) -> None:
    """As on a system that ignores case: another file already has the path."""
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    if existing == "a":
        (tmp_path / "out/a").symlink_to(tmp_path / "elsewhere")
    else:
        (tmp_path / "out/a").mkdir()
        (tmp_path / "out/a/x.md").write_text("die andere", encoding="utf-8")
    with pytest.raises(RepositoryError, match="differ only in case"):
        export(repository, {}, files_of(repository, "HEAD"), tmp_path / "out", LARGEST)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_and_a_folder_with_the_same_name_lead_nowhere(repository: Path, tmp_path: Path) -> None:
    """If the link were written first, it would redirect the files of the folder."""
    (tmp_path / "elsewhere").mkdir()
    target = git(repository, "hash-object", "-w", "--stdin", stdin=os.fsencode(tmp_path / "elsewhere"))
    entries = b"120000 a.md\0" + bytes.fromhex(target)
    entries += b"40000 a.md\0" + bytes.fromhex(git(repository, "rev-parse", "HEAD:c"))
    files = files_of(repository, tree_with(repository, entries))
    with pytest.raises(RepositoryError, match="their names are the same or differ only in case"):
        export(repository, {}, files, tmp_path / "out", LARGEST)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("what", ["missing", "damaged"])
def test_missing_or_damaged_content_is_reported(repository: Path, tmp_path: Path, what: str) -> None:
    content = git(repository, "rev-parse", "HEAD:a/x.md")
    files = files_of(repository, "HEAD")
    stored = repository / ".git/objects" / content[:2] / content[2:]
    stored.unlink()
    if what == "damaged":
        stored.write_bytes(b"nothing")
    with pytest.raises(RepositoryError, match=r"the content of 'a/x\.md' is missing or damaged.*git fsck"):
        export(repository, {}, files, tmp_path / "out", LARGEST)
    with pytest.raises(RepositoryError, match=r"the content of 'a/x\.md' is missing or damaged.*git fsck"):
        files_of(repository, "HEAD")


def test_a_file_whose_object_is_a_folder_is_reported(repository: Path) -> None:
    folder = bytes.fromhex(git(repository, "rev-parse", "HEAD:a"))
    with pytest.raises(RepositoryError, match=r"the content of 'x\.md' is missing or damaged"):
        files_of(repository, tree_with(repository, b"100644 x.md\0" + folder))


def partial_clone(repository: Path, what: str) -> Path:
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(repository, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(repository.parent, "clone", "--quiet", "--bare", f"--filter={what}", f"file://{repository}", "part.git")
    git(repository.parent / "part.git", "config", "extensions.partialClone", "origin")  # as newer versions of git do
    return repository.parent / "part.git"


@pytest.mark.parametrize("what", ["blob:none", "tree:0"])
def test_a_partial_clone_does_not_fetch_silently(repository: Path, tmp_path: Path, what: str) -> None:
    part = partial_clone(repository, what)
    with pytest.raises(RepositoryError, match="clone it in full, without --filter"):
        files_of(part, "HEAD")
    with pytest.raises(RepositoryError, match="clone it in full, without --filter"):
        export(part, {}, {"x.md": files_of(repository, "HEAD")["a/x.md"]}, tmp_path / "out", LARGEST)


def test_a_partial_clone_that_lacks_only_other_files_is_read(repository: Path, tmp_path: Path) -> None:
    commit(repository, {"a/picture.png": b"x" * 5000}, "2026-02-04T12:00:00Z")
    part = partial_clone(repository, "blob:limit=1k")
    export(part, {}, files_of(part, "HEAD"), tmp_path / "out", LARGEST)
    assert set(exported(tmp_path / "out")) == {"a/x.md", "b/z.markdown", "c/W.MD"}
