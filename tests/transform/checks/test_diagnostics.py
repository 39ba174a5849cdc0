"""Diagnostics say what was found, where, in words that are safe to print, and what to do."""

from __future__ import annotations

import pytest

from steckbrief.extract.model import Problem
from steckbrief.transform.checks.diagnostics import diagnostic_row
from tests.transform.support import FRONT, AnyRow, column, front, rows


def problems(body: str, rule: str, *, head: str = FRONT) -> list[AnyRow]:
    return [row for row in rows(body, head=head)["diagnostics"] if row["rule"] == rule]


def message(value: str) -> str:
    return diagnostic_row(Problem("price-model-unknown", 1, 1, {"value": value}), "x.md", "de/x").message


def test_a_sound_profile_gives_none() -> None:
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
        "message": "The heading Kosten und Grenzen can mean more than one kind of section; no rows are read from it.",
        "hint": "Split the section, or give it a heading that names one thing.",
        "source_path": "tools/krita.md",
        "line_start": 7,
        "line_end": 7,
    }


def test_quoted_values_are_bounded() -> None:
    assert "a" * 119 + "…" in message("a" * 10_000_000)
    assert len(message("a" * 10_000_000)) < 200
    assert "a" * 120 in message("a" * 120)


@pytest.mark.parametrize("value", ["a\nb", "a\r\n\tb", "a  b", "a\u2028b", "a\x0bb"])
def test_quoted_values_stand_on_one_line(value: str) -> None:
    assert "a b" in message(value)


@pytest.mark.parametrize("value", ["\x1b[31mrot", "a\0b", "\x07", "\u202eabc", "\ud800"])
def test_quoted_values_cannot_steer_a_terminal_or_break_a_file(value: str) -> None:
    assert message(value).isprintable()
    assert message(value).encode()


@pytest.mark.parametrize("value", ["{value}", "{0}", "{", "}", "{{NAME}}", "%s"])
def test_braces_in_a_value_are_text(value: str) -> None:
    assert value in message(value)


@pytest.mark.parametrize(
    "slug", ["[a]", "{a: b}", "../x", "a/../b", "a b", "'.'", "'a'" * 200, "'a\n\n  b'", '"a\\0b"', '"  "', "a" * 400]
)
def test_a_slug_that_is_none_is_reported_and_the_file_name_stands_in(slug: str) -> None:
    found = rows("# Krita\n", head=front(slug=slug))
    assert found["profiles"][0]["profile_id"] == "de/krita"
    reported = set(column(found["diagnostics"], "rule"))
    assert reported & {"slug-invalid", "slug-missing", "front-matter-wrong-type"}


@pytest.mark.parametrize(
    ("slug", "expected"), [("42", "42"), ("0", "0"), ("2026-05-31", "2026-05-31"), ("true", "True")]
)
def test_a_slug_of_another_type_that_can_stand_in_an_address_is_used_and_reported(slug: str, expected: str) -> None:
    found = rows("# Krita\n", head=front(slug=slug))
    assert found["profiles"][0]["slug"] == expected
    reported = column(found["diagnostics"], "rule")
    assert "front-matter-wrong-type" in reported
    assert not {"slug-invalid", "slug-missing"} & set(reported)


@pytest.mark.parametrize("slug", ["", "''", "~", "'  '"])
def test_an_empty_slug_is_missing(slug: str) -> None:
    (row,) = problems("# Krita\n", "slug-missing", head=front(slug=slug))
    assert "krita" in str(row["hint"])


def test_a_faq_whose_questions_stand_below_topics_has_questions() -> None:
    body = "## FAQ\n\nEin Satz.\n\n### Allgemeines\n\n#### Ist es frei?\n\nJa.\n"
    assert problems(body, "faq-without-questions") == []


def test_each_faq_without_questions_is_reported_however_many_there_are() -> None:
    # A pass over all sections for each of them would take hours.
    assert len(problems("## FAQ\n\nNichts.\n\n" * 20_000, "faq-without-questions")) == 20_000


def test_a_list_beside_the_parts_of_a_container_is_reported() -> None:
    body = "## Vorteile und Nachteile\n\n- a\n\n### Vorteile\n\n- b\n"
    assert column(problems(body, "container-without-parts"), "line_start") == [5]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_placeholder_is_found_on_its_line_whatever_ends_the_lines(end: str) -> None:
    lines = ["---", "slug: krita", "title: Krita", "note: '{{NAME}}'", "---", "# Krita", "", "Text.", "{{ TOOL }}", ""]
    text = end.join(lines)
    assert column(problems(text, "placeholder", head=""), "line_start") == [4, 9]


def test_placeholders_are_reported_once_a_section() -> None:
    assert len(problems("# Krita\n\n{{A}} {{B}}\n\n{{C}}\n\n## Vorteile\n\n- {{D}}\n", "placeholder")) == 2
