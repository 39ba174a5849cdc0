"""Printable text cannot control a terminal, and other characters stay the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.extract.printable import printable

CONTROLLING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
ORDINARY = "\u00ad\u200c\u200d"


@given(st.text(st.characters(exclude_categories=())))
def test_characters_that_control_a_terminal_are_escaped(text: str) -> None:
    escaped = printable(text)
    assert [c for c in escaped if unicodedata.category(c) in CONTROLLING and c not in ORDINARY] == []
    escaped.encode("utf-8")


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))))
def test_other_characters_stay_the_same(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("\udcff", "\\udcff"),
        ("Donau\u00addampf", "Donau\u00addampf"),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert printable(text) == expected
