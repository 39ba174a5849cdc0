"""Slugs, locales and row ids are the same every night and safe in paths and addresses."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.transform.identity import LANGUAGE_CODES, RowIds, is_slug, locale_code
from steckbrief.transform.options import Options
from steckbrief.transform.paths import read_path


def slug_of(path: str) -> str:
    return read_path(path, Options()).slug


@pytest.mark.parametrize("slug", ["krita", "a", "obs-studio", "c3.js", "snake_case", "7-zip", "größe", "A1", "a" * 100])
def test_a_slug_consists_of_letters_digits_and_inner_punctuation(slug: str) -> None:
    assert is_slug(slug)


@pytest.mark.parametrize(
    "slug",
    [
        "",
        " ",
        "a b",
        "a/b",
        "../a",
        "..",
        ".",
        ".a",
        "-a",
        "_a",
        "a/",
        "a-",
        "a.",
        "a\n",
        "a" * 101,
        "a" * 400,
        "a?b",
        "a\\b",
        "a\0",
    ],
)
def test_text_that_could_leave_its_folder_or_break_an_address_is_not_a_slug(slug: str) -> None:
    assert not is_slug(slug)


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("tools/krita.md", "krita"),
        ("tools/OBS Studio.md", "obs-studio"),
        ("a/b/c3.js.md", "c3.js"),
        ("tools/_draft_.md", "draft"),
        ("tools/Straße.markdown", "straße"),
        ("tools/a..b.md", "a..b"),
    ],
)
def test_the_file_name_gives_a_slug(path: str, slug: str) -> None:
    assert slug_of(path) == slug


@given(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=300))
def test_any_file_name_gives_a_slug_and_always_the_same(name: str) -> None:
    slug = slug_of(f"tools/{name}.md")
    assert is_slug(slug), slug
    assert slug == slug_of(f"tools/{name}.md")


def test_names_without_letters_give_different_slugs() -> None:
    assert slug_of("tools/---.md") != slug_of("tools/!!!.md")


@pytest.mark.parametrize(
    ("path", "locale"),
    [
        ("en/tools/krita.md", "en"),
        ("tools/en/krita.md", "en"),
        ("EN/tools/krita.md", "en"),
        ("pt-BR/krita.md", "pt-br"),
        ("pt_BR/krita.md", "pt-br"),
        ("fr/en/krita.md", "fr"),
        ("tools/krita.md", None),
        ("krita.md", None),
        ("en.md", None),
        ("xx/krita.md", None),
        ("english/krita.md", None),
        ("e/krita.md", None),
    ],
)
def test_the_first_folder_that_is_a_language_code_is_the_locale(path: str, locale: str | None) -> None:
    assert read_path(path, Options()).locale == locale


@pytest.mark.parametrize(
    ("text", "locale"), [("de", "de"), ("DE", "de"), ("pt_BR", "pt-br"), ("deutsch", None), ("", None)]
)
def test_a_locale_is_written_in_one_way(text: str, locale: str | None) -> None:
    assert locale_code(text) == locale


def test_language_codes_are_those_of_iso_639_1() -> None:
    assert len(LANGUAGE_CODES) == 183
    assert all(len(code) == 2 and set(code) <= set(string.ascii_lowercase) for code in LANGUAGE_CODES)


def test_a_row_id_starts_with_a_letter_so_spreadsheets_never_read_a_number() -> None:
    assert re.fullmatch(r"r[0-9a-f]{16}", RowIds("de/krita").row_id("pros", "a"))


def test_case_and_white_space_do_not_change_a_row_id() -> None:
    assert RowIds("de/krita").row_id("pros", "Ein  Satz\n") == RowIds("de/krita").row_id("pros", "ein satz")


def test_profile_table_text_and_occurrence_all_change_a_row_id() -> None:
    ids, other = RowIds("de/krita"), RowIds("en/krita")
    row_ids = [ids.row_id("pros", "a"), ids.row_id("pros", "a"), ids.row_id("cons", "a"), ids.row_id("pros", "b")]
    assert len({*row_ids, other.row_id("pros", "a")}) == 5


def test_parts_of_the_key_cannot_run_into_each_other() -> None:
    assert RowIds("a").row_id("b", "c d") != RowIds("a").row_id("bc", "d")
