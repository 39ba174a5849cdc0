"""One row per top-level item of an alternatives section: which product, where it points, what is said of it."""

from __future__ import annotations

import pytest

from tests.transform.support import AnyRow, column, rows, table


def alternatives(content: str) -> list[AnyRow]:
    return table(f"## Alternativen zu Krita\n\n{content}", "alternatives")


def only(item: str) -> AnyRow:
    (row,) = alternatives(f"{item}\n")
    return row


@pytest.mark.parametrize(
    ("item", "name", "description"),
    [
        ("- [GIMP](/tools/gimp/): zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- [GIMP](/tools/gimp/) – zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- [GIMP](/tools/gimp/) - zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- [GIMP:](/tools/gimp/) zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- [GIMP](/tools/gimp/)", "GIMP", None),
        ("- **[GIMP](/tools/gimp/)**: zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- [**GIMP**](/tools/gimp/): zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- **GIMP**: zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- **GIMP:** zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- **GIMP** – zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- **GIMP**", "GIMP", None),
        ("- **GIMP**\n  zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- GIMP: zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- GIMP – zum Retuschieren: auch mit Maske", "GIMP", "zum Retuschieren: auch mit Maske"),
        ("- GIMP - zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- GIMP — zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- Adobe Photoshop: zum Retuschieren", "Adobe Photoshop", "zum Retuschieren"),
        ("- Paint-Shop: zum Malen", "Paint-Shop", "zum Malen"),
        ("- GIMP", "GIMP", None),
        ("- GIMP:\n  - zum Retuschieren\n  - frei", "GIMP", "zum Retuschieren frei"),
        ("1. GIMP: zum Retuschieren", "GIMP", "zum Retuschieren"),
        ("- GIMP 2:10 Edition", "GIMP 2:10 Edition", None),
    ],
)
def test_the_name_is_the_link_text_the_bold_lead_or_what_stands_before_the_separator(
    item: str, name: str, description: str | None
) -> None:
    row = only(item)
    assert (row["name"], row["description"]) == (name, description)


@pytest.mark.parametrize(
    "text",
    [
        "Wer nur Fotos bearbeitet, ist mit anderen Programmen besser bedient.",
        "Das hier ist ein langer Satz ohne Namen eines Programms oder Trennzeichen",
        "> zitiert",
        "```\n  Code\n  ```",
        "**:**",
        "[:](/tools/gimp/)",
    ],
)
def test_an_item_that_names_no_product_is_a_row_without_a_name(text: str) -> None:
    row = only(f"- {text}")
    assert row["name"] is None
    assert row["description"]


@pytest.mark.parametrize(
    ("url", "slug", "target", "external"),
    [
        ("/tools/gimp/", "gimp", "de/gimp", None),
        ("/tools/gimp", "gimp", "de/gimp", None),
        ("/en/tools/gimp/", "gimp", "en/gimp", None),
        ("/tools/gimp/?ref=a#b", "gimp", "de/gimp", None),
        ("https://www.gimp.org/", None, None, "https://www.gimp.org/"),
        ("mailto:a@gimp.org", None, None, "mailto:a@gimp.org"),
        ("#gimp", None, None, None),
        ("../gimp/", None, None, None),
        ("/tools/", None, None, None),
        ("/tools/a/b/", None, None, None),
    ],
)
def test_a_link_points_at_the_catalogue_or_outside(
    url: str, slug: str | None, target: str | None, external: str | None
) -> None:
    row = only(f"- [GIMP]({url}): frei")
    assert (row["target_slug"], row["linked_profile_id"], row["url"]) == (slug, target, external)


def test_the_link_of_an_item_named_in_text_is_its_target_and_the_catalogue_goes_first() -> None:
    row = only("- **GIMP**: siehe [die Seite](https://www.gimp.org) oder [hier](/tools/gimp/)")
    assert (row["name"], row["target_slug"], row["url"]) == ("GIMP", "gimp", None)


def test_a_link_inside_a_sentence_names_the_product() -> None:
    row = only("- Wer nur Fotos bearbeitet, greift besser zu [GIMP](/tools/gimp/), das dafür gemacht ist")
    assert (row["name"], row["target_slug"]) == ("GIMP", "gimp")
    assert row["description"] == "Wer nur Fotos bearbeitet, greift besser zu GIMP, das dafür gemacht ist"


def test_an_image_in_front_is_no_link() -> None:
    assert only("- ![GIMP](gimp.png) GIMP: frei")["url"] is None


def test_prose_alone_gives_no_row_and_nested_items_none_of_their_own() -> None:
    assert alternatives("GIMP und Inkscape sind bekannt.\n") == []
    assert column(alternatives("- GIMP: frei\n  - Glimpse: ein Ableger\n- Inkscape: Vektoren\n"), "name") == [
        "GIMP",
        "Inkscape",
    ]


def test_lists_split_by_a_paragraph_are_read_on() -> None:
    found = alternatives("- GIMP: frei\n\nDazu kommen:\n\n- Inkscape: Vektoren\n")
    assert column(found, "name") == ["GIMP", "Inkscape"]
    assert column(found, "position") == [1, 2]
    assert column(found, "line_start") == [7, 11]


@pytest.mark.parametrize("empty", ["-\n", "1.\n", "- []()\n", "- <!-- x -->\n"])
def test_an_empty_item_is_no_row(empty: str) -> None:
    assert alternatives(empty) == []


def test_the_product_itself_stays_a_row() -> None:
    assert column(alternatives("- Krita: das Original\n- GIMP: frei\n"), "name") == ["Krita", "GIMP"]


def test_rows_carry_what_is_not_yet_known_as_pending() -> None:
    row = rows("## Alternativen\n\n- [GIMP](/tools/gimp/): frei\n")["alternatives"][0]
    assert (row["match"], row["shared_by"]) == ("none", 0)
