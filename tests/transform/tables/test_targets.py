"""Links and names find their profiles by link, title and slug, in the same locale and then in others."""

from __future__ import annotations

import pytest

from steckbrief.schema.values import MATCHES
from steckbrief.transform.tables.targets import Catalogue
from tests.transform.support import column, dataset, front, listed


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(
        [
            "de/krita",
            "de/gimp",
            "en/gimp",
            "de/twin-a",
            "de/twin-b",
            "en/twin",
            "en/node.js",
            "en/pen-tool",
            "fr/pen-tool",
        ],
        ["de", "de", "en", "de", "de", "en", "en", "en", "fr"],
        ["Krita", "GIMP", "GIMP", "Twin", "twin ", "Twin", "Node", "Pen", "Pen"],
    )


@pytest.mark.parametrize(
    ("linked", "slug", "name", "profile_id", "match"),
    [
        ("de/gimp", "gimp", "GIMP", "de/gimp", "link"),
        ("de/gimp", "gimp", "Krita", "de/gimp", "link"),
        ("en/gimp", "gimp", "GIMP", "de/gimp", "link"),
        ("en/twin", "twin", "GIMP", "en/twin", "link"),
        (None, None, "GIMP", "de/gimp", "title"),
        (None, None, "  gimp ", "de/gimp", "title"),
        ("de/nirgends", "nirgends", "GIMP", "de/gimp", "title"),
        (None, None, "twin-A", "de/twin-a", "slug"),
        (None, None, "Twin A", "de/twin-a", "slug"),
        ("en/krita", "krita", "Malprogramm", "de/krita", "slug"),
        (None, None, "Node", "en/node.js", "title_other_locale"),
        (None, None, "Pen", "en/pen-tool", "title_other_locale"),
        (None, None, "node.js", "en/node.js", "slug_other_locale"),
        ("de/pen-tool", "pen-tool", "Stift", "en/pen-tool", "slug_other_locale"),
        (None, None, "Twin", None, "none"),
        ("de/nirgends", "nirgends", None, None, "none"),
        (None, None, "Unbekannt", None, "none"),
        (None, None, "!!", None, "none"),
        (None, None, None, None, "none"),
    ],
)
def test_the_first_of_link_title_slug_and_the_other_locales_that_finds_a_profile_decides(
    catalogue: Catalogue, linked: str | None, slug: str | None, name: str | None, profile_id: str | None, match: str
) -> None:
    target = catalogue.resolve("de", linked, slug, name)
    assert (target.profile_id, target.match) == (profile_id, match)


def test_a_title_that_two_products_of_the_other_locales_share_names_neither() -> None:
    twins = Catalogue(["en/a", "fr/b"], ["en", "fr"], ["Twin", "Twin"])
    assert twins.resolve("de", None, None, "Twin").match == "none"
    assert twins.resolve("en", None, None, "Twin").profile_id == "en/a"


def test_every_way_of_finding_a_profile_is_declared() -> None:
    assert {"link", "title", "slug", "title_other_locale", "slug_other_locale", "none"} == set(MATCHES)


@pytest.mark.parametrize(
    ("target", "name", "own"),
    [
        ("de/krita", "Malprogramm", True),
        ("en/krita", "Malprogramm", True),
        (None, "KRITA", True),
        ("de/gimp", "GIMP", False),
        ("de/krita-2", "Krita 2", False),
        (None, None, False),
    ],
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
    alternatives = listed(dataset(FILES), "alternatives")
    assert [(row["target_profile_id"], row["match"]) for row in alternatives] == [
        ("de/gimp", "link"),
        ("de/gimp", "title"),
        (None, "none"),
        (None, "none"),
        ("de/krita", "title"),
        ("de/krita", "link"),
        ("de/gimp", "link"),
    ]


def test_links_point_at_profiles_that_exist() -> None:
    links = listed(dataset(FILES), "links", line_start=7)
    assert [(row["kind"], row["target_slug"], row["target_profile_id"]) for row in links] == [
        ("catalogue", "gimp", "de/gimp"),
        ("catalogue", "fehlt", None),
        ("external", None, None),
        ("image", None, None),
    ]


def test_dangling_links_and_own_alternatives_are_reported_with_their_lines() -> None:
    tables = dataset(FILES)
    assert column(listed(tables, "diagnostics", rule="link-dangling"), "line_start") == [7, 13]
    assert column(listed(tables, "diagnostics", rule="alternative-self"), "line_start") == [15, 16]
