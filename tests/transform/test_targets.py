"""Links and names find the profiles they point at, and what points nowhere or at itself is said."""

from __future__ import annotations

import pytest

from tests.transform.support import column, dataset, front, listed
from transform.targets import Catalogue


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(
        ["de/krita", "de/gimp", "en/gimp", "de/twin-a", "de/twin-b"],
        ["de", "de", "en", "de", "de"],
        ["Krita", "GIMP", "GIMP", "Twin", "twin "],
    )


@pytest.mark.parametrize(
    ("linked", "has_link", "name", "profile_id", "match"),
    [
        ("de/gimp", True, "GIMP", "de/gimp", "link"),
        ("de/gimp", True, "Etwas anderes", "de/gimp", "link"),
        ("en/gimp", True, "GIMP", "en/gimp", "link"),
        (None, False, "GIMP", "de/gimp", "title"),
        (None, False, "  gimp ", "de/gimp", "title"),
        ("de/nirgends", True, "GIMP", None, "none"),
        (None, True, "GIMP", None, "none"),
        (None, False, "Twin", None, "none"),
        (None, False, "Unbekannt", None, "none"),
        (None, False, None, None, "none"),
    ],
)
def test_a_link_decides_and_a_name_only_where_there_is_no_link_and_one_such_title_in_the_locale(
    catalogue: Catalogue, linked: str | None, has_link: bool, name: str | None, profile_id: str | None, match: str
) -> None:
    found = catalogue.resolve("de", linked, has_link, name)
    assert (found.profile_id, found.match) == (profile_id, match)


@pytest.mark.parametrize(
    ("target", "name", "own"),
    [("de/krita", "Malprogramm", True), (None, "KRITA", True), ("de/gimp", "GIMP", False), (None, None, False)],
)
def test_a_product_is_itself_by_target_or_by_name(
    catalogue: Catalogue, target: str | None, name: str | None, own: bool
) -> None:
    assert catalogue.is_self("de/krita", target, name) is own


FILES = {
    "tools/krita.md": front()
    + "# Krita\n\nSiehe [GIMP](/tools/gimp/), [x](/tools/fehlt/), [y](https://x.org), ![b](/tools/fehlt/).\n\n"
    "## Alternativen\n\n- [GIMP](/tools/gimp/): a\n- GIMP: b\n- [Fehlt](/tools/fehlt/): c\n"
    "- [GIMP](https://gimp.org): d\n- Krita: e\n- [Hier](/tools/krita/): f\n- [GIMP](/en/tools/gimp/): g\n",
    "tools/gimp.md": front(slug="gimp", title="GIMP") + "# GIMP\n",
    "en/tools/gimp.md": front(slug="gimp", title="GIMP") + "# GIMP\n",
}


def test_alternatives_point_at_profiles_that_exist() -> None:
    found = listed(dataset(FILES), "alternatives")
    assert [(row["target_profile_id"], row["match"]) for row in found] == [
        ("de/gimp", "link"),
        ("de/gimp", "title"),
        (None, "none"),
        (None, "none"),
        ("de/krita", "title"),
        ("de/krita", "link"),
        ("en/gimp", "link"),
    ]


def test_links_point_at_profiles_that_exist() -> None:
    found = listed(dataset(FILES), "links", line_start=7)
    assert [(row["kind"], row["target_slug"], row["target_profile_id"]) for row in found] == [
        ("catalogue", "gimp", "de/gimp"),
        ("catalogue", "fehlt", None),
        ("external", None, None),
        ("image", None, None),
    ]


def test_dangling_links_and_own_alternatives_are_reported_with_their_lines() -> None:
    tables = dataset(FILES)
    assert column(listed(tables, "diagnostics", rule="link-dangling"), "line_start") == [7, 13]
    assert column(listed(tables, "diagnostics", rule="alternative-self"), "line_start") == [15, 16]
