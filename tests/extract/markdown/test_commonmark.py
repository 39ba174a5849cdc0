"""The block parser gives the tokens of CommonMark with GFM tables, except for headings glued to HTML."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from steckbrief.extract.limits import FileLimits
from steckbrief.extract.markdown import PARSER
from steckbrief.extract.markdown.commonmark import _tokenize
from steckbrief.extract.model import BlockKind
from steckbrief.extract.text import decode, lines
from tests.extract.markdown.generated import markdown
from tests.extract.real_files import REAL_FOLDERS, profiles

_NESTING = 60


def stock(text):
    """Return the block tokens and link definitions of the unmodified markdown-it-py."""
    parser = MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    env: dict[str, object] = {}
    return comparable(parser.parse(text, env)), env


def ours(text):
    env: dict[str, object] = {}
    state = _tokenize(text, env, FileLimits(nesting=_NESTING))
    return comparable(state.tokens), env, state.glued


def comparable(tokens):
    names = ("type", "tag", "nesting", "level", "content", "markup", "info", "hidden")
    return [
        (*(getattr(token, name) for name in names), token.map and list(token.map), dict(token.attrs))
        for token in tokens
    ]


@given(markdown())
@settings(max_examples=500)
def test_generated_markdown_gives_the_tokens_of_commonmark(text):
    tokens, env, glued = ours(text)
    if not glued:
        assert (tokens, env) == stock(text)


@given(markdown(ends=st.just("\n")))
def test_a_blank_line_before_glued_headings_gives_the_tokens_of_commonmark(text):
    glued = ours(text)[2]
    rows = lines(text)
    for line in reversed(glued):
        rows.insert(line, "\n")
    separated = "".join(rows)
    tokens, env, still_glued = ours(separated)
    assert still_glued == []
    assert (tokens, env) == stock(separated)


@pytest.mark.parametrize("folder", REAL_FOLDERS)
def test_real_profiles_give_the_tokens_of_commonmark(folder):
    compared = 0
    for path, data in profiles(folder):
        text = decode(data)[0]
        tokens, env, glued = ours(text)
        if not glued:
            compared += 1
            assert (tokens, env) == stock(text), path
    assert compared > 10


def blocks(text, first_line=1, **limits):
    return parse(text, first_line, **limits).blocks


def parse(text, first_line=1, **limits):
    return PARSER.parse_blocks(lines(text), first_line, FileLimits(**limits))


def reported(body, rule):
    return [problem.line_start for problem in body.problems if problem.rule == rule]


def outline(text):
    return [(block.kind.value, block.line_start, block.line_end, block.text) for block in blocks(text)]


@pytest.mark.parametrize(
    ("line", "level", "text"),
    [
        ("# A", 1, "A"),
        ("###### A", 6, "A"),
        ("   ## A", 2, "A"),
        ("## A ##", 2, "A"),
        ("## A #####   ", 2, "A"),
        ("## A#", 2, "A#"),
        ("## A \\#", 2, "A \\#"),
        ("#\tA", 1, "A"),
        ("##", 2, ""),
        ("## ##", 2, ""),
        ("# **A** [b](/c/)", 1, "**A** [b](/c/)"),
    ],
)
def test_atx_headings(line, level, text):
    (block,) = blocks(line + "\n")
    assert (block.kind, block.level, block.text) == (BlockKind.HEADING, level, text)


@pytest.mark.parametrize("line", ["#A", "####### A", "\\# A", "    # A", "\t# A", "#\u00a0A"])
def test_lines_that_only_look_like_headings(line):
    assert [block.kind for block in blocks(line + "\n")] != [BlockKind.HEADING]


def test_setext_headings_may_have_several_lines_and_any_length_of_underline():
    assert [(block.level, block.text, block.line_start, block.line_end) for block in blocks("A\nB\n===\n\nC\n-\n")] == [
        (1, "A\nB", 1, 3),
        (2, "C", 5, 6),
    ]


def test_an_underline_outside_a_quote_underlines_nothing_in_it():
    assert [block.kind for block in blocks("> a\n---\n")] == [BlockKind.QUOTE, BlockKind.RULE]
    assert [block.kind for block in blocks("> a\n===\n")] == [BlockKind.QUOTE]


@pytest.mark.parametrize(
    "text",
    [
        "```\n# A\n```\n",
        "~~~ py\n# A\n\n# B\n",
        "    # A\n",
        "> # A\n",
        "- # A\n",
        "1. # A\n",
        "<!-- a\n# A\n\n# B\n-->\n",
        "<script>\n# A\n\n# B\n</script>\n",
        "<pre>\n# A\n</pre>\n",
        "<?php\n# A\n?>\n",
        "<div>\n<!--\n# A\n-->\n</div>\n",
        "<div>\n<pre>\n# A\n</pre>\n</div>\n",
        "<details>\n```sh\n# A\n```\n</details>\n",
        "<div>\n<STYLE>\n# A\n</style>\n</div>\n",
        "<div>\n#A\n</div>\n",
    ],
)
def test_headings_in_code_quotes_lists_comments_and_scripts_are_not_headings(text):
    assert BlockKind.HEADING not in {block.kind for block in blocks(text)}
    assert parse(text).problems == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "html", ["</figure>", '<img src="/a.png">', "<figure>\n<img>\n</figure>", "<x-y>", "<br/> text"]
)
def test_a_heading_on_the_line_after_html_is_a_heading(html, end):
    text = f"{html}\n## A ##\ntext\n".replace("\n", end)
    height = html.count("\n") + 1
    body = parse(text, 10)
    kinds = [(block.kind.value, block.line_start, block.line_end) for block in body.blocks]
    assert kinds == [
        ("html", 10, 9 + height) if html != "<br/> text" else ("paragraph", 10, 10),
        ("heading", 10 + height, 10 + height),
        ("paragraph", 11 + height, 11 + height),
    ]
    assert reported(body, "heading-glued-to-html") == ([] if html == "<br/> text" else [10 + height])


@pytest.mark.parametrize("html", ["<!-- a -->", "<script>x</script>", "<?x?>", "<!DOCTYPE html>", "<!-- a\n\nb -->"])
def test_a_heading_after_html_with_a_closing_mark_is_not_glued(html):
    body = parse(f"{html}\n# A\n")
    assert [block.kind for block in body.blocks] == [BlockKind.HEADING] or body.blocks[-1].kind is BlockKind.HEADING
    assert body.problems == ()


def test_every_glued_heading_is_reported():
    body = parse("<div>\n# A\n" * 500)
    assert reported(body, "heading-glued-to-html") == list(range(2, 1001, 2))


def test_a_heading_after_a_comment_inside_html_is_a_heading():
    text = "<div>\n<!-- # no -->\n<!--\n# no\n-->\n# yes\n"
    assert outline(text)[1:] == [("heading", 6, 6, "yes")]


def test_a_list_needs_no_blank_line_before_it():
    assert [block[:3] for block in outline("Lead-in:\n- a\n- b\ntext\n")] == [("paragraph", 1, 1), ("list", 2, 4)]
    # Only a list that starts with 1 may interrupt a paragraph (CommonMark 5.3).
    assert [block[:3] for block in outline("In\n2020. It was so.\n")] == [("paragraph", 1, 2)]


def test_a_list_split_by_blank_lines_is_one_list_and_items_end_before_them():
    (block,) = blocks("- a\n\n\n- b\n\n  more of b\n\n- c\n\n\n")
    assert (block.line_start, block.line_end) == (1, 8)
    assert [(child.line_start, child.line_end) for child in block.children] == [(1, 1), (4, 6), (8, 8)]


def test_another_bullet_starts_another_list():
    assert [block[:3] for block in outline("- a\n* b\n1. c\n1) d\n")] == [
        ("list", 1, 1),
        ("list", 2, 2),
        ("list", 3, 3),
        ("list", 4, 4),
    ]


def test_items_of_ordered_lists_have_their_number():
    (block,) = blocks("3. a\n3. b\n")
    assert [child.text for child in block.children] == ["3.", "3."]
    assert [block.text for block in blocks("- a\n")[0].children] == [""]


def test_nested_lists_are_children_of_their_item():
    (outer,) = blocks("- a\n  - b\n\n    text\n  - c\n- d\n")
    first, second = outer.children
    assert [(child.kind.value, child.line_start, child.line_end) for child in first.children] == [
        ("paragraph", 1, 1),
        ("list", 2, 5),
    ]
    assert [(child.line_start, child.line_end) for child in first.children[1].children] == [(2, 4), (5, 5)]
    assert (second.line_start, second.line_end) == (6, 6)


def test_tabs_indent_to_the_next_multiple_of_four():
    (block,) = blocks("-\ta\n\n\tb\n")
    assert [child.text for child in block.children[0].children] == ["a", "b"]
    assert [(block.kind, block.text) for block in blocks("\tcode\n")] == [(BlockKind.CODE, "code\n")]


def test_lazy_lines_belong_to_the_paragraph_in_the_quote():
    (quote,) = blocks("> a\nb\n\n")
    assert [(child.text, child.line_start, child.line_end) for child in quote.children] == [("a\nb", 1, 2)]


def test_tables_have_rows_of_cells_with_their_lines():
    (table,) = blocks("| a | b \\| c |\n|---|:-:|\n| **1** |\n| 2 | 3 | 4 |\n\ntext\n")[:1]
    assert (table.kind, table.line_start, table.line_end) == (BlockKind.TABLE, 1, 4)
    assert [[cell.text for cell in row.children] for row in table.children] == [
        ["a", "b | c"],
        ["**1**", ""],
        ["2", "3"],
    ]
    assert [(row.line_start, row.children[1].line_end) for row in table.children] == [(1, 1), (3, 3), (4, 4)]


@pytest.mark.parametrize("text", ["a | b\n", "a | b\n--\n", "| a |\n|-|-|\n", "a|b\n- | -\n"])
def test_a_table_needs_a_matching_delimiter_row(text):
    assert BlockKind.TABLE not in {block.kind for block in blocks(text)}


def test_a_line_with_only_a_no_break_space_is_text():
    (block,) = blocks("- a\n\n  \u00a0\n")
    assert (block.line_start, block.line_end) == (1, 3)
    assert [(child.line_start, child.line_end) for child in block.children[0].children] == [(1, 1), (3, 3)]


def test_link_definitions_are_collected_and_are_not_blocks():
    body = parse("[A  b]: /x 'T'\n\n[a B]: /y\n\ntext\n")
    assert [block.text for block in body.blocks] == ["text"]
    assert set(body.references) == {"A B"}
    assert [(run.text, run.url) for run in PARSER.parse_inline("[a b]", body.references)] == [("a b", "/x")]


@pytest.mark.parametrize(
    "text",
    [
        ">" * 5_000 + " a\n",
        "> " * 5_000 + "a\n",
        "- " * 5_000 + "a\n",
        "1. " * 5_000 + "a\n",
        "> - " * 5_000 + "a\n",
        "".join("  " * level + "- a\n" for level in range(1_000)),
        "".join(">" * level + " a\n\n" for level in range(1_000)),
    ],
    ids=["quotes", "spaced quotes", "bullets", "numbers", "both", "indented", "growing"],
)
def test_content_nested_too_deep_is_left_out_and_reported_with_its_line(text):
    body = parse(text + "\n# after\n", 7)
    last = text.count("\n") + 8
    assert (body.blocks[-1].text, body.blocks[-1].line_start) == ("after", last)
    (line,) = reported(body, "nesting-too-deep")
    assert 7 <= line < last


def test_the_limit_on_nesting_is_a_setting():
    # A list and its item are two levels.
    assert reported(parse("- - - a\n", nesting=6), "nesting-too-deep") == [1]
    assert parse("- - - a\n", nesting=7).problems == ()
    assert reported(parse("a\n\n> > b\n", nesting=2), "nesting-too-deep") == [3]


@pytest.mark.parametrize(
    "piece",
    [
        "- item\n", "- a\n\n", "-\n", "---\n", "a\n---\n", "> a\n", "[a]: /u\n", "[a\n", "[a]: /u 'x\n", "|a|b|\n",
        "a|b\n", "<div>\n", "<!-- a\n\n", "```\n", "```a\n~~~b\n", "# a\n", "\\\n", "\t- a\n", "> - > - a\n",
        "- > a\nb\n",
    ],
)  # fmt: skip
def test_thousands_of_lines_of_one_kind_are_parsed(piece):
    text = piece * 2_000
    for block in parse(text).blocks:
        assert 1 <= block.line_start <= block.line_end <= text.count("\n")


# --- tables beyond the limits ------------------------------------------------------------------------------------


def table(columns, row="|b", rows=1):
    return "|a" * columns + "|\n" + "|-" * columns + "|\n" + f"{row}\n" * rows


def test_a_table_with_too_many_columns_is_a_paragraph_and_is_reported():
    body = parse(table(4) + "\n" + table(5), 3, table_columns=4)
    assert [block.kind for block in body.blocks] == [BlockKind.TABLE, BlockKind.PARAGRAPH]
    assert reported(body, "table-too-large") == [7]


def test_tables_after_too_many_cells_are_paragraphs_and_are_reported():
    body = parse((table(2, rows=2) + "\n") * 3, table_cells=6)
    assert [block.kind for block in body.blocks] == [BlockKind.TABLE, BlockKind.PARAGRAPH, BlockKind.PARAGRAPH]
    assert reported(body, "table-too-large") == [6]
    assert body.problems[0].values["count"] == "2"


def test_a_table_that_the_parser_cuts_is_reported_at_the_cut():
    # markdown-it-py fills in up to 65,536 cells: 99 missing cells per row reach that limit after 661 rows.
    rows = 65_536 // 99
    assert parse(table(100, rows=rows)).problems == ()
    assert reported(parse(table(100, rows=rows + 1)), "table-too-large") == [rows + 3]


@pytest.mark.parametrize("end", ["", "\n", "\ntext|\n", "> q|\n", "# H|\n", "    code|\n", "- a|\n", "```|\n", "***\n"])
def test_a_block_that_ends_a_table_is_not_reported_as_a_cut_table(end):
    assert parse(table(2) + end).problems == ()
    assert parse(f"- a\n\n  {table(2)}".replace("\n|", "\n  |") + end).problems == ()
