"""The graph of alternatives: the profile that each item leads to, and problems with its edges."""

from __future__ import annotations

import pytest

from steckbrief.transform.checks.alternatives import link_forms
from steckbrief.transform.checks.compared import ComparedLink
from tests.transform.support import FRONT, column, dataset, front, listed


def profile(slug: str, title: str, *items: str) -> str:
    """Return a profile whose alternatives start on line 7."""
    return front(slug=slug, title=title) + "## Alternativen\n\n" + "".join(f"- {item}\n" for item in items)


def places(files: dict[str, str], rule: str) -> list[tuple[object, object]]:
    return [(row["source_path"], row["line_start"]) for row in listed(dataset(files), "diagnostics", rule=rule)]


FILES = {
    "tools/krita.md": profile(
        "krita", "Krita", "GIMP: frei", "[Gimp](/tools/gimpp/)", "Inkscape: Vektoren", "paint-net"
    ),
    "tools/gimp.md": profile("gimp", "GIMP"),
    "tools/paint-net.md": profile("paint-net", "Paint.NET"),
    "en/tools/inkscape.md": profile("inkscape", "Inkscape", "[Krita](/tools/krita/)", "[Draw](/en/tools/gimp/)"),
}


def test_an_item_finds_its_profile_by_link_title_slug_and_then_in_other_locales() -> None:
    rows = listed(dataset(FILES), "alternatives")
    assert [(row["profile_id"], row["name"], row["target_profile_id"], row["match"]) for row in rows] == [
        ("de/krita", "GIMP", "de/gimp", "title"),
        ("de/krita", "Gimp", "de/gimp", "title"),
        ("de/krita", "Inkscape", "en/inkscape", "title_other_locale"),
        ("de/krita", "paint-net", "de/paint-net", "slug"),
        ("en/inkscape", "Krita", "de/krita", "link"),
        ("en/inkscape", "Draw", "de/gimp", "slug_other_locale"),
    ]


def test_the_hint_contains_a_link_in_the_form_that_the_source_uses() -> None:
    files = FILES | {"en/tools/krita.md": profile("krita", "Krita", "[Inkscape](/en/tools/inkscape/)")}
    rows = listed(dataset(files), "diagnostics", rule="alternative-unlinked", source_path="tools/krita.md")
    hints = [(row["line_start"], row["hint"]) for row in rows]
    assert hints == [
        (7, "Add the link: [GIMP](/tools/gimp/)."),
        (8, "Add the link: [Gimp](/tools/gimp/)."),
        (9, "Add the link: [Inkscape](/en/tools/inkscape/)."),
        (10, "Add the link: [paint-net](/tools/paint-net/)."),
    ]


def test_the_hint_contains_the_path_of_the_profile_if_the_source_has_no_links() -> None:
    files = {"tools/krita.md": profile("krita", "Krita", "GIMP: frei"), "tools/gimp.md": profile("gimp", "GIMP")}
    (row,) = listed(dataset(files), "diagnostics", rule="alternative-unlinked")
    assert "(tools/gimp.md)" in str(row["hint"])


def link(url: str, slug: str, target: str | None) -> ComparedLink:
    return ComparedLink("de/x", url, "catalogue", slug, target, 1)


def test_the_most_frequent_form_of_a_link_wins_in_each_locale() -> None:
    links = [
        link("/tools/a/", "a", "de/a"),
        link("/tools/b/", "b", "de/b"),
        link("/tools/c", "c", "de/c"),
        link("https://x.org/en/tools/en", "en", "en/en"),
        link("/tools/d/?from=a", "d", "de/d"),
        link("/tools/fehlt", "fehlt", None),
        link("/tools/fehlt", "fehlt", None),
        link("/tools/fehlt", "fehlt", None),
    ]
    assert link_forms(links) == {"de": ("/tools/", "/"), "en": ("https://x.org/en/tools/", "")}


@pytest.mark.parametrize(
    ("item", "is_self"),
    [
        ("Krita: das Original", True),
        ("[Hier](/tools/krita/)", True),
        ("[Hier](/en/tools/krita/)", True),
        ("krita", True),
        ("Krita Gemini: alt", False),
        ("[GIMP](/tools/gimp/)", False),
    ],
)
def test_a_product_is_not_its_own_alternative_in_any_locale(item: str, is_self: bool) -> None:
    files = {
        "tools/krita.md": profile("krita", "Krita", item),
        "en/tools/krita.md": profile("krita", "Krita"),
        "tools/gimp.md": profile("gimp", "GIMP"),
    }
    assert places(files, "alternative-self") == ([("tools/krita.md", 7)] if is_self else [])
    assert places(files, "alternative-unlinked") == []


@pytest.mark.parametrize(
    ("first", "second", "is_twice"),
    [
        ("[GIMP](/tools/gimp/)", "[Bildbearbeitung](/tools/gimp/)", True),
        ("[GIMP](/tools/gimp/)", "gimp: frei", True),
        ("[X](/tools/fehlt/)", "[Y](/en/tools/fehlt/)", True),
        ("Unbekannt: a", "UNBEKANNT: b", True),
        ("[GIMP](/tools/gimp/)", "[GIMP](/en/tools/gimp/)", True),
        ("Unbekannt: a", "Unbekannt 2: b", False),
        ("Wer nur Fotos bearbeitet, ist woanders besser aufgehoben.", "Wer viel zeichnet, ist hier richtig.", False),
    ],
)
def test_a_product_listed_twice_is_reported(first: str, second: str, is_twice: bool) -> None:
    files = {
        "tools/krita.md": profile("krita", "Krita", first, second),
        "tools/gimp.md": profile("gimp", "GIMP"),
        "en/tools/gimp.md": profile("gimp", "GIMP"),
    }
    assert places(files, "alternative-duplicate") == ([("tools/krita.md", 8)] if is_twice else [])


def two_targets(*targets: str, exists: tuple[str, ...] = ()) -> list[object]:
    """Return the files reported if the profiles a, b, c ... link the name Paint to these slugs."""
    files = {
        f"tools/{name}.md": profile(name, name, f"[Paint](/tools/{target}/)")
        for name, target in zip("abcdefgh", targets, strict=False)
    }
    files |= {f"tools/{slug}.md": profile(slug, slug) for slug in exists}
    return [path for path, _ in places(files, "alternative-two-targets")]


def test_the_rarer_of_two_targets_of_a_name_is_reported() -> None:
    assert two_targets("paint", "paint", "paint-3d") == ["tools/c.md"]
    assert two_targets("paint-3d", "paint", "paint-3d") == ["tools/b.md"]


def test_a_target_that_exists_beats_a_more_frequent_one() -> None:
    assert two_targets("paint", "paint", "paint-3d", exists=("paint-3d",)) == ["tools/a.md", "tools/b.md"]


def test_every_item_is_reported_if_two_targets_tie() -> None:
    assert two_targets("paint", "paint-3d") == ["tools/a.md", "tools/b.md"]
    assert two_targets("paint", "paint", "x", "x", "y") == [f"tools/{name}.md" for name in "abcde"]


def test_a_name_with_one_target_is_not_reported() -> None:
    assert two_targets("paint", "paint", "paint", exists=("paint",)) == []


def test_two_targets_within_one_list_are_reported() -> None:
    files = {"tools/a.md": profile("a", "A", "[Paint](/tools/x/)", "[Paint](/tools/y/)")}
    assert places(files, "alternative-two-targets") == [("tools/a.md", 7), ("tools/a.md", 8)]


def test_all_targets_are_profiles_of_the_release() -> None:
    tables = dataset(FILES)
    known = set(column(listed(tables, "profiles"), "profile_id"))
    for name in ("alternatives", "links"):
        assert {row["target_profile_id"] for row in listed(tables, name)} - {None} <= known


def test_a_profile_without_alternatives_has_no_findings() -> None:
    assert places({"tools/krita.md": FRONT + "Text.\n"}, "alternative-unlinked") == []
