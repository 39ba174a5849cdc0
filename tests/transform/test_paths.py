"""Identity from the path: index files stand for their folder; dates and language codes are not part of the slug."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.transform.identity import is_slug, slug_from_link, slug_from_text
from steckbrief.transform.options import Options
from steckbrief.transform.paths import folder_pages, newest_dated, read_path


@pytest.mark.parametrize(
    ("path", "slug", "locale"),
    [
        ("tools/krita/index.md", "krita", None),
        ("krita/README.md", "krita", None),
        ("krita/Readme.MD", "krita", None),
        ("en/tools/alpha/index.mdx", "alpha", "en"),
        ("apps/org.kde.index/index.md", "org.kde.index", None),
        ("tools/krita/de/index.md", "krita", "de"),
        ("tools/krita/index.de.md", "krita", "de"),
        ("en/tools/krita/index.pt-br.md", "krita", "pt-br"),
        ("tools/it/index.md", "tools", "it"),
        ("en/tools/it/index.md", "it", "en"),
        ("index.md", "index", None),
        ("en/README.md", "readme", "en"),
        ("tools/indexing.md", "indexing", None),
    ],
)
def test_an_index_or_readme_file_has_the_slug_of_its_folder(path: str, slug: str, locale: str | None) -> None:
    assert read_path(path, Options())[:2] == (slug, locale)


@pytest.mark.parametrize(
    ("path", "slug", "date"),
    [
        ("2024-05-01-krita.md", "krita", (2024, 5, 1)),
        ("posts/2024_05_01_krita.md", "krita", (2024, 5, 1)),
        ("posts/2024-05-01-krita/index.md", "krita", (2024, 5, 1)),
        ("2024/05/krita.md", "krita", (2024, 5)),
        ("2024/5/1/krita.md", "krita", (2024, 5, 1)),
        ("tools/2024-05/krita.md", "krita", (2024, 5)),
        ("krita/2024/05/index.md", "krita", (2024, 5)),
        ("2024/krita.md", "krita", (2024,)),
        ("2024-13-01-krita.md", "2024-13-01-krita", ()),
        ("2024-trends.md", "2024-trends", ()),
        ("office-2024-05-01.md", "office-2024-05-01", ()),
        ("games/2048/index.md", "2048", ()),
        ("games/1984.md", "1984", ()),
    ],
)
def test_a_date_in_the_path_is_not_part_of_the_slug(path: str, slug: str, date: tuple[int, ...]) -> None:
    identity = read_path(path, Options())
    assert (identity.slug, identity.date) == (slug, date)


@pytest.mark.parametrize(
    ("path", "slug", "locale"),
    [
        ("tools/krita.de.md", "krita", "de"),
        ("en/tools/krita.de.md", "krita", "de"),
        ("tools/krita.md", "krita", None),
        ("tools/node.js.md", "node.js", None),
        ("tools/draw.io.md", "draw.io", None),
        ("tools/krita.deutsch.md", "krita", "de"),
    ],
)
def test_a_language_code_ends_file_names_if_the_site_says_so(path: str, slug: str, locale: str | None) -> None:
    site = Options(locale_suffixes=True, locales={"io": None, "deutsch": "de"})
    assert read_path(path, site)[:2] == (slug, locale)
    assert read_path("tools/krita.de.md", Options())[:2] == ("krita.de", None)


def test_separate_dates_are_part_of_the_slug() -> None:
    site = Options(dated_files="separate")
    assert read_path("2024/05/krita.md", site).slug == "2024-05-krita"
    assert read_path("2024-05-01-krita.md", site).slug == "2024-05-01-krita"


def test_a_slug_from_the_full_path_has_all_folders_except_locale_and_date() -> None:
    site = Options(slug_from="full_path")
    assert read_path("en/solutions/Finance & Law/fraud/index.md", site).slug == "solutions-finance-law-fraud"
    assert read_path("blog/2024/05/krita.md", site).slug == "blog-krita"


@pytest.mark.parametrize(
    ("paths", "pages"),
    [
        (["README.md", "en/tools/krita.md"], ["README.md"]),
        (["tools/index.md", "tools/krita.md"], ["tools/index.md"]),
        (["tools/index.md", "tools/krita/index.md"], ["tools/index.md"]),
        (["krita/index.md", "krita/krita.md"], ["krita/index.md"]),
        (["krita/index.md", "gimp/index.md"], []),
        (["krita/index.md"], []),
        (["README.md"], []),
        (["krita/index.md", "krita/index.de.md", "krita/fr/index.md"], []),
        (["krita/2023/index.md", "krita/2024/index.md"], []),
    ],
)
def test_an_index_file_with_other_profiles_around_it_is_the_folders_page(paths: list[str], pages: list[str]) -> None:
    assert sorted(folder_pages(paths, Options())) == pages


def test_of_dated_files_the_newest_remains_or_the_oldest_or_all() -> None:
    paths = ["2023-11-02-krita.md", "2024-05-01-krita.md", "krita.md"]
    assert newest_dated(paths, Options()) == ["2024-05-01-krita.md", "krita.md"]
    assert newest_dated(paths, Options(dated_files="oldest")) == ["2023-11-02-krita.md", "krita.md"]
    assert newest_dated(paths, Options(dated_files="separate")) == paths


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("krita", "krita"),
        ("/tools/alpha", "alpha"),
        ("/tools/alpha/", "alpha"),
        ("tools/alpha", "alpha"),
        ("o\u0308l", "öl"),
        ("/tools/%C3%B6l", "öl"),
        ("../alpha", None),
        ("tools//alpha", None),
        ("https://example.org/alpha", None),
        ("two words", None),
        ("/", None),
    ],
)
def test_a_slug_in_front_matter_may_be_a_path(text: str, slug: str | None) -> None:
    assert slug_from_text(text) == slug


@pytest.mark.parametrize(
    ("segment", "slug"),
    [("%C3%B6l", "öl"), ("o%CC%88l", "öl"), ("öl", "öl"), ("a%2Fb", "a%2Fb"), ("%ff", "%ff"), ("a%00", "a%00")],
)
def test_a_slug_in_an_address_may_be_percent_encoded(segment: str, slug: str) -> None:
    assert slug_from_link(segment) == slug


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=80)


@given(NAMES)
def test_both_unicode_forms_of_a_file_name_have_one_composed_slug(name: str) -> None:
    slugs = {read_path(f"{unicodedata.normalize(form, name)}.md", Options()).slug for form in ("NFC", "NFD")}
    if any(char.isalnum() for char in unicodedata.normalize("NFC", name.lower())):
        (slug,) = slugs
        assert is_slug(slug)
        assert slug == unicodedata.normalize("NFC", slug)


@given(st.lists(st.sampled_from(["tools", "Apps & Co", "öl", "x.y"]), max_size=3), NAMES)
def test_a_renamed_folder_changes_no_slug_and_no_locale(folders: list[str], name: str) -> None:
    path = "/".join([*folders, f"{name}x.md"])
    identity = read_path(path, Options())
    moved = read_path(f"new folder/{name}x.md", Options())
    assert identity.slug == moved.slug or identity.slug.startswith("profile-")
    assert identity.locale == moved.locale
