"""Patterns of paths: what each stands for, and which are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from steckbrief.extract.discovery import discover
from steckbrief.extract.path_filter import ALL, NOT_INCLUDED, Selection, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("**", "a.md"),
        ("**", "a/b/c.md"),
        ("*.md", "a.md"),
        ("**/*.md", "a.md"),
        ("**/*.md", "a/b/c.md"),
        ("**/README.md", "README.md"),
        ("apps/**", "apps/en/x.md"),
        ("apps/**/x.md", "apps/x.md"),
        ("apps/**/x.md", "apps/a/b/x.md"),
        ("**/drafts/**", "drafts/x.md"),
        ("**/drafts/**", "a/b/drafts/c/x.md"),
        ("**/**/x.md", "a/x.md"),
        ("apps/[a-c]?.md", "apps/b1.md"),
        ("[!_]*.md", "a.md"),
        ("a[]]x.md", "a]x.md"),
        ("a+(b).md", "a+(b).md"),
        ("[.md", "[.md"),
        ("Ärzte/*", "Ärzte/x y.md"),
    ],
)
def test_a_pattern_matches_the_whole_path(pattern: str, path: str) -> None:
    assert compile_pattern(pattern).fullmatch(path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.md", "a/b.md"),
        ("a*.md", "a/b.md"),
        ("apps/**", "apps2/x.md"),
        ("apps/*/x.md", "apps/x.md"),
        ("apps/*/x.md", "apps/a/b/x.md"),
        ("README.md", "a/README.md"),
        ("a?b.md", "a/b.md"),
        ("a[!x]b.md", "a/b.md"),
        ("**.md", "a/b.md"),
        ("A.md", "a.md"),
        ("a.md", "axmd"),
    ],
)
def test_a_pattern_that_comes_close_does_not_match(pattern: str, path: str) -> None:
    assert not compile_pattern(pattern).fullmatch(path)


@pytest.mark.parametrize("pattern", ["", "/a", "a/", "a//b", "../a", "./a", "a/../b", "a\\b", "[z-a].md"])
def test_a_pattern_that_can_match_no_path_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="is no pattern"):
        compile_pattern(pattern)


def test_exclusion_wins_over_inclusion_and_names_the_pattern() -> None:
    selection = Selection(include=("a/**", "b/*.md"), exclude=("**/x.md", "**"))
    assert selection.left_out_by("a/x.md") == "**/x.md"
    assert selection.left_out_by("a/y.md") == "**"
    assert Selection(include=("a/**",)).left_out_by("b/x.md") == NOT_INCLUDED
    assert Selection(include=("a/**",)).left_out_by("a/x.md") is None
    assert ALL.left_out_by("a/x.md") is None


def test_excluded_profiles_are_told_apart_from_skipped_ones_and_from_other_files(tmp_path: Path) -> None:
    for name in ("a/x.md", "a/y.md", "old/z.md", "old/z.txt", "old/_draft.md", "b.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "old" / "link.md").symlink_to("z.md")
    found = discover(tmp_path, Selection(include=("a/**", "old/**"), exclude=("old/**", "**/y.md")))
    assert found.files == ("a/x.md",)
    assert found.excluded == (
        ("a/y.md", "**/y.md"),
        ("b.md", NOT_INCLUDED),
        ("old/link.md", "old/**"),
        ("old/z.md", "old/**"),
    )
    assert found.skipped == ("old/_draft.md",)
    assert found.unreadable == ()
    assert found.other == 1
