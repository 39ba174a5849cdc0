"""One row per top-level list item, or per paragraph where there is no list; with names as RULES reads them."""

from __future__ import annotations

import pytest

from steckbrief.schema.listings import ITEM_LISTINGS
from steckbrief.transform.templates import shared_key
from tests.transform.support import AnyRow, column, rows, table

HEADINGS = {
    "features": "Funktionen",
    "pros": "Vorteile",
    "cons": "Nachteile",
    "use_cases": "Einsatzszenarien",
    "audiences": "Zielgruppe",
}


def features(content: str) -> list[AnyRow]:
    return table(f"## Funktionen\n\n{content}", "features")


def named(item: str) -> tuple[object, object, object]:
    (row,) = features(item)
    return row["name"], row["description"], row["text"]


@pytest.mark.parametrize(("name", "heading"), HEADINGS.items())
def test_each_table_is_read_from_sections_of_its_kind_alone(name: str, heading: str) -> None:
    found = rows(f"## Betrieb\n\n- n\n\n## {heading}\n\n- a\n- b\n")
    assert column(found[name], "text") == ["a", "b"]
    assert all(found[other] == [] for other in [listing.name for listing in ITEM_LISTINGS] if other != name)


def test_an_item_row_says_where_it_stands() -> None:
    assert features("- a\n- b\n  more\n\n  and more\n- c\n")[1] | {"row_id": ""} == {
        "profile_id": "de/krita",
        "position": 2,
        "row_id": "",
        "section_position": 1,
        "name": None,
        "description": None,
        "text": "b more and more",
        "form": "item",
        "shared_by": 0,
        "shared_key": shared_key("b more and more"),
        "line_start": 8,
        "line_end": 11,
    }


def test_nested_children_belong_to_their_item() -> None:
    found = features("- a\n  - a1\n    - a11\n  - a2\n- b\n")
    assert column(found, "text") == ["a a1 a11 a2", "b"]
    assert [(row["line_start"], row["line_end"]) for row in found] == [(7, 10), (11, 11)]


def test_blank_lines_other_marks_and_stray_paragraphs_do_not_end_the_rows() -> None:
    content = "Ein Satz davor.\n\n- a\n\n- b\n\nEin Satz dazwischen.\n\n* c\n\n1. d\n\nEin Satz danach.\n"
    assert column(features(content), "text") == ["a", "b", "c", "d"]


def test_a_list_right_after_its_lead_in_line_is_a_list() -> None:
    assert column(features("Krita kann:\n- a\n- b\n"), "text") == ["a", "b"]


def test_without_a_list_each_paragraph_is_a_row() -> None:
    found = features("Erster Satz.\nNoch einer.\n\nZweiter Absatz.\n")
    assert column(found, "text") == ["Erster Satz. Noch einer.", "Zweiter Absatz."]
    assert column(found, "form") == ["paragraph", "paragraph"]
    assert [(row["line_start"], row["line_end"]) for row in found] == [(7, 8), (10, 10)]


@pytest.mark.parametrize(
    "furniture",
    [
        "---",
        "***",
        "![Bild](a.png)",
        "<figure><img src='a.png'></figure>",
        "[Krita](https://krita.org)",
        "https://krita.org",
        "Anbieter: https://krita.org",
        "👉 Project page: [krita.org](https://krita.org)",
        "**[Krita](https://krita.org)**",
        "[![Bild](a.png)](https://krita.org)",
    ],
)
def test_figures_rules_images_and_links_alone_or_with_a_label_are_no_rows(furniture: str) -> None:
    assert column(features(f"Ein Satz.\n\n{furniture}\n\nNoch einer.\n"), "text") == ["Ein Satz.", "Noch einer."]


@pytest.mark.parametrize(
    "sentence",
    [
        "Mehr zu den Farben steht im [Handbuch](https://docs.krita.org).",
        "Siehe https://krita.org und danach mehr.",
        "Ein langer Satz mit vielen Worten endet so: [hier](https://krita.org)",
        "Preis: 10 < 20",
    ],
)
def test_a_sentence_with_a_link_is_a_row(sentence: str) -> None:
    assert len(features(f"{sentence}\n")) == 1


def test_quotes_code_and_tables_alone_are_no_rows() -> None:
    assert features("> - quoted\n\n```\n- code\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n") == []


def test_a_bold_line_is_a_sub_heading_and_no_row() -> None:
    assert column(features("**Malen**\n\nEin Satz.\n\n__Zeichnen__\n\nNoch einer.\n"), "text") == [
        "Ein Satz.",
        "Noch einer.",
    ]


@pytest.mark.parametrize(
    ("item", "name", "description"),
    [
        ("- **API access:** gives data", "API access", "gives data"),
        ("- **API access**: gives data", "API access", "gives data"),
        ("- **API access** – gives data", "API access", "gives data"),
        ("- **API access** - gives data", "API access", "gives data"),
        ("- **API access —** gives data", "API access", "gives data"),
        ("- __API access:__ gives data", "API access", "gives data"),
        ("- **[API](https://x.org) access:** gives data", "API access", "gives data"),
        ("- **API `x` access:** gives *data*", "API x access", "gives data"),
        ("- **API access:**\n  gives data", "API access", "gives data"),
        ("- **API access:**\n\n  gives data", "API access", "gives data"),
        ("- **API access:**\n  - gives\n  - data", "API access", "gives data"),
        ("- **API access:** gives\n  - data", "API access", "gives data"),
        ("1. **API access:** gives data", "API access", "gives data"),
    ],
)
def test_a_bold_lead_closed_by_colon_or_dash_is_the_name(item: str, name: str, description: str) -> None:
    found = named(item)
    assert found[:2] == (name, description)


@pytest.mark.parametrize(
    "item",
    [
        "- API access: gives data",
        "- **API access gives data**",
        "- **API access:**",
        "- **API access** gives data",
        "- **API**-based access",
        "- gives **API access:** data",
        "- **:** gives data",
        "- *API access:* gives data",
    ],
)
def test_no_name_without_a_closed_bold_lead_or_where_nothing_follows(item: str) -> None:
    assert named(item)[:2] == (None, None)


def test_the_text_is_the_whole_item_without_markup_on_one_line() -> None:
    assert named("- **API:** gives\n  [data](/x) and `code`,\n  <b>bold</b>  and &amp; more\\*")[2] == (
        "API: gives data and code, bold and & more*"
    )


@pytest.mark.parametrize(
    "content", ["-\n- a\n", "- a\n-\n", "1.\n2. a\n", "1. a\n2.\n", "- <!-- x -->\n- a\n", "*\n\n* a\n"]
)
def test_an_empty_item_is_no_row(content: str) -> None:
    assert column(features(content), "text") == ["a"]


@pytest.mark.parametrize("content", ["1.\n", "-\n", "- \n- \n", "1. \n2. \n", "- <!-- x -->\n"])
def test_a_list_of_empty_items_alone_gives_nothing(content: str) -> None:
    assert features(content) == []


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("- > quoted", "quoted"),
        ("- # heading", "heading"),
        ("- ```\n  code\n  ```", "code"),
        ("-     code", "code"),
        ("- | a | b |\n  |---|---|\n  | 1 | 2 |", "a b 1 2"),
        ("- - nested", "nested"),
        ("-\n  - nested", "nested"),
        ("- 1. nested\n  2. more", "1. nested 2. more"),
        ("- [ ] open task", "[ ] open task"),
        ("- ![alt](a.png)", "alt"),
    ],
)
def test_an_item_may_start_with_any_block(item: str, text: str) -> None:
    assert named(item) == (None, None, text)


def test_an_ordered_item_loses_its_own_number_only() -> None:
    assert column(features("1. a\n   1. b\n   2. c\n2. d 3. e\n"), "text") == ["a 1. b 2. c", "d 3. e"]


def test_twins_are_two_rows_with_two_ids() -> None:
    found = features("- gleich\n- gleich\n")
    assert len({row["row_id"] for row in found}) == 2
