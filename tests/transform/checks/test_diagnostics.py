"""Diagnostics: rows with file, line, message and hint, whose texts are safe to print."""

from __future__ import annotations

import pytest

from steckbrief.extract.model import Problem
from steckbrief.transform.checks.diagnostics import diagnostic_row
from tests.transform.support import FRONT, AnyRow, column, front, rows


def problems(body: str, rule: str, *, head: str = FRONT) -> list[AnyRow]:
    return [row for row in rows(body, head=head)["diagnostics"] if row["rule"] == rule]


def message(value: str) -> str:
    return diagnostic_row(Problem("price-model-unknown", 1, 1, {"value": value}), "x.md", "de/x").message


def test_a_profile_without_problems_gives_no_diagnostics() -> None:
    body = "# Krita\n\nKrita malt.\n\n## Vorteile\n\n- a\n\n## FAQ\n\n**Ist es frei?**\n\nJa.\n"
    head = front(
        category="Malen",
        price_model="Freemium",
        tags="[a]",
        official_url="https://krita.org",
        description="Malt",
        created_at="2026-05-31",
        updated_at="2026-05-31",
    )
    assert rows(body, head=head)["diagnostics"] == []


def test_a_row_names_file_profile_lines_and_what_to_do() -> None:
    (row,) = problems("# Krita\n\n## Kosten und Grenzen\n\n- a\n", "heading-ambiguous")
    assert row == {
        "profile_id": "de/krita",
        "position": 0,
        "rule": "heading-ambiguous",
        "severity": "info",
        "message": "The heading Kosten und Grenzen does not announce exactly one kind of content, "
        "so no rows are read from its section.",
        "hint": "Split the section, or give it a heading that names one kind of content, such as Pros or Cons.",
        "source_path": "tools/krita.md",
        "line_start": 7,
        "line_end": 7,
    }


def test_quoted_values_are_shortened() -> None:
    assert "a" * 119 + "…" in message("a" * 10_000_000)
    assert len(message("a" * 10_000_000)) < 200
    assert "a" * 120 in message("a" * 120)


@pytest.mark.parametrize("value", ["a\nb", "a\r\n\tb", "a  b", "a\u2028b", "a\x0bb"])
def test_quoted_values_are_on_one_line(value: str) -> None:
    assert "a b" in message(value)


@pytest.mark.parametrize("value", ["\x1b[31mrot", "a\0b", "\x07", "\u202eabc", "\ud800"])
def test_quoted_values_cannot_control_a_terminal_or_break_a_file(value: str) -> None:
    assert message(value).isprintable()
    assert message(value).encode()


@pytest.mark.parametrize("value", ["{value}", "{0}", "{", "}", "{{NAME}}", "%s"])
def test_braces_in_a_value_are_plain_text(value: str) -> None:
    assert value in message(value)


@pytest.mark.parametrize(
    "slug", ["[a]", "{a: b}", "../x", "a/../b", "a b", "'.'", "'a'" * 200, "'a\n\n  b'", '"a\\0b"', '"  "', "a" * 400]
)
def test_an_invalid_slug_is_reported_and_replaced_by_the_file_name(slug: str) -> None:
    tables = rows("# Krita\n", head=front(slug=slug))
    assert tables["profiles"][0]["profile_id"] == "de/krita"
    reported = set(column(tables["diagnostics"], "rule"))
    assert reported & {"slug-invalid", "slug-missing", "front-matter-wrong-type"}


@pytest.mark.parametrize("slug", ["42", "0", "0123", "12.30", "2026-05-31", "true", "no"])
def test_a_slug_that_looks_like_another_type_is_used_as_written(slug: str) -> None:
    tables = rows("# Krita\n", head=front(slug=slug))
    assert tables["profiles"][0]["slug"] == slug
    reported = set(column(tables["diagnostics"], "rule"))
    assert not {"slug-invalid", "slug-missing", "front-matter-wrong-type"} & reported


@pytest.mark.parametrize("slug", ["", "''", "~", "'  '"])
def test_an_empty_slug_is_missing(slug: str) -> None:
    (row,) = problems("# Krita\n", "slug-missing", head=front(slug=slug))
    assert "krita" in str(row["hint"])


def test_questions_below_a_topic_belong_to_the_faq() -> None:
    body = "## FAQ\n\nEin Satz.\n\n### Allgemeines\n\n#### Ist es frei?\n\nJa.\n"
    assert problems(body, "faq-without-questions") == []


def test_twenty_thousand_faqs_without_questions_are_all_reported() -> None:
    # With one pass over all sections per FAQ, this would take hours.
    assert len(problems("## FAQ\n\nNichts.\n\n" * 20_000, "faq-without-questions")) == 20_000


def test_a_list_above_the_sub_headings_of_a_pros_and_cons_section_is_reported() -> None:
    body = "## Vorteile und Nachteile\n\n- a\n\n### Vorteile\n\n- b\n"
    assert column(problems(body, "container-without-parts"), "line_start") == [5]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_placeholder_is_reported_on_its_line_with_every_kind_of_line_ending(end: str) -> None:
    lines = ["---", "slug: krita", "title: Krita", "note: '{{NAME}}'", "---", "# Krita", "", "Text.", "{{ TOOL }}", ""]
    text = end.join(lines)
    assert column(problems(text, "placeholder", head=""), "line_start") == [4, 9]


def test_placeholders_are_reported_once_per_section() -> None:
    assert len(problems("# Krita\n\n{{A}} {{B}}\n\n{{C}}\n\n## Vorteile\n\n- {{D}}\n", "placeholder")) == 2
