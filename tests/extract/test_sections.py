"""Sections start at top-level headings, lose nothing and have the right parent."""

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
    assert [section.level for section in sections("# A\n\n## B\n")] == [1, 2]


def test_the_parent_is_the_nearest_section_before_with_a_lower_level():
    cut = sections("Lead\n\n# A\n## B\n#### C\n### D\n## E\n# F\n### G\n")
    assert [(section.heading, section.parent) for section in cut] == [
        (None, None),
        ("A", None),
        ("B", 2),
        ("C", 3),
        ("D", 3),
        ("E", 2),
        ("F", None),
        ("G", 7),
    ]


def test_a_section_has_its_heading_in_markdown_and_its_content_in_blocks():
    (section,) = sections("## A ##\n\ntext\n\n- b\n\n\n")
    assert section.markdown == "## A ##\n\ntext\n\n- b\n\n\n"
    assert [(block.kind, block.line_start) for block in section.blocks] == [
        (BlockKind.PARAGRAPH, 3),
        (BlockKind.LIST, 5),
    ]
    assert (section.line_start, section.line_end) == (1, 7)


def test_setext_headings_start_sections_with_their_first_line():
    assert [
        (section.heading, section.level, section.line_start, section.line_end)
        for section in sections("A\nB\n===\ntext\n\nC\n---\n")
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
    assert [(section.heading, section.line_start, section.line_end) for section in document.sections] == [
        ("T", 1, 4),
        ("Pros", 5, 8),
        ("Cons", 9, 9),
    ]
    glued = [problem for problem in document.problems if problem.rule == "heading-glued-to-html"]
    assert [(problem.line_start, problem.values["heading"]) for problem in glued] == [(5, "Pros"), (9, "Cons")]


def test_link_definitions_and_comments_belong_to_their_section():
    cut = sections("# A\n\n[a]: /x\n\n# B\n<!-- c -->\n")
    assert [section.markdown for section in cut] == ["# A\n\n[a]: /x\n\n", "# B\n<!-- c -->\n"]
    assert [len(section.blocks) for section in cut] == [0, 1]


def test_content_nested_too_deep_stays_in_the_markdown_of_its_section():
    text = "# A\n\n" + "- " * 5_000 + "x\n\n# B\n\ntext\n"
    first, second = sections(text)
    assert first.markdown + second.markdown == text
    assert (second.heading, second.line_start) == ("B", 5)
