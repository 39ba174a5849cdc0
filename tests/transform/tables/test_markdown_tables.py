"""Tables as lists: rows of a Markdown table are items where it lists what its section is about."""

from __future__ import annotations

import pytest

from steckbrief.transform.options import Options
from tests.transform.support import FRONT, column, rows, table

FEATURES = """## Features

| Feature | What it does | Since |
| --- | --- | --- |
| Brushes | **nine** engines | 2.0 |
| [Layers](/tools/layers/) | | |
| | only in the beta | 5.3 |
"""


def test_each_row_but_the_header_is_an_item_named_by_its_first_cell() -> None:
    found = table(FEATURES, "features")
    assert [(row["name"], row["description"], row["text"]) for row in found] == [
        ("Brushes", "nine engines; 2.0", "Brushes: nine engines; 2.0"),
        ("Layers", None, "Layers"),
        (None, None, "only in the beta; 5.3"),
    ]
    assert {row["form"] for row in found} == {"item"}
    assert [(row["line_start"], row["line_end"]) for row in found] == [(9, 9), (10, 10), (11, 11)]
    assert column(found, "position") == [1, 2, 3]
    assert len(set(column(found, "row_id"))) == 3


@pytest.mark.parametrize(
    ("heading", "name"),
    [("Pros", "pros"), ("Cons", "cons"), ("Use cases", "use_cases"), ("Who is it for?", "audiences")],
)
def test_the_form_works_in_every_table_of_items(heading: str, name: str) -> None:
    found = table(f"## {heading}\n\n| Point | Why |\n|---|---|\n| Speed | it is quick |\n", name)
    assert [(row["name"], row["line_start"]) for row in found] == [("Speed", 9)]


def test_a_table_of_one_column_gives_items_without_names() -> None:
    found = table("## Features\n\n| Feature |\n| --- |\n| Brushes |\n| Layers |\n", "features")
    assert [(row["name"], row["text"]) for row in found] == [(None, "Brushes"), (None, "Layers")]


def test_numbers_and_ticks_before_the_name_are_no_name() -> None:
    body = (
        "## Features\n\n| # | | Feature | Note |\n|---|---|---|---|\n| 1 | ✓ | Brushes | nine |\n| 2 | | Layers | |\n"
    )
    assert [(row["name"], row["description"]) for row in table(body, "features")] == [
        ("Brushes", "nine"),
        ("Layers", None),
    ]


def test_a_line_break_in_a_cell_is_a_space_and_an_escaped_pipe_is_text() -> None:
    body = "## Features\n\n| Feature | Note |\n|---|---|\n| Brushes | nine<br>engines \\| more |\n| - | – |\n"
    assert column(table(body, "features"), "text") == ["Brushes: nine engines | more"]


def test_a_list_wins_over_a_table_and_a_table_over_paragraphs() -> None:
    grid = "| Feature | Note |\n|---|---|\n| Brushes | nine |\n"
    assert column(table(f"## Features\n\nText.\n\n{grid}\n- Layers\n", "features"), "text") == ["Layers"]
    assert column(table(f"## Features\n\nText.\n\n{grid}\nMore text.\n", "features"), "text") == ["Brushes: nine"]
    assert column(table("## Features\n\nText.\n\n| Feature |\n|---|\n", "features"), "form") == ["paragraph"]


def test_tables_below_subheadings_of_no_kind_belong_to_the_section() -> None:
    grid = "| Name | Note |\n|---|---|\n| {0} | x |\n"
    body = f"## Features\n\n### Drawing\n\n{grid.format('Brushes')}\n### Film\n\n{grid.format('Timeline')}"
    assert column(table(body, "features"), "name") == ["Brushes", "Timeline"]


@pytest.mark.parametrize("heading", ["Pricing", "Overview", "Quality and limits", "Something else"])
def test_a_table_in_a_section_of_another_kind_gives_no_rows(heading: str) -> None:
    found = rows(f"## {heading}\n\n| Plan | Price |\n|---|---|\n| Free | 0 |\n| Team | 9 |\n")
    for name in ("features", "pros", "cons", "use_cases", "audiences", "alternatives", "faqs"):
        assert found[name] == []


@pytest.mark.parametrize(
    "header", ["| Price | Plan |", "| Plan | Price |", "| Advantages | Notes |", "| Alternatives | Notes |"]
)
def test_a_table_of_something_else_below_features_gives_no_rows(header: str) -> None:
    body = f"## Features\n\nOne paragraph.\n\n{header}\n|---|---|\n| a thing | b |\n"
    assert column(table(body, "features"), "text") == ["One paragraph."]


def test_a_price_column_beside_features_by_name_does_no_harm() -> None:
    body = "## Features\n\n| Feature | Price |\n|---|---|\n| Brushes | included |\n"
    assert column(table(body, "features"), "name") == ["Brushes"]


def test_a_picture_before_the_name_is_no_name() -> None:
    body = "## Alternatives\n\n| | Tool |\n|---|---|\n| ![GIMP logo](gimp.png) | [GIMP](https://gimp.org) |\n"
    assert column(table(body, "alternatives"), "name") == ["GIMP"]


def test_a_price_column_beside_alternatives_does_no_harm() -> None:
    body = "## Alternatives\n\n| Tool | Price |\n|---|---|\n| GIMP | free |\n"
    (row,) = table(body, "alternatives")
    assert (row["name"], row["description"]) == ("GIMP", "free")


ALTERNATIVES = """## Alternatives

| Tool | Licence | Why |
| :--- | :---: | --- |
| [GIMP](/tools/gimp/) | GPL | for photos |
| [MyPaint](https://mypaint.app/) | GPL | for sketching |
| Inkscape ([site](https://inkscape.org/)) | GPL | for vectors |
| **Affinity** | paid | [site](https://affinity.studio/) |
| Photoshop (rented) | | |
| | free | whatever is at hand |
"""


def test_alternatives_in_a_table_are_named_by_the_first_cell() -> None:
    found = table(ALTERNATIVES, "alternatives")
    assert [(row["name"], row["description"], row["url"], row["target_slug"]) for row in found] == [
        ("GIMP", "GPL; for photos", None, "gimp"),
        ("MyPaint", "GPL; for sketching", "https://mypaint.app/", None),
        ("Inkscape", "GPL; for vectors", "https://inkscape.org/", None),
        ("Affinity", "paid; site", "https://affinity.studio/", None),
        ("Photoshop (rented)", None, None, None),
        (None, "free; whatever is at hand", None, None),
    ]
    assert column(found, "line_start") == [9, 10, 11, 12, 13, 14]
    assert len(set(column(found, "row_id"))) == len(found)


@pytest.mark.parametrize(
    "header", ["| Criterion | Krita | GIMP |", "| | Photoshop | GIMP |", "| Price | Photoshop | GIMP |"]
)
def test_a_comparison_of_products_by_criteria_lists_no_alternatives(header: str) -> None:
    body = f"## Alternatives\n\n{header}\n|---|---|---|\n| Licence | free | paid |\n"
    assert table(body, "alternatives") == []


def test_a_table_without_any_header_still_lists_alternatives() -> None:
    body = "## Alternatives\n\n| | |\n|---|---|\n| GIMP | for photos |\n"
    assert column(table(body, "alternatives"), "name") == ["GIMP"]


def test_a_list_of_alternatives_wins_over_a_table() -> None:
    assert column(table(f"{ALTERNATIVES}\n- Procreate\n", "alternatives"), "name") == ["Procreate"]


SIDES = """## Vor- und Nachteile

| Vorteile | Nachteile |
| --- | --- |
| **Schnell:** auch auf alten Rechnern | braucht viel Platz |
| frei | – |
| | keine Farbprofile<br>- kein Druck<br/>• kein Scan |
"""


def test_pros_and_cons_side_by_side_are_rows_of_both_on_their_lines() -> None:
    found = rows(SIDES)
    keys = ("name", "description", "text", "line_start", "form")
    assert [tuple(row[key] for key in keys) for row in found["pros"]] == [
        ("Schnell", "auch auf alten Rechnern", "Schnell: auch auf alten Rechnern", 9, "item"),
        (None, None, "frei", 10, "item"),
    ]
    assert [(row["text"], row["line_start"], row["position"]) for row in found["cons"]] == [
        ("braucht viel Platz", 9, 1),
        ("keine Farbprofile", 11, 2),
        ("kein Druck", 11, 3),
        ("kein Scan", 11, 4),
    ]


def test_the_columns_may_stand_the_other_way_round_behind_labels() -> None:
    body = "## Pros and cons\n\n| Topic | Cons | Pros |\n|---|---|---|\n| Price | rises yearly | fair |\n"
    found = rows(body)
    assert [(row["name"], row["description"], row["text"]) for row in found["pros"]] == [
        ("Price", "fair", "Price: fair")
    ]
    assert column(found["cons"], "text") == ["Price: rises yearly"]


@pytest.mark.parametrize("heading", ["Pros", "Cons"])
def test_side_by_side_counts_below_pros_or_cons_too(heading: str) -> None:
    found = rows(f"## {heading}\n\n| Pros | Cons |\n|---|---|\n| quick | large |\n")
    own = heading.casefold()
    assert column(found[own], "text") == ["quick" if own == "pros" else "large"]


@pytest.mark.parametrize(
    ("heading", "header"),
    [
        ("Pros and cons", "| Pros | Price |"),
        ("Pros and cons", "| Windows | macOS |"),
        ("Features", "| Pros | Cons |"),
        ("Pricing", "| Pros | Cons |"),
        ("Verdict", "| Pros | Cons |"),
    ],
)
def test_a_table_that_comes_close_gives_neither_pros_nor_cons(heading: str, header: str) -> None:
    found = rows(f"## {heading}\n\n{header}\n|---|---|\n| quick | large |\n")
    assert (found["pros"], found["cons"], found["features"]) == ([], [], [])


def test_a_table_beside_lists_below_subheadings_adds_its_rows() -> None:
    body = "## Pros and cons\n\n| Pros | Cons |\n|---|---|\n| quick | large |\n\n### Pros\n\n- free\n"
    assert column(rows(body)["pros"], "text") == ["quick", "free"]


def test_the_header_may_use_the_sites_own_words() -> None:
    options = Options(headings={"the ledger": "pros_cons", "we like": "pros", "we miss": "cons"})
    body = "## The ledger\n\n| We like | We miss |\n|---|---|\n| speed | layers |\n"
    assert column(rows(body, options=options)["cons"], "text") == ["layers"]
    assert rows(body)["cons"] == []


def test_a_table_inside_a_list_or_quote_is_part_of_it() -> None:
    body = "## Features\n\n> | Feature | Note |\n> |---|---|\n> | Brushes | nine |\n"
    assert table(body, "features", head=FRONT) == []
