"""Questions in whatever form, and answers up to the next question or the end of the section."""

from __future__ import annotations

import pytest

from tests.transform.support import AnyRow, column, rows, table


def faqs(content: str) -> list[AnyRow]:
    return table(f"## FAQ\n\n{content}", "faqs")


def pairs(content: str) -> list[tuple[object, object]]:
    return [(row["question"], row["answer"]) for row in faqs(content)]


FORMS = [
    "**Ist es frei?**\n\nJa, ganz.\n",
    "**Ist es frei?**\nJa, ganz.\n",
    "**Ist es frei?**  \nJa, ganz.\n",
    "**Ist es frei?** Ja, ganz.\n",
    "**Ist es frei?**: Ja, ganz.\n",
    "**Ist es frei?** – Ja, ganz.\n",
    "__Ist es frei?__ Ja, ganz.\n",
    "***Ist es frei?*** Ja, ganz.\n",
    "**1. Ist es frei?**\n\nJa, ganz.\n",
    "**1) Ist es frei?** Ja, ganz.\n",
    "**Frage 1: Ist es frei?**\n\nJa, ganz.\n",
    "**Q: Ist es frei?**\n\nJa, ganz.\n",
    "### Ist es frei?\n\nJa, ganz.\n",
    "### 1. Ist es frei?\n\nJa, ganz.\n",
    "#### Ist es frei?\n\nJa, ganz.\n",
    "### **Ist es frei?**\n\nJa, ganz.\n",
    "- **Ist es frei?** Ja, ganz.\n",
    "- **Ist es frei?**\n  Ja, ganz.\n",
    "- **Ist es frei?**\n\n  Ja, ganz.\n",
    "1. **Ist es frei?** Ja, ganz.\n",
    "**Ist es\nfrei?** Ja, ganz.\n",
]


@pytest.mark.parametrize("content", FORMS)
def test_a_question_is_found_in_every_form_without_its_number(content: str) -> None:
    assert pairs(content) == [("Ist es frei?", "Ja, ganz.")]
    (row,) = faqs(content)
    assert row["is_answered"] is True
    assert str(row["answer_markdown"]).strip() == "Ja, ganz."


def test_forms_mix_within_one_section() -> None:
    assert column(faqs("".join(f"{form}\n" for form in FORMS)), "answer") == ["Ja, ganz."] * len(FORMS)


def test_a_numbered_bold_on_a_line_of_its_own_asks_without_a_question_mark() -> None:
    assert pairs("**1. Kosten**\n\nKeine.\n\n**2. Lizenz**\nGPL.\n") == [("Kosten", "Keine."), ("Lizenz", "GPL.")]


def test_bold_that_does_not_ask_is_part_of_the_answer() -> None:
    assert pairs("**Ist es frei?**\n\n**Ja:** ganz.\n\n**Wichtig**\n\nImmer.\n") == [
        ("Ist es frei?", "Ja: ganz.\n\nWichtig\n\nImmer.")
    ]


def test_a_bold_that_is_never_closed_asks_where_nothing_else_stands_in_its_line() -> None:
    assert pairs("**3. Ist es frei?\n\nJa.\n") == [("Ist es frei?", "Ja.")]


def test_the_answer_is_all_that_follows() -> None:
    answer = "Erster.\n\n- eins\n- zwei\n\n> Zitat\n\n```\ncode\n```\n\n| a |\n|---|\n| 1 |"
    (first, second) = faqs(f"**A?**\n\n{answer}\n\n**B?**\n\nZweiter.\n")
    assert first["answer"] == "Erster.\n\neins zwei\n\nZitat\n\ncode\n\na 1"
    assert first["answer_markdown"] == answer
    assert (first["line_start"], first["line_end"]) == (7, 22)
    assert (first["answer_line_start"], first["answer_line_end"]) == (9, 22)
    assert second["answer"] == "Zweiter."


@pytest.mark.parametrize(
    "trailing",
    ["---\n", "***\n", "![Bild](a.png)\n", "<figure>\n<img src='a.png'>\n</figure>\n", "\n\n\n", "---\n\n---\n"],
)
def test_trailing_rules_figures_and_blank_lines_are_no_part_of_the_answer(trailing: str) -> None:
    (row,) = faqs(f"**A?**\n\nJa.\n\n{trailing}")
    assert (row["answer"], row["answer_markdown"], row["line_end"]) == ("Ja.", "Ja.", 9)


def test_a_rule_inside_an_answer_stays() -> None:
    (row,) = faqs("**A?**\n\nJa.\n\n---\n\nDoch.\n")
    assert (row["answer"], row["answer_markdown"]) == ("Ja.\n\nDoch.", "Ja.\n\n---\n\nDoch.")


@pytest.mark.parametrize(
    "unanswered",
    [
        "**A?**\n\n",
        "**A?** –\n\n",
        "### A?\n\n",
        "- **A?**\n\n",
        "**A?**\n\n---\n\n",
        "**A?**\n\n![Bild](a.png)\n\n",
        "**A?**\n\n<!-- -->\n\n",
    ],
)
def test_a_question_with_nothing_before_the_next_one_is_unanswered(unanswered: str) -> None:
    found = faqs(f"{unanswered}**B?**\n\nJa.\n")
    first = found[0]
    assert column(found, "question") == ["A?", "B?"]
    assert first["is_answered"] is False
    assert [first[name] for name in ("answer", "answer_markdown", "answer_line_start", "answer_line_end")] == [None] * 4
    assert first["line_start"] == first["line_end"] == 7


def test_structure_decides_where_an_answer_is_misplaced() -> None:
    assert pairs("**A?**\n\n**B?**\n\nAntwort auf A.\n\nAntwort auf B.\n") == [
        ("A?", None),
        ("B?", "Antwort auf A.\n\nAntwort auf B."),
    ]


def test_the_section_ends_at_the_next_heading_that_is_no_question() -> None:
    inside = "**A?**\n\nJa.\n\n### Hinweis\n\nGehört nicht dazu.\n\n**Auch nicht?**\n\n### B?\n\nDoch.\n\n"
    assert pairs(f"{inside}## Betrieb\n\n**C?**\n\nNein.\n") == [("A?", "Ja."), ("B?", "Doch.")]


def test_a_heading_below_a_question_ends_its_answer() -> None:
    assert pairs("### A?\n\nJa.\n\n#### Hinweis\n\nMehr.\n") == [("A?", "Ja.")]


def test_text_before_the_first_question_is_no_answer() -> None:
    assert pairs("Ein Satz vorweg.\n\n- Ein Punkt\n\n**A?**\n\nJa.\n") == [("A?", "Ja.")]


def test_two_faq_sections_are_two_and_positions_run_on() -> None:
    found = table("## FAQ\n\n**A?**\n\nJa.\n\n## Betrieb\n\nText.\n\n## Häufige Fragen\n\n**B?**\n\nNein.\n", "faqs")
    assert [(row["question"], row["answer"], row["position"], row["section_position"]) for row in found] == [
        ("A?", "Ja.", 1, 1),
        ("B?", "Nein.", 2, 3),
    ]


def test_questions_outside_a_faq_are_none() -> None:
    assert rows("## Betrieb\n\n**Ist es frei?**\n\nJa.\n")["faqs"] == []


def test_nested_lists_are_answers_not_questions() -> None:
    (row,) = faqs("- **A?**\n  - Ja.\n  - **Warum?** Darum.\n")
    assert (row["question"], row["answer"]) == ("A?", "Ja. Warum? Darum.")


def test_items_without_bold_between_questions_belong_to_the_answer() -> None:
    assert pairs("- **A?** Ja.\n- Und noch etwas.\n- **B?** Nein.\n") == [
        ("A?", "Ja.\n\nUnd noch etwas."),
        ("B?", "Nein."),
    ]


def test_a_list_without_questions_is_an_answer_or_nothing() -> None:
    assert pairs("- Themen\n  - **A?** Ja.\n") == []
    assert pairs("**A?**\n\n- eins\n-\n- zwei\n") == [("A?", "eins zwei")]


@pytest.mark.parametrize("content", ["-\n", "1.\n", "-\n- **A?** Ja.\n"])
def test_empty_items_do_no_harm(content: str) -> None:
    assert len(faqs(content)) == content.count("A?")


def test_a_minus_sign_stays_with_its_number() -> None:
    assert pairs("**Wie kalt?** -5 °C\n") == [("Wie kalt?", "-5 °C")]


def test_an_answer_on_the_line_of_its_question_starts_there() -> None:
    (row,) = faqs("**A?** Ja,\nganz.\n")
    assert (row["answer_line_start"], row["answer_line_end"], row["answer_markdown"]) == (7, 8, "Ja,\nganz.")


def test_an_answer_after_a_question_over_two_lines_starts_on_the_second() -> None:
    (row,) = faqs("**Ist es\nfrei?** Ja,\nganz.\n")
    assert (row["line_start"], row["answer_line_start"], row["line_end"]) == (7, 8, 9)
    assert row["answer_markdown"] == "Ja,\nganz."


def test_links_and_markup_of_an_answer_are_kept_in_its_markdown() -> None:
    (row,) = faqs("**A?**\n\nJa, siehe [hier](/tools/gimp/) und *dort*.\n")
    assert row["answer"] == "Ja, siehe hier und dort."
    assert row["answer_markdown"] == "Ja, siehe [hier](/tools/gimp/) und *dort*."


def test_line_ends_of_the_file_stay_in_the_markdown() -> None:
    (row,) = faqs("**A?**\r\n\r\nJa.\r\nGanz.\r\n")
    assert (row["answer"], row["answer_markdown"]) == ("Ja. Ganz.", "Ja.\r\nGanz.")


def test_a_question_of_wide_characters_ends_with_its_own_mark() -> None:
    assert pairs("**これは無料ですか？**\n\nはい。\n") == [("これは無料ですか？", "はい。")]


def test_a_question_of_two_bold_stretches_leaves_no_part_of_itself_in_its_answer() -> None:
    (row,) = faqs("**Who?** <details>\n**Who?** Why?")
    assert (row["question"], row["answer"], row["answer_markdown"]) == ("Who? Who?", "Why?", "Why?")
    assert (row["answer_line_start"], row["answer_line_end"]) == (8, 8)
