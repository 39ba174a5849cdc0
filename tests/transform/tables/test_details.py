"""Questions in <details>: the summary asks, what follows it up to the end tag answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transform.support import FRONT, column, rows, table

KEYS = ("question", "answer", "answer_markdown", "line_start", "answer_line_start", "answer_line_end")


def faqs(body: str) -> list[tuple[object, ...]]:
    return [tuple(row[key] for key in KEYS) for row in table(f"## FAQ\n\n{body}", "faqs")]


def test_all_on_one_line() -> None:
    body = "<details><summary>Is it free?</summary>Yes, <b>quite</b> &amp; for ever.</details>\n"
    markdown = "Yes, <b>quite</b> &amp; for ever."
    assert faqs(body) == [("Is it free?", "Yes, quite & for ever.", markdown, 7, 7, 7)]


def test_markdown_after_a_blank_line_is_read_as_markdown() -> None:
    body = "<details>\n<summary>Is it free?</summary>\n\nYes, **quite**.\n\n- for ever\n- for all\n\n</details>\n"
    markdown = "Yes, **quite**.\n\n- for ever\n- for all"
    assert faqs(body) == [("Is it free?", "Yes, quite.\n\nfor ever for all", markdown, 8, 10, 13)]


def test_several_details_in_one_html_block_keep_their_lines() -> None:
    body = (
        "<details>\n  <summary>One?</summary>\n  <p>First.</p>\n</details>\n"
        "<details><summary>Two?</summary>\nSecond,<br>twice.</details><details><summary>Three?</summary>3</details>\n"
    )
    assert faqs(body) == [
        ("One?", "First.", "<p>First.</p>", 8, 9, 9),
        ("Two?", "Second, twice.", "Second,<br>twice.", 11, 12, 12),
        ("Three?", "3", "3", 12, 12, 12),
    ]


def test_html_before_and_markdown_after_a_blank_line_are_one_answer() -> None:
    body = "<details><summary>One?</summary>\nFirst\n\nsecond</details>\n\nNo part of it.\n"
    assert faqs(body) == [("One?", "First\n\nsecond", "First\n\nsecond", 7, 8, 10)]


@pytest.mark.parametrize(
    ("summary", "question"),
    [
        ("<strong>2. Is   it\nfree?</strong>", "Is it free?"),
        ("<h3>How much</h3>", "How much"),
        ("**Is it free?**", "Is it free?"),
        ("Is R&amp;D <em>free</em>?", "Is R&D free?"),
    ],
)
def test_the_summary_is_the_question_in_plain_text_without_its_number(summary: str, question: str) -> None:
    (found,) = faqs(f"<DETAILS open><Summary class='q'>{summary}</SUMMARY>Yes.</details>\n")
    assert found[:2] == (question, "Yes.")


def test_details_without_an_answer_are_an_unanswered_question() -> None:
    body = (
        "<details><summary>One?</summary></details>\n\nText after it.\n\n<details><summary>Two?</summary>2</details>\n"
    )
    assert [each[:2] for each in faqs(body)] == [("One?", None), ("Two?", "2")]


def test_an_empty_summary_asks_nothing() -> None:
    assert faqs("<details><summary> </summary>Text.</details>\n") == []


def test_what_stands_inside_is_the_answer_whatever_it_looks_like() -> None:
    body = "<details><summary>One?</summary>\n\n**Really?** Yes.\n\n![](x.png)\n\n</details>\n\n**Two?** 2\n"
    assert [each[:2] for each in faqs(body)] == [("One?", "Really? Yes."), ("Two?", "2")]


def test_a_missing_end_tag_costs_no_question() -> None:
    body = "<details><summary>One?</summary>\n\n1\n\n**Two?**\n\n2\n\n<details><summary>Three?</summary>3</details>\n"
    assert [each[:2] for each in faqs(body)] == [("One?", "1"), ("Two?", "2"), ("Three?", "3")]


@pytest.mark.parametrize("question", ["**Is it free?**", "### Is it free?"])
def test_a_summary_that_only_hides_the_answer_is_no_question(question: str) -> None:
    body = f"{question}\n\n<details><summary>Show answer</summary>\n\nYes.\n\n</details>\n"
    assert column(table(f"## FAQ\n\n{body}", "faqs"), "question") == ["Is it free?"]


def test_forms_mix_within_one_section() -> None:
    body = "**One?** 1\n\n<details><summary>Two?</summary>2</details>\n\n### Three?\n\n3\n"
    assert [each[:2] for each in faqs(body)] == [("One?", "1"), ("Two?", "2"), ("Three?", "3")]


def test_a_tag_in_a_comment_is_none() -> None:
    body = "**One?**\n\n1\n\n<!-- <details><summary>Two?</summary> -->\n\nmore\n"
    assert [each[:2] for each in faqs(body)] == [("One?", "1\n\nmore")]


@pytest.mark.parametrize("heading", ["Features", "Overview", "Pros", "Pricing"])
def test_details_in_another_section_are_no_questions(heading: str) -> None:
    found = rows(f"## {heading}\n\n<details><summary>Is it free?</summary>\n\nYes.\n\n</details>\n")
    assert found["faqs"] == []


def test_windows_line_ends_do_not_move_anything() -> None:
    body = "## FAQ\r\n\r\n<details><summary>One?</summary>\r\nFirst\r\nsecond</details>\r\n"
    (row,) = table(body, "faqs", head=FRONT)
    assert (row["answer_line_start"], row["answer_line_end"]) == (8, 9)
    assert row["answer_markdown"] == "First\r\nsecond"


PARTS = st.sampled_from(
    ["<details>", "</details>", "<summary>", "</summary>", "Why?", "**Who?**", "text", "<!--", "-->", "\n", "\n\n"]
)


@given(st.lists(PARTS, max_size=24))
def test_every_answer_is_a_stretch_of_the_file_inside_its_row(parts: list[str]) -> None:
    body = "## FAQ\n\n" + " ".join(parts)
    lines = (FRONT + body).split("\n")
    found = table(body, "faqs")
    for row in found:
        assert row["question"]
        start, end = int(str(row["line_start"])), int(str(row["line_end"]))
        assert 5 < start <= end <= len(lines)
        if row["is_answered"]:
            first, last = int(str(row["answer_line_start"])), int(str(row["answer_line_end"]))
            assert start <= first <= last == end
            assert str(row["answer_markdown"]) in "\n".join(lines[first - 1 : last])
