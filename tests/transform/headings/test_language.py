"""The language of a text follows from its stop words and is unknown if they are not clear."""

from __future__ import annotations

import pytest

from steckbrief.transform.headings.language import UNKNOWN, detect_language
from tests.transform.support import ENGLISH, GERMAN, rows


@pytest.mark.parametrize(("text", "language"), [(GERMAN * 3, "de"), (ENGLISH * 3, "en"), (GERMAN.upper() * 3, "de")])
def test_stop_words_identify_running_text(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Krita",
        "Krita GIMP Inkscape Blender",
        "7 8 9",
        GERMAN * 3 + ENGLISH * 3,
        "これはペイントソフトです。" * 5,
        "? ! ...",
    ],
)
def test_names_numbers_other_scripts_and_half_and_half_are_unknown(text: str) -> None:
    assert detect_language(text) == UNKNOWN


def test_a_quotation_in_another_language_changes_nothing() -> None:
    assert detect_language(GERMAN * 5 + ENGLISH) == "de"


def test_the_length_of_a_text_changes_nothing() -> None:
    assert detect_language(GERMAN * 5_000) == "de"


def test_language_depends_on_the_text_and_locale_on_the_folder() -> None:
    profile = rows(f"# Krita\n\n{GERMAN * 3}", path="en/tools/krita.md")["profiles"][0]
    assert (profile["locale"], profile["language"]) == ("en", "de")
