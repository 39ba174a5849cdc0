"""Text for a terminal: harmless, and otherwise as it was."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.extract.printable import printable

CONTROLLING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
ORDINARY = "\u00ad\u200c\u200d"


@given(st.text(st.characters(exclude_categories=())))
def test_no_character_that_controls_a_terminal_is_left(text: str) -> None:
    shown = printable(text)
    assert [c for c in shown if unicodedata.category(c) in CONTROLLING and c not in ORDINARY] == []
    shown.encode("utf-8")


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))))
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("\udcff", "\\udcff"),
        ("Donau\u00addampf", "Donau\u00addampf"),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert printable(text) == shown
