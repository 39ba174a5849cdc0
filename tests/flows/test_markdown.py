"""A run page shows exactly the text of file names and messages, which never becomes HTML, a link or a cell."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from steckbrief.extract.printable import printable
from steckbrief.flows.markdown import code, escaped, gates_as_markdown, rules_as_markdown
from steckbrief.pipeline.summary import RuleCount

# A run page renders HTML and tables.
PAGE = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

NASTY = (
    "<img src=x onerror=alert(1)>.md",
    "a|b|c",
    "a\\|b",
    "[x](javascript:alert(1))",
    "![](https://example.org/p.png)",
    "`a` *b* __c__ ~~d~~",
    "&lt;b&gt;",
    "https://example.org www.example.org a@example.org",
    "two\nlines\r\n\n# three",
    "``` ` ``",
    "\\",
    "\u202egnp.exe",
)
TEXT = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=()), min_size=1, max_size=40))


def shown(markdown: str) -> list[str]:
    """The text of each inline part of a page. Anything but text, code and line breaks is an error."""
    parts = []
    for token in PAGE.parse(markdown):
        assert token.type != "html_block"
        if token.type == "inline":
            children = token.children or []
            assert {child.type for child in children} <= {"text", "text_special", "code_inline", "html_inline"}
            assert {child.content for child in children if child.type == "html_inline"} <= {"<br>"}
            parts.append("".join("\n" if child.type == "html_inline" else child.content for child in children))
    return parts


def one_line(text: str) -> str:
    """The text as a page shows it: on one line, without space at its ends."""
    return printable(text).strip()


@given(TEXT, TEXT)
@example("a\\", "|b")
def test_a_table_of_rules_shows_the_exact_text_of_its_examples(one: str, two: str) -> None:
    page = rules_as_markdown((RuleCount("odd", "info", 2, (one, two)),))
    *_, places = cells = shown(page)
    assert cells[:-1] == ["count", "severity", "rule", "first places", "2", "info", "odd"]
    assert [place.strip() for place in places.split("\n")] == [one_line(one), one_line(two)]


@given(TEXT)
def test_a_description_shows_the_exact_text(text: str) -> None:
    (page,) = shown(f"found: {escaped(text)}")
    assert page.rstrip() == f"found: {printable(text)}".rstrip()


@given(TEXT)
def test_no_address_is_left_that_a_page_would_turn_into_a_link(text: str) -> None:
    assert not re.search(r"(?<!\\)(://|@)|www\.", escaped(text))


@given(TEXT)
def test_code_shows_the_exact_text_of_a_path(text: str) -> None:
    (page,) = shown(f"Folder: {code(text)}.")
    assert page == f"Folder: {printable(text)}."


def test_without_diagnostics_the_page_says_so() -> None:
    assert rules_as_markdown(()) == "No diagnostics."


def gate(name: str, *, passed: bool, message: str) -> dict[str, Any]:
    return {"gate": name, "passed": passed, "found": 1, "limit": 2, "message": message}


def test_failed_gates_come_first_with_their_figures() -> None:
    gates = [
        gate("minimum-profiles", passed=True, message="3 profiles, at least 1 expected"),
        gate("profiles-lost", passed=False, message="5 of 8 profiles are gone, 62.5% of at most 10.0%"),
        gate("rows-lost", passed=True, message="no earlier release"),
    ]
    cells = shown(gates_as_markdown(gates))[3:]
    assert cells[0:3] == ["failed", "profiles-lost", "5 of 8 profiles are gone, 62.5% of at most 10.0%"]
    assert cells[3:5] == ["passed", "minimum-profiles"]
    assert cells[6:8] == ["passed", "rows-lost"]


@pytest.mark.parametrize("text", NASTY)
def test_a_table_of_gates_shows_the_exact_text_of_a_message(text: str) -> None:
    cells = shown(gates_as_markdown([gate("odd", passed=True, message=text)]))
    assert cells[-1].strip() == one_line(text)
