"""Sections: cut at top-level headings, nothing lost, each knowing what contains it."""

from __future__ import annotations

import pytest

from steckbrief.extract.document import parse_document
from steckbrief.extract.model import BlockKind, Document


def sections(text):
    document = parse_document("x.md", text.encode())
    assert isinstance(document, Document)
    return document.sections


def test_text_before_the_first_heading_is_a_section_of_level_0():
    lead, first = sections("---\na: 1\n---\n\nLead.\n\n# A\n")
    assert (lead.level, lead.heading, lead.parent, lead.position) == (0, None, None, 1)
    assert (lead.markdown, lead.line_start, lead.line_end) == ("Lead.\n\n", 5, 6)
    assert (first.level, first.heading, first.parent, first.position) == (1, "A", None, 2)


def test_a_body_that_starts_with_a_heading_has_no_section_of_level_0():
    assert [each.level for each in sections("# A\n\n## B\n")] == [1, 2]


def test_the_parent_is_the_nearest_section_before_with_a_lower_level():
    found = sections("Lead\n\n# A\n## B\n#### C\n### D\n## E\n# F\n### G\n")
    assert [(each.heading, each.parent) for each in found] == [
        (None, None),
        ("A", None),
        ("B", 2),
        ("C", 3),
        ("D", 3),
        ("E", 2),
        ("F", None),
        ("G", 7),
    ]


def test_a_section_holds_its_heading_in_markdown_and_its_content_in_blocks():
    (section,) = sections("## A ##\n\ntext\n\n- b\n\n\n")
    assert section.markdown == "## A ##\n\ntext\n\n- b\n\n\n"
    assert [(each.kind, each.line_start) for each in section.blocks] == [(BlockKind.PARAGRAPH, 3), (BlockKind.LIST, 5)]
    assert (section.line_start, section.line_end) == (1, 7)


def test_setext_headings_start_sections_with_their_first_line():
    assert [
        (each.heading, each.level, each.line_start, each.line_end) for each in sections("A\nB\n===\ntext\n\nC\n---\n")
    ] == [
        ("A\nB", 1, 1, 5),
        ("C", 2, 6, 7),
    ]


@pytest.mark.parametrize("text", ["> # A\n", "- # A\n", "```\n# A\n```\n", "<!--\n# A\n-->\n"])
def test_headings_within_blocks_start_no_section(text):
    (section,) = sections(text)
    assert (section.level, section.markdown) == (0, text)


def test_glued_headings_start_sections_and_are_reported():
    document = parse_document("x.md", b"# T\n\n<figure>\n</figure>\n## Pros\n- a\n\n<br>\n### Cons\n")
    assert isinstance(document, Document)
    assert [(each.heading, each.line_start, each.line_end) for each in document.sections] == [
        ("T", 1, 4),
        ("Pros", 5, 8),
        ("Cons", 9, 9),
    ]
    found = [
        (each.line_start, each.values["heading"]) for each in document.problems if each.rule == "heading-glued-to-html"
    ]
    assert found == [(5, "Pros"), (9, "Cons")]


def test_link_definitions_and_comments_belong_to_the_section_they_stand_in():
    found = sections("# A\n\n[a]: /x\n\n# B\n<!-- c -->\n")
    assert [each.markdown for each in found] == ["# A\n\n[a]: /x\n\n", "# B\n<!-- c -->\n"]
    assert [len(each.blocks) for each in found] == [0, 1]


def test_content_too_deep_to_follow_stays_in_the_markdown_of_its_section():
    text = "# A\n\n" + "- " * 5_000 + "x\n\n# B\n\ntext\n"
    first, second = sections(text)
    assert first.markdown + second.markdown == text
    assert (second.heading, second.line_start) == ("B", 5)
