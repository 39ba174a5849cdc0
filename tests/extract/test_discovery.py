"""Discovery finds every Markdown file of a source, skips it by rule, or reports the reason."""

from __future__ import annotations

import os

import pytest

from steckbrief.extract.discovery import discover
from tests.as_nobody import as_nobody


def write(root, *paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"# A\n")


def left_out(root):
    return [(file.path, file.problem.rule, file.problem.values["detail"]) for file in discover(root).unreadable]


def test_files_are_found_at_any_depth_sorted_by_path(tmp_path):
    write(tmp_path, "b.md", "a/z.md", "a/b/c.MD", "a.markdown", "ä.md", "B.md")
    assert discover(tmp_path).files == ("B.md", "a.markdown", "a/b/c.MD", "a/z.md", "b.md", "ä.md")


def test_names_and_folders_with_underscore_or_dot_are_skipped_and_listed(tmp_path):
    write(tmp_path, "a.md", "_a.md", ".b.md", "_drafts/c.md", "x/.git/d.md", "x_y/e.md", "f_.md", "_drafts/image.png")
    discovered = discover(tmp_path)
    assert discovered.files == ("a.md", "f_.md", "x_y/e.md")
    assert discovered.skipped == (".b.md", "_a.md", "_drafts/c.md", "x/.git/d.md")


def test_other_files_are_counted(tmp_path):
    write(tmp_path, "a.md", "image.png", "x/data.json", "x/readme", "md", "a.md.bak")
    discovered = discover(tmp_path)
    assert (discovered.files, discovered.other, discovered.unreadable) == (("a.md",), 5, ())


def test_an_empty_source_has_no_files(tmp_path):
    discovered = discover(tmp_path)
    assert (discovered.files, discovered.skipped, discovered.unreadable, discovered.other) == ((), (), (), 0)


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_source_that_is_not_a_folder_is_an_error_that_names_it(tmp_path, name):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectoryError, match=f"{name}.*Name a folder with Markdown profiles"):
        discover(tmp_path / name)


def test_links_are_reported_and_not_followed(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    write(root, "a.md")
    write(outside, "secret.md")
    (root / "self.md").symlink_to("self.md")
    (root / "ping.md").symlink_to("pong.md")
    (root / "pong.md").symlink_to("ping.md")
    (root / "up").symlink_to("..")
    (root / "outside").symlink_to(outside)
    (root / "a-link.md").symlink_to("a.md")
    (root / "dangling.md").symlink_to("nowhere")
    (root / "image.png").symlink_to("nowhere")
    (root / "loop").symlink_to("loop")
    assert discover(root).files == ("a.md",)
    assert left_out(root) == [
        (path, "symlink-not-followed", target)
        for path, target in [
            ("a-link.md", "a.md"),
            ("dangling.md", "nowhere"),
            ("outside", str(outside)),
            ("ping.md", "pong.md"),
            ("pong.md", "ping.md"),
            ("self.md", "self.md"),
            ("up", ".."),
        ]
    ]


def test_a_source_may_itself_be_a_link(tmp_path):
    write(tmp_path / "real", "a.md")
    (tmp_path / "link").symlink_to("real")
    assert discover(tmp_path / "link").files == ("a.md",)


def test_a_folder_named_like_a_profile_is_reported_and_its_files_are_found(tmp_path):
    write(tmp_path, "x.md/a.md")
    assert discover(tmp_path).files == ("x.md/a.md",)
    assert left_out(tmp_path) == [("x.md", "not-a-file", "a folder")]


def test_a_pipe_named_like_a_profile_is_reported(tmp_path):
    os.mkfifo(tmp_path / "x.md")
    assert discover(tmp_path).files == ()
    assert left_out(tmp_path) == [("x.md", "not-a-file", "a special file")]


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        (b"a\nb.md", r"a\nb.md"),
        (b"a\x1b[2Jb.md", r"a\x1b[2Jb.md"),
        (b"a\xffb.md", r"a\udcffb.md"),
        ("a\u202eb.md".encode(), r"a\u202eb.md"),
        ("a\u2028b.md".encode(), r"a\u2028b.md"),
    ],
)
def test_unprintable_names_are_reported_with_escapes(tmp_path, name, escaped):
    write(tmp_path, "good.md", os.fsdecode(name), os.fsdecode(b"_" + name))
    discovered = discover(tmp_path)
    assert (discovered.files, discovered.skipped) == (("good.md",), (f"_{escaped}",))
    assert left_out(tmp_path) == [(escaped, "file-name-unusable", escaped)]


def test_a_folder_with_an_unprintable_name_affects_only_its_files(tmp_path):
    write(tmp_path, "good.md", "bad\tfolder/a.md")
    assert discover(tmp_path).files == ("good.md",)
    assert left_out(tmp_path) == [(r"bad\tfolder/a.md", "file-name-unusable", r"bad\tfolder/a.md")]


@pytest.mark.parametrize(
    "name", ["with space.md", "größe.md", "日本.md", "a'b\"c.md", "😀.md", "x" * 250 + ".md", "-rf.md"]
)
def test_unusual_printable_names_are_accepted(tmp_path, name):
    write(tmp_path, name)
    assert discover(tmp_path).files == (name,)


def test_a_folder_without_permission_is_reported_and_the_rest_is_found(tmp_path):
    write(tmp_path, "a.md", "closed/b.md")
    (tmp_path / "closed").chmod(0)
    try:
        files = as_nobody(tmp_path, "discover(root).files")
        unreadable = as_nobody(
            tmp_path, "[(file.path, file.problem.rule, file.problem.values) for file in discover(root).unreadable]"
        )
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert files == ("a.md",)
    assert unreadable == [("closed", "folder-unreadable", {"detail": "Permission denied"})]


def test_a_source_without_permission_is_an_error(tmp_path):
    (tmp_path / "closed").mkdir(mode=0)
    with pytest.raises(AssertionError, match="PermissionError"):
        as_nobody(tmp_path, "discover(root / 'closed').files")


def test_folders_nested_beyond_the_longest_path_are_reported(tmp_path):
    start = os.open(tmp_path, os.O_RDONLY)
    descriptor = os.dup(start)
    try:
        for _ in range(30):
            os.mkdir("d" * 200, dir_fd=descriptor)
            inner = os.open("d" * 200, os.O_RDONLY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
    finally:
        os.close(descriptor)
        os.close(start)
    write(tmp_path, "a.md")
    assert discover(tmp_path).files == ("a.md",)
    assert [rule for _, rule, _ in left_out(tmp_path)] == ["folder-unreadable"]
