"""Documents are lossless, with exact lines, and report every kind of bad input."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings

from steckbrief.extract.document import parse_document, read_document
from steckbrief.extract.limits import DEFAULT_LIMITS
from steckbrief.extract.model import BlockKind, Document, Unreadable
from steckbrief.extract.text import lines
from tests.extract.markdown import generated
from tests.extract.real_files import REAL_FOLDERS, profiles

BODY = b"\n# Alpha\n\n## Features\n\n- one\n- two\n"


def read(data):
    document = parse_document("tools/x.md", data)
    assert isinstance(document, Document)
    return document


def problem_lines(document):
    return [(problem.rule, problem.line_start) for problem in document.problems]


def assert_lossless_and_in_place(data):
    document = read(data)
    text = data.decode(document.encoding)
    assert document.text.encode(document.encoding) == data
    assert (document.sha256, document.size) == (hashlib.sha256(data).hexdigest(), len(data))
    rows = lines(text)
    following = len(lines(document.front_matter.raw.removeprefix("\ufeff"))) + 1
    for position, section in enumerate(document.sections, 1):
        assert section.position == position
        assert section.line_start == following
        mark = "\ufeff" if document.front_matter.raw == "\ufeff" and section.line_start == 1 else ""
        assert mark + section.markdown == "".join(rows[section.line_start - 1 : section.line_end])
        following = section.line_end + 1
        assert_blocks_in_place(section.blocks, section.line_start, section.line_end)
    assert following == len(rows) + 1 or not document.sections
    for problem in document.problems:
        assert problem.line_start is None or 1 <= problem.line_start <= problem.line_end <= len(rows)
    assert set(document.front_matter.lines) == set(document.front_matter.values)
    for line in document.front_matter.lines.values():
        assert 1 <= line <= len(lines(document.front_matter.raw))


def assert_blocks_in_place(blocks, first, last):
    for block in blocks:
        assert first <= block.line_start <= block.line_end <= last
        assert_blocks_in_place(block.children, block.line_start, block.line_end)
        if block.kind is not BlockKind.TABLE_CELL:
            # Cells share the line of their row, and a nested list may share its first line; other siblings follow.
            first = block.line_end + (block.kind not in (BlockKind.ITEM, BlockKind.QUOTE, BlockKind.LIST))


@given(generated.profiles())
@settings(max_examples=400)
def test_generated_profiles_are_lossless_with_exact_lines(data):
    if isinstance(parse_document("x.md", data), Document):
        assert_lossless_and_in_place(data)
    else:
        assert not data.decode().strip("\ufeff \t\r\n")


@pytest.mark.parametrize("folder", REAL_FOLDERS)
def test_real_profiles_are_lossless_with_exact_lines(folder):
    for _, data in profiles(folder):
        assert_lossless_and_in_place(data)


def test_the_same_bytes_give_the_same_document():
    data = b"---\ntitle: A\ntags: [x, y]\n---\n" + BODY
    assert parse_document("x.md", data) == parse_document("x.md", data)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_byte_order_mark_change_neither_lines_nor_content(mark, end):
    plain = b"---\ntitle: A\n---\n" + BODY
    document = read(mark + plain.replace(b"\n", end))
    expected = read(plain)
    assert document.problems == ()
    assert document.front_matter.values == {"title": "A"}
    assert [replace(section, markdown="") for section in document.sections] == [
        replace(section, markdown="") for section in expected.sections
    ]


@pytest.mark.parametrize(
    ("front_matter", "rule"),
    [
        (b"---\ntags: [a\n  - b: c: d\n---\n", "front-matter-invalid"),
        (b"+++\nnot TOML\n+++\n", "front-matter-invalid"),
        (b"+++\n+++\n", "front-matter-not-mapping"),
        (b"+++\na = " + b"[" * 5_000 + b"\n+++\n", "front-matter-too-deep"),
        (b"---json\n[1]\n---\n", "front-matter-not-mapping"),
        (b'[{"a": 1}]\n', "front-matter-not-mapping"),
        (b'{"a": }\n', "front-matter-invalid"),
        (b'{ "": }\n', "front-matter-invalid"),
        (b';;;\n"a"\n;;;\n', "front-matter-not-mapping"),
        (b"---\ntitle: [\n---\n", "front-matter-invalid"),
        (b"", "front-matter-missing"),
        (b"---\n- a\n---\n", "front-matter-not-mapping"),
        (b"---\n42\n---\n", "front-matter-not-mapping"),
        (b"---\n2026-01-01\n---\n", "front-matter-not-mapping"),
        (b"---\n---\n", "front-matter-not-mapping"),
        (b"---\na: " + b"[" * 5_000 + b"\n---\n", "front-matter-too-deep"),
        (b"---\na: &a [*a]\n---\n", "front-matter-too-deep"),
        (b"---\na: '" + b"x" * 70_000 + b"'\n---\n", "front-matter-too-large"),
        (b"---\na: \x07\n---\n", "front-matter-invalid"),
    ],
)
def test_unreadable_front_matter_does_not_affect_the_sections(front_matter, rule):
    document = read(front_matter + BODY)
    assert [problem.rule for problem in document.problems] == [rule]
    assert document.front_matter.values == {}
    assert [section.heading for section in document.sections] == ["Alpha", "Features"]
    assert document.text.encode() == front_matter + BODY


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_a_file_with_the_mark_of_another_encoding_is_read(encoding):
    data = "\ufeff---\ntitle: Größe\n---\n# A\n\ntext\n".encode(encoding)
    document = read(data)
    assert (document.encoding, document.front_matter.values, document.problems) == (encoding, {"title": "Größe"}, ())
    assert document.sections[0].markdown == "# A\n\ntext\n"
    assert_lossless_and_in_place(data)


@pytest.mark.parametrize(
    "data",
    [
        "# Größe\n\nEin Absatz.\n".encode("utf-16-le"),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4,
        b"# A\n" + b"\0" * 500,
        b"# A\n\n" + bytes(range(0xC0, 0x100)),
    ],
    ids=["utf-16 without a mark", "image", "padding", "another alphabet"],
)
def test_a_file_that_is_not_text_is_unreadable(data):
    document = parse_document("x.md", data)
    assert isinstance(document, Unreadable)
    assert (document.problem.rule, document.sha256) == ("file-not-text", hashlib.sha256(data).hexdigest())


def test_unclosed_front_matter_does_not_affect_the_sections():
    document = read(b"---\ntitle: A\n" + BODY)
    assert [problem.rule for problem in document.problems] == ["front-matter-unclosed"]
    assert [section.heading for section in document.sections] == [None, "Alpha", "Features"]


@pytest.mark.parametrize("data", [b"", b"\n", b" \t\r\n\r", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_file_without_text_is_unreadable(data):
    document = parse_document("x.md", data)
    assert isinstance(document, Unreadable)
    assert (document.path, document.problem.rule, document.problem.line_start) == ("x.md", "file-empty", 1)


@pytest.mark.parametrize("tail", [b"", b"\n", b"\n\n \t", b"\r\n"])
def test_a_file_with_only_front_matter_has_no_sections_and_a_problem_within_the_file(tail):
    data = b"---\ntitle: A\n---" + tail
    document = read(data)
    assert (document.front_matter.values, document.sections, document.text.encode()) == ({"title": "A"}, (), data)
    assert problem_lines(document) == [("body-empty", len(lines(data.decode())))]


def test_invalid_bytes_and_nul_characters_affect_only_themselves():
    document = read(b"---\ntitle: Gr\xf6\xdfe\n---\n# A\0\n\n- b\xff\n")
    assert problem_lines(document) == [
        ("invalid-utf8", 2),
        ("nul-character", 4),
    ]
    assert document.front_matter.values == {"title": "Gr\ufffd\ufffde"}
    assert document.sections[0].heading == "A\ufffd"
    assert document.sections[0].blocks[0].children[0].children[0].text == "b\ufffd"


def test_a_duplicate_key_and_a_bad_value_are_reported_and_the_values_are_read():
    document = read(b"---\na: 1\nb: 2026-02-31\na: 2\n---\n" + BODY)
    assert document.front_matter.values == {"a": 2, "b": "2026-02-31"}
    assert problem_lines(document) == [
        ("front-matter-wrong-type", 3),
        ("front-matter-duplicate-key", 4),
    ]


def test_fifty_thousand_items_are_fifty_thousand_blocks():
    data = b"# A\n\n" + b"".join(b"- item %d\n" % number for number in range(50_000))
    (section,) = read(data).sections
    (block,) = section.blocks
    assert len(block.children) == 50_000
    assert (block.children[-1].line_start, block.line_end) == (50_002, 50_002)


@pytest.mark.parametrize("marker", [b">", b"> ", b"- ", b"1. ", b"> - "])
def test_five_thousand_nested_quotes_or_lists_affect_only_the_nested_content(marker):
    data = b"# A\n\n" + marker * 5_000 + b"x\n\n## B\n\ntext\n"
    document = read(data)
    assert document.text.encode() == data
    assert problem_lines(document) == [
        ("front-matter-missing", 1),
        ("nesting-too-deep", 3),
    ]
    assert [section.heading for section in document.sections] == ["A", "B"]
    assert document.sections[1].blocks[0].text == "text"


def test_limits_reach_the_parser():
    document = parse_document("x.md", b"- - - a\n", replace(DEFAULT_LIMITS, nesting=4))
    assert isinstance(document, Document)
    assert [(problem.rule, problem.values) for problem in document.problems][1:] == [
        ("nesting-too-deep", {"limit": "4"})
    ]


def test_a_file_of_twenty_megabytes_is_unreadable(tmp_path):
    (tmp_path / "x.md").write_bytes(b"# A\n\n" + b"text\n\n" * 3_500_000)
    document = read_document(tmp_path, "x.md")
    assert isinstance(document, Unreadable)
    assert (document.problem.rule, document.problem.values["limit"]) == (
        "file-too-large",
        str(DEFAULT_LIMITS.file_bytes),
    )


def test_a_document_is_read_from_its_file(tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/x.md").write_bytes(BODY)
    assert read_document(tmp_path, "tools/x.md") == read(BODY)
    assert isinstance(read_document(tmp_path, "tools/gone.md"), Unreadable)
