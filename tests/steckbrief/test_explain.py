"""`vocabulary --explain` names file, entry and reason. Expected values were read from the vocabularies by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from steckbrief.explain import explain_heading, explanation_as_text
from steckbrief.pipeline.errors import UsageError
from tests.command import profiles, steckbrief, write_source


@pytest.mark.parametrize(
    ("heading", "language", "kind", "file", "parts"),
    [
        ("See also", "en", "related", "en", ["related: phrase 'see also'"]),
        ("Was kostet Krita wirklich?", "de", "pricing", "de", ["pattern 'was kostet", "'was kostet x wirklich'"]),
        ("Drawbacks", "en", "cons", "en", ["word 'drawbacks?' matches 'drawbacks'"]),
        ("Disadvantages of Krita", "de", "cons", "en", ["matches 'disadvantages'"]),
        ("Benefits and more", "en", "pros", "en", ["'benefits'", "in the thought 'benefits'"]),
        ("Pros and limits", "en", "pros_cons", "en", ["pros:", "cons:", "in the thought 'limits'"]),
        ("Quality and limits", "en", "ambiguous", "en", ["not in the first thought", "in the thought 'limits'"]),
        ("Prices and limits", "en", "ambiguous", "en", ["pricing:", "cons:", "more than one core kind"]),
        ("Who should not use Krita", "en", "ambiguous", "en", ["audience:", "negated by 'not'"]),
    ],
)
def test_an_explanation_names_the_entry_that_decided(
    heading: str, language: str, kind: str, file: str, parts: list[str]
) -> None:
    explanation = explain_heading(heading, "Krita", language, {})
    assert (explanation.kind, explanation.file) == (kind, f"transform/headings/vocabulary/{file}.toml")
    assert explanation.entry is not None
    for part in parts:
        assert part in explanation.entry


def test_a_heading_without_an_entry_has_no_file() -> None:
    explanation = explain_heading("Xyzzy", "", "und", {})
    assert (explanation.kind, explanation.file, explanation.entry) == ("other", None, None)
    assert "no phrase, pattern or word" in explanation_as_text(explanation)


def test_a_sites_own_heading_is_explained_by_its_settings() -> None:
    explanation = explain_heading("Was Krita kann & mehr", "Krita", "de", {"features": ["Was Krita kann und mehr"]})
    assert (explanation.kind, explanation.file) == ("features", "steckbrief.toml")


def test_a_language_without_a_vocabulary_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"'xx'.*de, en"):
        explain_heading("Preise", "", "xx", {})


def test_no_heading_controls_the_terminal() -> None:
    assert "\x1b" not in explanation_as_text(explain_heading("\x1b[31mPreise", "\x1b", "de", {}))


def test_the_command_explains_in_text_and_json_without_reading_profiles(tmp_path: Path) -> None:
    as_text = steckbrief("vocabulary", "--explain", "Kosten und Grenzen", "--language", "de", cwd=tmp_path)
    assert "read as   kosten und grenzen" in as_text.stdout.splitlines()
    assert "transform/headings/vocabulary/de.toml" in as_text.stdout
    assert as_text.stderr == ""
    arguments = ("--explain", "Krita kostet", "--title", "Krita", "--json")
    explanation = json.loads(steckbrief("vocabulary", *arguments, cwd=tmp_path).stdout)
    assert (explanation["heading"], explanation["read_as"], explanation["kind"]) == (
        "Krita kostet",
        "x kostet",
        "other",
    )
    steckbrief("vocabulary", "nowhere", "--explain", "Preise", cwd=tmp_path, expect=2)


def test_settings_beside_the_source_apply(tmp_path: Path) -> None:
    source = write_source(tmp_path / "raw", profiles(1))
    (tmp_path / "steckbrief.toml").write_text('[headings]\npricing = ["Krita kostet"]\n')
    explanation = json.loads(
        steckbrief("vocabulary", source, "--explain", "Krita kostet", "--json", cwd=tmp_path).stdout
    )
    assert (explanation["kind"], explanation["file"]) == ("pricing", "steckbrief.toml")


def test_unknown_headings_can_be_written_as_json(tmp_path: Path) -> None:
    source = write_source(tmp_path / "raw", {"a.md": "---\ntitle: A\nslug: a\n---\n# A\n\n## Zauberei\n\nText.\n"})
    headings = json.loads(steckbrief("vocabulary", source, "--json", cwd=tmp_path).stdout)
    assert headings == [
        {"language": "und", "kind": "other", "heading": "Zauberei", "count": 1, "examples": ["a.md:7"]},
    ]
