"""Documents: lossless to the byte, every line in its place, and every kind of bad input with its problem."""

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


def document(data):
    found = parse_document("tools/x.md", data)
    assert isinstance(found, Document)
    return found


def rules(data):
    return [each.rule for each in document(data).problems]


def assert_lossless_and_in_place(data):
    found = document(data)
    text = data.decode()
    assert found.text.encode() == data
    assert (found.sha256, found.size) == (hashlib.sha256(data).hexdigest(), len(data))
    rows = lines(text)
    following = len(lines(found.front_matter.raw.removeprefix("\ufeff"))) + 1
    for position, section in enumerate(found.sections, 1):
        assert section.position == position
        assert section.line_start == following
        mark = "\ufeff" if found.front_matter.raw == "\ufeff" and section.line_start == 1 else ""
        assert mark + section.markdown == "".join(rows[section.line_start - 1 : section.line_end])
        following = section.line_end + 1
        assert_blocks_in_place(section.blocks, section.line_start, section.line_end)
    assert following == len(rows) + 1 or not found.sections
    for problem in found.problems:
        assert problem.line_start is None or 1 <= problem.line_start <= problem.line_end <= len(rows)
    assert set(found.front_matter.lines) == set(found.front_matter.values)
    for line in found.front_matter.lines.values():
        assert 2 <= line <= len(lines(found.front_matter.raw))


def assert_blocks_in_place(blocks, first, last):
    for block in blocks:
        assert first <= block.line_start <= block.line_end <= last
        assert_blocks_in_place(block.children, block.line_start, block.line_end)
        if block.kind is not BlockKind.TABLE_CELL:
            # A row's cells share its line, and so can a list in a list its first one; siblings otherwise follow.
            first = block.line_end + (block.kind not in (BlockKind.ITEM, BlockKind.QUOTE, BlockKind.LIST))


@given(generated.profiles())
@settings(max_examples=400)
def test_generated_profiles_are_kept_byte_for_byte_with_every_line_in_its_place(data):
    if isinstance(parse_document("x.md", data), Document):
        assert_lossless_and_in_place(data)
    else:
        assert not data.decode().strip("\ufeff \t\r\n")


@pytest.mark.parametrize("folder", REAL_FOLDERS)
def test_real_profiles_are_kept_byte_for_byte_with_every_line_in_its_place(folder):
    for _, data in profiles(folder):
        assert_lossless_and_in_place(data)


def test_the_same_bytes_give_the_same_document():
    data = b"---\ntitle: A\ntags: [x, y]\n---\n" + BODY
    assert parse_document("x.md", data) == parse_document("x.md", data)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_byte_order_mark_change_neither_lines_nor_content(mark, end):
    plain = b"---\ntitle: A\n---\n" + BODY
    found = document(mark + plain.replace(b"\n", end))
    expected = document(plain)
    assert found.problems == ()
    assert found.front_matter.values == {"title": "A"}
    assert [replace(each, markdown="") for each in found.sections] == [
        replace(each, markdown="") for each in expected.sections
    ]


@pytest.mark.parametrize(
    ("front_matter", "rule"),
    [
        (b"---\ntitle: A: B\n---\n", "front-matter-invalid"),
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
def test_front_matter_that_cannot_be_read_costs_no_section(front_matter, rule):
    found = document(front_matter + BODY)
    assert [each.rule for each in found.problems] == [rule]
    assert found.front_matter.values == {}
    assert [each.heading for each in found.sections] == ["Alpha", "Features"]
    assert found.text.encode() == front_matter + BODY


def test_front_matter_that_never_closes_costs_no_section():
    found = document(b"---\ntitle: A\n" + BODY)
    assert [each.rule for each in found.problems] == ["front-matter-unclosed"]
    assert [each.heading for each in found.sections] == [None, "Alpha", "Features"]


@pytest.mark.parametrize("data", [b"", b"\n", b" \t\r\n\r", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_file_without_text_is_unreadable(data):
    found = parse_document("x.md", data)
    assert isinstance(found, Unreadable)
    assert (found.path, found.problem.rule, found.problem.line_start) == ("x.md", "file-empty", 1)


@pytest.mark.parametrize("tail", [b"", b"\n", b"\n\n \t", b"\r\n"])
def test_a_file_of_only_front_matter_has_no_sections_and_says_so_within_the_file(tail):
    data = b"---\ntitle: A\n---" + tail
    found = document(data)
    assert (found.front_matter.values, found.sections, found.text.encode()) == ({"title": "A"}, (), data)
    assert [(each.rule, each.line_start) for each in found.problems] == [("body-empty", len(lines(data.decode())))]


def test_bytes_that_are_not_utf_8_and_nul_characters_cost_only_themselves():
    found = document(b"---\ntitle: Gr\xf6\xdfe\n---\n# A\0\n\n- b\xff\n")
    assert [(each.rule, each.line_start) for each in found.problems] == [("invalid-utf8", 2), ("nul-character", 4)]
    assert found.front_matter.values == {"title": "Gr\ufffd\ufffde"}
    assert found.sections[0].heading == "A\ufffd"
    assert found.sections[0].blocks[0].children[0].children[0].text == "b\ufffd"


def test_a_key_that_stands_twice_and_a_bad_value_are_reported_beside_the_values():
    found = document(b"---\na: 1\nb: 2026-02-31\na: 2\n---\n" + BODY)
    assert found.front_matter.values == {"a": 2, "b": "2026-02-31"}
    assert [(each.rule, each.line_start) for each in found.problems] == [
        ("front-matter-wrong-type", 3),
        ("front-matter-duplicate-key", 4),
    ]


def test_fifty_thousand_items_are_fifty_thousand_blocks():
    data = b"# A\n\n" + b"".join(b"- item %d\n" % number for number in range(50_000))
    (section,) = document(data).sections
    (block,) = section.blocks
    assert len(block.children) == 50_000
    assert (block.children[-1].line_start, block.line_end) == (50_002, 50_002)


@pytest.mark.parametrize("marker", [b">", b"> ", b"- ", b"1. ", b"> - "])
def test_five_thousand_nested_quotes_or_lists_cost_only_what_is_too_deep(marker):
    data = b"# A\n\n" + marker * 5_000 + b"x\n\n## B\n\ntext\n"
    found = document(data)
    assert found.text.encode() == data
    assert [(each.rule, each.line_start) for each in found.problems] == [
        ("front-matter-missing", 1),
        ("nesting-too-deep", 3),
    ]
    assert [each.heading for each in found.sections] == ["A", "B"]
    assert found.sections[1].blocks[0].text == "text"


def test_limits_reach_the_parser():
    found = parse_document("x.md", b"- - - a\n", replace(DEFAULT_LIMITS, nesting=4))
    assert isinstance(found, Document)
    assert [(each.rule, each.values) for each in found.problems][1:] == [("nesting-too-deep", {"limit": "4"})]


def test_a_file_of_twenty_megabytes_is_unreadable(tmp_path):
    (tmp_path / "x.md").write_bytes(b"# A\n\n" + b"text\n\n" * 3_500_000)
    found = read_document(tmp_path, "x.md")
    assert isinstance(found, Unreadable)
    assert (found.problem.rule, found.problem.values["limit"]) == ("file-too-large", str(DEFAULT_LIMITS.file_bytes))


def test_a_document_is_read_from_its_file(tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/x.md").write_bytes(BODY)
    assert read_document(tmp_path, "tools/x.md") == document(BODY)
    assert isinstance(read_document(tmp_path, "tools/gone.md"), Unreadable)
