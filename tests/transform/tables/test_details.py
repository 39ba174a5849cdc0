"""Properties of questions in <details>; the cases are in fixtures/details.md."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from tests.transform.support import FRONT, table


def test_windows_line_ends_do_not_move_anything() -> None:
    body = "## FAQ\r\n\r\n<details><summary>One?</summary>\r\nFirst\r\nsecond</details>\r\n"
    (row,) = table(body, "faqs", head=FRONT)
    assert (row["answer_line_start"], row["answer_line_end"]) == (8, 9)
    assert row["answer_markdown"] == "First\r\nsecond"


PARTS = st.sampled_from(
    ["<details>", "</details>", "<summary>", "</summary>", "Why?", "**Who?**", "text", "<!--", "-->", "\n", "\n\n"]
)


@given(st.lists(PARTS, max_size=24))
@example(["**Who?**", "<details>", "\n", "**Who?**", "Why?"])
def test_every_answer_is_a_stretch_of_the_file_inside_its_row(parts: list[str]) -> None:
    body = "## FAQ\n\n" + " ".join(parts)
    lines = (FRONT + body).split("\n")
    for row in table(body, "faqs"):
        assert row["question"]
        start, end = int(str(row["line_start"])), int(str(row["line_end"]))
        assert 5 < start <= end <= len(lines)
        if row["is_answered"]:
            first, last = int(str(row["answer_line_start"])), int(str(row["answer_line_end"]))
            assert start <= first <= last == end
            assert str(row["answer_markdown"]) in "\n".join(lines[first - 1 : last])
