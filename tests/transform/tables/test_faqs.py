"""Columns of questions that fixtures/faqs.md does not compare, and line ends."""

from __future__ import annotations

from tests.transform.support import table


def test_positions_run_on_over_two_sections() -> None:
    faqs = table("## FAQ\n\n**A?**\n\nJa.\n\n## Betrieb\n\nText.\n\n## Häufige Fragen\n\n**B?**\n", "faqs")
    assert [(row["position"], row["section_position"], row["is_answered"]) for row in faqs] == [
        (1, 1, True),
        (2, 3, False),
    ]


def test_a_hard_break_separates_a_question_from_its_answer() -> None:
    (row,) = table("## FAQ\n\n**Ist es frei?**  \nJa, ganz.\n", "faqs")
    assert (row["question"], row["answer"], row["answer_line_start"]) == ("Ist es frei?", "Ja, ganz.", 8)


def test_line_ends_of_the_file_stay_in_the_markdown() -> None:
    (row,) = table("## FAQ\n\n**A?**\r\n\r\nJa.\r\nGanz.\r\n", "faqs")
    assert (row["answer"], row["answer_markdown"]) == ("Ja. Ganz.", "Ja.\r\nGanz.")
