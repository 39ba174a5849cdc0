"""Inline content: the fast path gives the result of the parser, and plain text is the text that a reader sees."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from markdown_it import MarkdownIt

from steckbrief.extract.document import parse_document
from steckbrief.extract.markdown.inline import has_too_many_brackets, inline_runs, plain_text, runs_text
from steckbrief.extract.model import BlockKind, Document, Run
from tests.extract.markdown.generated import INLINE
from tests.extract.real_files import REAL_FOLDERS, profiles

_STOCK = MarkdownIt("commonmark")


def parsed(source):
    """Return every character with its formatting, as markdown-it-py alone reads it.

    Spaces around a line break have no meaning (CommonMark 6.8), nor have spaces around the whole text.
    """
    strong, link, links, url, formatted = 0, None, 0, None, []
    for token in _STOCK.parseInline(source.strip())[0].children or ():
        match token.type:
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "link_open":
                links += 1
                link, url = links, token.attrs["href"]
            case "link_close":
                link = url = None
            case "softbreak" | "hardbreak":
                formatted.append(("\n", "text", strong > 0, link, url))
            case "text" | "code_inline":
                kind = "text" if token.type == "text" else "code"
                formatted += [(character, kind, strong > 0, link, url) for character in token.content]
            case "html_inline":
                formatted.append(("", "html", strong > 0, link, url))
            case "image":
                formatted.append((token.content, "image", strong > 0, link, token.attrs["src"]))
    return without_spaces_around_breaks(formatted)


def characters(runs):
    return without_spaces_around_breaks(
        (character, run.kind, run.strong, run.link, run.url)
        for run in runs
        for character in (run.text if run.kind in ("text", "code") else [run.text])
    )


def without_spaces_around_breaks(formatted):
    result: list[tuple[str, ...]] = []
    for character in formatted:
        if character[1] == "text" and character[0] in " \t" and result and result[-1][0] == "\n":
            continue
        while character[0] == "\n" and result and result[-1][1] == "text" and result[-1][0] in (" ", "\t"):
            result.pop()
        result.append(character)
    return result


@given(INLINE)
@example("**a** **b** [c](/d/) e")
@example("**w:**\u2028x")
@example("R&D & [t](/u/)! **Wow!** ![i](/j)")
@example("a\t\n b  \n\tc")
def test_the_fast_path_gives_the_result_of_the_parser(source):
    assert characters(inline_runs(source, {})) == parsed(source)


@given(INLINE)
def test_plain_text_is_the_text_of_the_runs(source):
    assert plain_text(source, {}) == runs_text(inline_runs(source, {}))


@given(INLINE)
def test_adjacent_runs_differ(source):
    runs = inline_runs(source, {})
    for one, other in pairwise(runs):
        assert (one.kind, one.strong, one.link, one.url) != (other.kind, other.strong, other.link, other.url) or (
            one.kind != "text"
        )


@pytest.mark.parametrize("folder", REAL_FOLDERS)
def test_on_real_texts_the_fast_path_gives_the_result_of_the_parser(folder):
    texts = sorted({text for path, data in profiles(folder) for text in inline_sources(path, data)})
    assert len(texts) > 100
    # Evenly spread, so that a large folder costs seconds.
    for text in texts[:: 1 + len(texts) // 6_000]:
        assert characters(inline_runs(text, {})) == parsed(text)


def inline_sources(path, data):
    document = parse_document(path, data)
    assert isinstance(document, Document)
    pending = [block for section in document.sections for block in section.blocks]
    for section in document.sections:
        if section.heading is not None:
            yield section.heading
    while pending:
        block = pending.pop()
        pending.extend(block.children)
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.TABLE_CELL):
            yield block.text


def test_runs_name_bold_links_code_images_and_html():
    assert inline_runs('**Bold:** a [link *x*](/u/ "t") `c` ![alt](/i.png)<br>', {}) == (
        Run("Bold:", strong=True),
        Run(" a "),
        Run("link x", link=1, url="/u/"),
        Run(" "),
        Run("c", "code"),
        Run(" "),
        Run("alt", "image", url="/i.png"),
        Run("", "html"),
    )


def test_adjacent_links_are_two_links():
    runs = inline_runs("[a](/x/)[b](/x/) **[c](/y/)**", {})
    assert [(run.text, run.link, run.strong) for run in runs] == [
        ("a", 1, False),
        ("b", 2, False),
        (" ", None, False),
        ("c", 3, True),
    ]


def test_link_definitions_of_the_document_resolve_brackets():
    source = "# T\n\nSee [Alpha] and [the other][b].\n\n[alpha]: /tools/alpha/\n[b]: https://b.example 'B'\n"
    document = parse_document("x.md", source.encode())
    assert isinstance(document, Document)
    runs = inline_runs(document.sections[0].blocks[0].text, document.references)
    assert [(run.text, run.url) for run in runs if run.link] == [
        ("Alpha", "/tools/alpha/"),
        ("the other", "https://b.example"),
    ]
    assert plain_text("[Alpha] **x**", document.references) == "Alpha x"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", ""),
        (" \n\t", ""),
        ("a\n  b  \nc\td", "a b c d"),
        ("**a** *b* _c_ `d` ~~e~~", "a b c d ~~e~~"),
        ("&amp; &#35; &copy; R&D", "& # © R&D"),
        (r"\*a\* 1\.", "*a* 1."),
        ("a<br>b", "ab"),
        ("[a](javascript:alert(1))", "[a](javascript:alert(1))"),
        ("snake_case_word", "snake_case_word"),
        ("\u00a0a\u2028b\u00a0", "a b"),
    ],
)
def test_plain_text_is_the_text_that_a_reader_sees(source, expected):
    assert plain_text(source, {}) == expected


@pytest.mark.parametrize("piece", ["*", "**a ", "_", "[", "![", "[a](", "`", "<", "<!--", "&", "\\", "*a_ ", "]("])
def test_long_sequences_of_markup_do_not_recurse(piece):
    assert isinstance(runs_text(inline_runs(piece * 5_000, {})), str)


@pytest.mark.parametrize(
    ("before", "after"), [("[", "](/u)"), ("![", "](/u)"), ("*", "*"), ("**", "**"), ("`", "`"), ("<", ">")]
)
def test_deep_nesting_does_not_recurse(before, after):
    assert "1" in runs_text(inline_runs(before * 5_000 + "1" + after * 5_000, {}))


# --- too many brackets -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "references", "plain"),
    [
        ("[a" * 500, {}, False),
        ("[a" * 501, {}, True),
        ("![" * 501, {}, True),
        ("[a](/b/) " * 501, {}, False),
        ("[a](/b/) " * 501, {"C": {"href": "/c", "title": ""}}, True),
        ("**b** " + "[a" * 501, {}, True),
    ],
)
def test_a_text_with_too_many_brackets_is_plain_unless_it_has_only_simple_links(source, references, plain) -> None:
    assert has_too_many_brackets(source, references) is plain
    runs = inline_runs(source, references)
    assert ("".join(run.text for run in runs) == source.strip()) is (plain or "](" not in source)
