"""Only CommonMark's three line ends count, and bytes that cannot be stored are replaced and reported."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.extract.text import decode, line_at, line_starts, lines

_TEXT = st.text(st.one_of(st.sampled_from("\r\n \u2028\x0b\x0c\x85"), st.characters(codec="utf-8")), max_size=40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a\n"]),
        ("a\r\nb\rc\n\nd", ["a\r\n", "b\r", "c\n", "\n", "d"]),
        ("\n\r", ["\n", "\r"]),
        ("a\u2028b\x0bc\x0cd\x85e\x1cf", ["a\u2028b\x0bc\x0cd\x85e\x1cf"]),
    ],
)
def test_lines_end_at_the_line_ends_of_commonmark(text, expected):
    assert lines(text) == expected


@given(_TEXT)
def test_lines_joined_are_the_text(text):
    assert "".join(lines(text)) == text


@given(_TEXT, st.data())
def test_a_line_number_counts_the_line_ends_before_it(text, data):
    offset = data.draw(st.integers(0, len(text)))
    before = text[:offset]
    # A CRLF counts once its second half has passed.
    expected = before.replace("\r\n", "\n").count("\n") + before.replace("\r\n", "\n").count("\r") + 1
    assert line_at(text, offset) == expected


@given(_TEXT)
def test_line_starts_are_the_offsets_of_the_lines(text):
    starts = line_starts(text)
    ends = [*starts[1:], len(text)]
    assert [text[start:end] for start, end in zip(starts, ends, strict=True) if start < end] == lines(text)


def test_valid_utf_8_stays_the_same_with_byte_order_mark_and_line_ends():
    text = "\ufeffGröße\r\n日本 😀\u2028\r\x07"
    assert decode(text.encode()) == (text, "utf-8", ())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_first_byte_that_is_not_utf_8_is_reported_with_its_line(end):
    text, _, problems = decode(f"a{end}ä{end}b".encode() + b"\xe4\xff" + end.encode() + b"c\xfc")
    assert text == f"a{end}ä{end}b\ufffd\ufffd{end}c\ufffd"
    assert [(problem.rule, problem.line_start, problem.line_end, problem.values) for problem in problems] == [
        ("invalid-utf8", 3, 3, {"byte": "0xe4", "encoding": "utf-8"})
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_names_the_encoding(encoding):
    text = "\ufeff# Größe 😀\r\n"
    assert decode(text.encode(encoding)) == (text, encoding, ())


def test_a_byte_that_is_not_utf_16_is_reported_with_its_line():
    text, _, problems = decode("\ufeffa\nb\n".encode("utf-16-le") + b"\x00\xd8c\x00")
    assert text.startswith("\ufeffa\nb\n\ufffd")
    assert [(problem.rule, problem.line_start, problem.values["encoding"]) for problem in problems] == [
        ("invalid-utf8", 3, "utf-16-le")
    ]


def test_nul_characters_are_replaced_and_reported():
    text, _, problems = decode(b"a\r\nb\0c\r\n\0")
    assert text == "a\r\nb\ufffdc\r\n\ufffd"
    assert [(problem.rule, problem.line_start, problem.values) for problem in problems] == [
        ("nul-character", 2, {"count": "2"})
    ]


@given(st.binary(max_size=60))
def test_any_bytes_become_text_that_can_be_stored(data):
    text, encoding, problems = decode(data)
    assert "\0" not in text
    assert (text.encode(encoding) == data) == (not problems)
