"""A heading has the kind that the rules give it, whatever its case, numbering, product name and language."""

from __future__ import annotations

import pytest

from steckbrief.transform.headings.classify import classify_heading, normalise_heading
from steckbrief.transform.headings.vocabulary import CORE_KINDS

KINDS = [
    ("Für wen ist Krita geeignet?", "audience"),
    ("Zielgruppe", "audience"),
    ("Who Is It For?", "audience"),
    ("Who is Krita suitable for?", "audience"),
    ("Typische Einsatzszenarien", "use_cases"),
    ("Typical Use Cases", "use_cases"),
    ("Hauptfunktionen", "features"),
    ("Funktionen im Überblick", "features"),
    ("Key Features", "features"),
    ("Capabilities", "features"),
    ("Vorteile und Nachteile", "pros_cons"),
    ("Stärken und Schwächen", "pros_cons"),
    ("Vor- und Nachteile", "pros_cons"),
    ("Pros and limitations", "pros_cons"),
    ("Strengths and limits", "pros_cons"),
    ("Pros & Cons", "pros_cons"),
    ("Vorteile", "pros"),
    ("Stärken von Krita", "pros"),
    ("Advantages", "pros"),
    ("Strengths", "pros"),
    ("Benefits", "pros"),
    ("Nachteile", "cons"),
    ("Schwächen", "cons"),
    ("Grenzen", "cons"),
    ("Grenzen und rote Flaggen", "cons"),
    ("Disadvantages", "cons"),
    ("Drawbacks", "cons"),
    ("Limits and risks", "cons"),
    ("Limits and red flags", "cons"),
    ("Preise & Kosten", "pricing"),
    ("Was kostet Krita?", "pricing"),
    ("Pricing And Costs", "pricing"),
    ("Alternativen zu Krita", "alternatives"),
    ("Alternatives To Krita", "alternatives"),
    ("FAQ", "faq"),
    ("Häufig gestellte Fragen", "faq"),
    ("Frequently Asked Questions", "faq"),
]
AMBIGUOUS = [
    "Kosten und Grenzen",
    "Wichtige Funktionen und Grenzen",
    "Quality and limits",
    "Features and pricing",
    "Für wen ist Krita nicht geeignet?",
    "Who is Krita not for?",
]
NOT_CORE = [
    "Krita",
    "Redaktionelle Einschätzung",
    "Workflow Fit",
    "Datenschutz und Hosting",
    "Privacy",
    "Update Mai 2026",
    "Was ist Krita?",
    "Ein ganz anderes Thema",
]


def kind(heading: str, title: str = "Krita", language: str = "de") -> str:
    return classify_heading(heading, title, language).kind


@pytest.mark.parametrize(("heading", "expected"), KINDS)
@pytest.mark.parametrize("language", ["de", "en", "und"])
def test_a_heading_has_the_kind_of_its_first_thought_in_any_language_of_the_profile(
    heading: str, expected: str, language: str
) -> None:
    assert kind(heading, language=language) == expected


@pytest.mark.parametrize("heading", AMBIGUOUS)
def test_two_core_kinds_or_a_negated_one_are_never_guessed(heading: str) -> None:
    assert kind(heading) == "ambiguous"


@pytest.mark.parametrize("heading", NOT_CORE)
def test_any_other_heading_has_no_core_kind(heading: str) -> None:
    assert kind(heading) not in {*CORE_KINDS, "ambiguous"}


@pytest.mark.parametrize(
    "heading",
    [
        "VORTEILE",
        "3. Vorteile",
        "3) Vorteile",
        "✅ Vorteile",
        "Vorteile:",
        "Vorteile – kurz gefasst",
        "Vorteile: das zählt",
    ],
)
def test_case_numbers_punctuation_and_text_after_a_colon_or_dash_change_nothing(heading: str) -> None:
    assert kind(heading) == "pros"


@pytest.mark.parametrize("heading", ["Schwächen", "Schwaechen", "SCHWÄCHEN", "Schwa\u0308chen"])
def test_umlauts_may_be_written_out_or_decomposed(heading: str) -> None:
    assert kind(heading) == "cons"


def test_a_negation_inside_a_phrase_does_not_negate_it() -> None:
    assert kind("Das gefällt uns nicht") == "cons"
    assert kind("What we do not like") == "cons"


@pytest.mark.parametrize("heading", ["???", "...", "&", "-", ":", "–", "👉", "1.", "  ", "/", "und", ",,,"])
def test_a_heading_without_letters_has_no_known_kind(heading: str) -> None:
    assert kind(heading) == "other"


@pytest.mark.parametrize(
    ("title", "heading", "expected"),
    [
        ("Plus", "Plus und Minus", "pros_cons"),
        ("Plus", "Plus", "pros"),
        ("Plus", "Alternativen zu Plus", "alternatives"),
        ("Pro", "Pro", "pros"),
        ("Pro", "Pro und Contra", "pros_cons"),
        ("Limits", "Limits", "cons"),
        ("Limits", "Pros of Limits", "pros"),
        ("Notes", "Features of Notes", "features"),
        ("Notes", "Release Notes", "other"),
        ("Pricing Engine", "Features of Pricing Engine", "features"),
        ("Pricing Engine", "Alternatives to Pricing Engine", "alternatives"),
        ("Cost Manager", "Cost Manager", "other"),
        ("R&D", "Vorteile von R&D", "pros"),
        ("Notion – AI", "Alternativen zu Notion – AI", "alternatives"),
        ("C++", "Grenzen von C++", "cons"),
        ("…", "Vorteile", "pros"),
        ("", "Vorteile", "pros"),
    ],
)
def test_a_product_name_counts_as_vocabulary_only_if_the_heading_means_nothing_without_it(
    title: str, heading: str, expected: str
) -> None:
    assert kind(heading, title) == expected


def test_the_product_name_is_masked_only_as_whole_words() -> None:
    assert normalise_heading("Alternativen zu Krita", "Krita") == "alternativen zu x"
    assert normalise_heading("Kritas Vorteile", "Krita") == "kritas vorteile"
    assert normalise_heading("Kriterien", "Krit") == "kriterien"


def test_the_verdict_names_the_entry_that_decided() -> None:
    verdict = classify_heading("Alternativen zu Krita", "Krita", "de")
    assert verdict.language == "de"
    assert "alternativen" in verdict.entry
    assert classify_heading("Xyzzy", "Krita", "de").entry == "no entry"
