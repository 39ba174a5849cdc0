"""Which paths a pattern matches, and which patterns are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from steckbrief.extract.discovery import discover
from steckbrief.extract.path_filter import ALL, LONGEST_PATTERN, NOT_INCLUDED, PathFilter, check_pattern, matches


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
        ("/apps/x.md", "apps/x.md"),
        ("apps", "apps/en/x.md"),
        ("apps/", "apps/en/x.md"),
        ("apps/a*", "apps/archive/x.md"),
        ("**/drafts", "a/drafts/x.md"),
        ("!a.md", "!a.md"),
        ("#a.md", "#a.md"),
        ("**/x.md", "a\nb/x.md"),
    ],
)
def test_a_pattern_matches_a_path_or_a_folder_that_contains_it(pattern: str, path: str) -> None:
    assert matches(pattern, path)


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
        ("a/", "a"),
        ("apps", "x/apps/y.md"),
        ("apps/*", "apps/en/x.md"),
        ("a[!]]b.md", "a/b.md"),
        ("a[!x]b.md", "a/b.md"),
        ("**.md", "a/b.md"),
        ("A.md", "a.md"),
        ("a.md", "axmd"),
    ],
)
def test_similar_patterns_do_not_match(pattern: str, path: str) -> None:
    assert not matches(pattern, path)


@pytest.mark.parametrize("pattern", ["", "/", "a//b", "../a", "./a", "a/../b", "a\\b", "[z-a].md"])
def test_a_pattern_that_can_match_no_path_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"is not a (valid )?pattern"):
        check_pattern(pattern)


def test_the_length_of_a_pattern_is_limited() -> None:
    assert check_pattern("a" * LONGEST_PATTERN)
    with pytest.raises(ValueError, match=f"write at most {LONGEST_PATTERN}"):
        check_pattern("a" * (LONGEST_PATTERN + 1))


def test_patterns_take_linear_time() -> None:
    assert not matches("*a" * 200 + "b", "a" * 4_000)
    assert not matches("**/a/" * 90 + "b", "a/" * 2_000)


def test_patterns_match_names_that_are_not_utf8() -> None:
    assert matches("apps/*.md", "apps/\udcff.md")


def test_exclusion_wins_over_inclusion_and_names_the_pattern() -> None:
    path_filter = PathFilter(include=("a/**", "b/*.md"), exclude=("**/x.md", "**"))
    assert path_filter.left_out_by("a/x.md") == "**/x.md"
    assert path_filter.left_out_by("a/y.md") == "**"
    assert PathFilter(include=("a/**",)).left_out_by("b/x.md") == NOT_INCLUDED
    assert PathFilter(include=("a/**",)).left_out_by("a/x.md") is None
    assert ALL.left_out_by("a/x.md") is None


def test_excluded_profiles_are_listed_apart_from_skipped_ones_and_other_files(tmp_path: Path) -> None:
    for name in ("a/x.md", "a/y.md", "old/z.md", "old/z.txt", "old/_draft.md", "b.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "old" / "link.md").symlink_to("z.md")
    discovered = discover(tmp_path, PathFilter(include=("a/**", "old/**"), exclude=("old/**", "**/y.md")))
    assert discovered.files == ("a/x.md",)
    assert discovered.excluded == (
        ("a/y.md", "**/y.md"),
        ("b.md", NOT_INCLUDED),
        ("old/link.md", "old/**"),
        ("old/z.md", "old/**"),
    )
    assert discovered.skipped == ("old/_draft.md",)
    assert discovered.unreadable == ()
    assert discovered.other == 1


def test_the_folder_of_releases_is_not_part_of_the_source(tmp_path: Path) -> None:
    for name in ("a.md", "out.md/b.md", "x/out.md/c.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    discovered = discover(tmp_path, PathFilter(not_source="out.md"))
    assert discovered.files == ("a.md", "x/out.md/c.md")
    assert [unreadable.path for unreadable in discovered.unreadable] == ["x/out.md"]
