"""The graph of alternatives: which profile each item leads to, and what is wrong with its edges."""

from __future__ import annotations

import pytest

from steckbrief.transform.checks.alternatives import link_forms
from steckbrief.transform.checks.compared import ComparedLink
from tests.transform.support import FRONT, column, dataset, front, listed


def profile(slug: str, title: str, *items: str) -> str:
    """A profile whose alternatives start on line 7."""
    return front(slug=slug, title=title) + "## Alternativen\n\n" + "".join(f"- {item}\n" for item in items)


def found(files: dict[str, str], rule: str) -> list[tuple[object, object]]:
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


def test_the_hint_to_an_editor_is_a_link_in_the_form_that_the_source_uses() -> None:
    files = FILES | {"en/tools/krita.md": profile("krita", "Krita", "[Inkscape](/en/tools/inkscape/)")}
    rows = listed(dataset(files), "diagnostics", rule="alternative-unlinked", source_path="tools/krita.md")
    hints = [(row["line_start"], row["hint"]) for row in rows]
    assert hints == [
        (7, "Link it: [GIMP](/tools/gimp/)."),
        (8, "Link it: [Gimp](/tools/gimp/)."),
        (9, "Link it: [Inkscape](/en/tools/inkscape/)."),
        (10, "Link it: [paint-net](/tools/paint-net/)."),
    ]


def test_a_source_without_links_is_told_where_the_profile_stands() -> None:
    files = {"tools/krita.md": profile("krita", "Krita", "GIMP: frei"), "tools/gimp.md": profile("gimp", "GIMP")}
    (row,) = listed(dataset(files), "diagnostics", rule="alternative-unlinked")
    assert "(tools/gimp.md)" in str(row["hint"])


def link(url: str, slug: str, target: str | None) -> ComparedLink:
    return ComparedLink("de/x", url, "catalogue", slug, target, 1)


def test_the_most_frequent_form_of_a_link_in_each_locale_counts() -> None:
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
    assert found(files, "alternative-self") == ([("tools/krita.md", 7)] if is_self else [])
    assert found(files, "alternative-unlinked") == []


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
def test_a_product_stands_once_among_the_alternatives(first: str, second: str, is_twice: bool) -> None:
    files = {
        "tools/krita.md": profile("krita", "Krita", first, second),
        "tools/gimp.md": profile("gimp", "GIMP"),
        "en/tools/gimp.md": profile("gimp", "GIMP"),
    }
    assert found(files, "alternative-duplicate") == ([("tools/krita.md", 8)] if is_twice else [])


def two_targets(*targets: str, exists: tuple[str, ...] = ()) -> list[object]:
    """The files reported where profiles a, b, c ... link the name Paint to these slugs."""
    files = {
        f"tools/{name}.md": profile(name, name, f"[Paint](/tools/{target}/)")
        for name, target in zip("abcdefgh", targets, strict=False)
    }
    files |= {f"tools/{slug}.md": profile(slug, slug) for slug in exists}
    return [path for path, _ in found(files, "alternative-two-targets")]


def test_of_one_name_with_two_targets_the_rarer_one_is_reported() -> None:
    assert two_targets("paint", "paint", "paint-3d") == ["tools/c.md"]
    assert two_targets("paint-3d", "paint", "paint-3d") == ["tools/b.md"]


def test_a_target_that_exists_counts_before_a_frequent_one() -> None:
    assert two_targets("paint", "paint", "paint-3d", exists=("paint-3d",)) == ["tools/a.md", "tools/b.md"]


def test_without_a_leading_target_every_item_is_reported() -> None:
    assert two_targets("paint", "paint-3d") == ["tools/a.md", "tools/b.md"]
    assert two_targets("paint", "paint", "x", "x", "y") == [f"tools/{name}.md" for name in "abcde"]


def test_one_target_in_all_items_is_no_finding() -> None:
    assert two_targets("paint", "paint", "paint", exists=("paint",)) == []


def test_one_name_in_one_list_with_two_targets_is_reported_there() -> None:
    files = {"tools/a.md": profile("a", "A", "[Paint](/tools/x/)", "[Paint](/tools/y/)")}
    assert found(files, "alternative-two-targets") == [("tools/a.md", 7), ("tools/a.md", 8)]


def test_targets_never_leave_the_release() -> None:
    tables = dataset(FILES)
    known = set(column(listed(tables, "profiles"), "profile_id"))
    for name in ("alternatives", "links"):
        assert {row["target_profile_id"] for row in listed(tables, name)} - {None} <= known


def test_an_empty_source_has_no_graph() -> None:
    assert found({"tools/krita.md": FRONT + "Text.\n"}, "alternative-unlinked") == []
