"""The kind of a section depends on its heading and its parents; its content depends on the headings below it."""

from __future__ import annotations

import pytest

from tests.transform.support import AnyRow, column, front, rows, table


def kinds(body: str, **fields: str) -> list[tuple[object, object]]:
    sections = table(body, "sections", head=front(**fields))
    return [(row["heading"], row["kind"]) for row in sections]


def texts(rows: list[AnyRow]) -> list[object]:
    return column(rows, "text")


def test_the_first_h1_is_the_title_and_a_later_one_a_section() -> None:
    assert kinds("# Krita\n\n# Vorteile\n\n- a\n\n# Krita\n") == [
        ("Krita", "title"),
        ("Vorteile", "pros"),
        ("Krita", "other"),
    ]


def test_a_profile_that_uses_h1_for_all_sections_has_no_title_among_them() -> None:
    body = "# Vorteile\n\n- a\n\n# Nachteile\n\n- b\n"
    assert kinds(body) == [("Vorteile", "pros"), ("Nachteile", "cons")]
    assert rows(body)["profiles"][0]["title"] == "Krita"


def test_a_product_named_like_a_section_keeps_its_title() -> None:
    assert kinds("# Alternativen\n\n## Vorteile\n\n- a\n", title="Alternativen")[0] == ("Alternativen", "title")


def test_a_profile_without_an_h1_still_has_sections() -> None:
    assert kinds("Ein Satz.\n\n## Vorteile\n\n- a\n") == [(None, "preamble"), ("Vorteile", "pros")]


def test_a_heading_without_text_is_other() -> None:
    assert kinds("##\n\n- a\n\n## ![](x.png)\n") == [(None, "other"), (None, "other")]


@pytest.mark.parametrize(
    "below", ["### Ist es frei?", "#### Ist es frei?", "### 1. Ist es frei?", "### **Ist es frei?**"]
)
def test_a_question_like_sub_heading_of_a_faq_is_a_question(below: str) -> None:
    assert [kind for _, kind in kinds(f"## FAQ\n\n{below}\n\nJa.\n")] == ["faq", "question"]


def test_a_question_below_a_topic_of_a_faq_is_a_question() -> None:
    body = "## FAQ\n\n### Allgemeines\n\n#### Ist es frei?\n\nJa.\n\n## Danach?\n"
    assert [kind for _, kind in kinds(body)] == ["faq", "other", "question", "other"]


def test_a_question_like_heading_beside_or_outside_a_faq_is_not_a_question() -> None:
    body = "## Was ist neu?\n\n## FAQ\n\n## Was fehlt?\n\n## Betrieb\n\n### Was noch?\n"
    assert "question" not in [kind for _, kind in kinds(body)]


def test_a_faq_may_be_below_another_section() -> None:
    body = "## Betrieb\n\n### FAQ\n\n#### Ist es frei?\n\nJa.\n\n### Was noch?\n\nNichts.\n"
    assert [kind for _, kind in kinds(body)] == ["operations", "faq", "question", "other"]
    assert column(table(body, "faqs"), "question") == ["Ist es frei?"]


def test_sub_headings_that_are_of_no_other_core_kind_belong_to_their_parent() -> None:
    inside = "## Funktionen\n\n- a\n\n### Betrieb\n\n- b\n\n#### Noch tiefer\n\n- c\n\n"
    tables = rows(f"{inside}### Vorteile\n\n- d\n\n### Rest\n\n- e\n")
    assert texts(tables["features"]) == ["a", "b", "c", "e"]
    assert column(tables["features"], "section_position") == [1, 2, 3, 5]
    assert texts(tables["pros"]) == ["d"]


def test_the_parent_does_not_get_rows_below_an_ambiguous_sub_heading() -> None:
    tables = rows("## Funktionen\n\n- a\n\n### Kosten und Grenzen\n\n- b\n")
    assert texts(tables["features"]) == ["a"]
    assert tables["cons"] == []


def test_a_sub_section_of_the_same_kind_gives_its_rows_once() -> None:
    assert texts(table("## Vorteile\n\n- a\n\n### Stärken\n\n- b\n", "pros")) == ["a", "b"]


def test_a_kind_in_two_sections_gives_rows_of_both_in_document_order() -> None:
    body = "## Alternativen\n\n- A: x\n\n## Betrieb\n\n- n\n\n## Alternativen zu Krita\n\n- B: y\n"
    assert column(table(body, "alternatives"), "name") == ["A", "B"]
    assert column(table(body, "alternatives"), "position") == [1, 2]


def test_bold_lines_separate_pros_from_cons_in_a_container() -> None:
    body = "## Vorteile und Nachteile\n\n**Vorteile**\n\n- a\n- b\n\n**Nachteile:**\n\n- c\n\n**Betrieb**\n\n- d\n"
    tables = rows(body)
    assert texts(tables["pros"]) == ["a", "b"]
    assert texts(tables["cons"]) == ["c"]


def test_bold_lines_and_sub_headings_of_one_container_give_rows_in_document_order() -> None:
    body = "## Pros and Cons\n\n**Pros**\n\n- a\n\n### Advantages\n\n- b\n\n### Notes\n\n**Pros**\n\n- c\n"
    assert texts(table(body, "pros")) == ["a", "b", "c"]


def test_a_container_alone_gives_no_rows() -> None:
    tables = rows("## Vorteile und Nachteile\n\n- gut\n- schlecht\n")
    assert tables["pros"] == tables["cons"] == []


def test_headings_inside_quotes_lists_and_code_are_not_sections() -> None:
    body = "## Funktionen\n\n- a\n\n> ## Nachteile\n>\n> - q\n\n```\n## Nachteile\n```\n"
    assert kinds(body) == [("Funktionen", "features")]


def test_a_heading_glued_to_html_starts_its_section() -> None:
    body = '<figure>\n<img src="a.png">\n</figure>\n## Vorteile\n\n- a\n'
    assert kinds(body) == [(None, "preamble"), ("Vorteile", "pros")]
    assert texts(table(body, "pros")) == ["a"]


def test_markup_is_not_part_of_a_heading() -> None:
    assert kinds("## **Vorteile** von [`Krita`](/tools/krita/)\n") == [("Vorteile von Krita", "pros")]
