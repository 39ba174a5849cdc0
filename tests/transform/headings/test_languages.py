"""A language is a file: every vocabulary understands unlisted headings and claims none of another language.

The invented headings are in headings/<language>.toml, below the kind that a careful reader gives them.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from steckbrief.transform.headings.classify import classify_heading
from steckbrief.transform.headings.language import UNKNOWN, detect_language
from steckbrief.transform.headings.vocabulary import CORE_KINDS, Vocabulary, vocabularies
from steckbrief.transform.tables.price_models import read_price_models
from tests.documents import blocks_in
from tests.transform.support import PROJECT, SHARED, folder_dataset, rows

LANGUAGES = tuple(vocabulary.language for vocabulary in vocabularies())
# Text in languages that no vocabulary is for; close relatives of French and Spanish on purpose.
FOREIGN = {
    "pt": "Este programa é feito para quem desenha com o rato e a caneta, e não é difícil de aprender. "
    "Os ficheiros ficam no computador e podem ser abertos noutros sistemas, o que ajuda as equipas pequenas.",
    "it": "Questo programma è fatto per chi disegna con il mouse e la penna, e non è difficile da imparare. "
    "I file restano sul computer e si aprono anche con altri sistemi, cosa che aiuta i piccoli gruppi.",
    "nl": "Dit programma is gemaakt voor wie met muis en pen tekent, en het is niet moeilijk om te leren. "
    "De bestanden blijven op de computer staan en je kunt ze ook op andere systemen openen.",
}


def table(language: str) -> dict[str, Any]:
    file = Path(__file__).parent / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def headings(language: str) -> Iterable[tuple[str, str, str]]:
    """Yield (kind, heading, title of the profile) for all headings of a language."""
    data = table(language)
    title = data.pop("title")
    del data["sentence"]
    return ((kind, heading, title) for kind, listed in data.items() for heading in listed)


SENTENCES = {language: table(language)["sentence"] + "\n" for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_core_kind_of_every_language_has_test_headings_that_no_file_lists(language: str) -> None:
    listed = {phrase for vocabulary in vocabularies() for words in vocabulary.kinds for phrase in words.phrases}
    cases = list(headings(language))
    unlisted = [kind for kind, heading, _ in cases if heading.casefold().strip("¿?! :") not in listed]
    assert len(unlisted) >= 40
    assert {*CORE_KINDS, "ambiguous"} <= set(unlisted)


# "es" is the German "it", and "no" is English: these need the language of the profile.
FALSE_COGNATES = {"¿Es OBS Studio realmente gratis?", "¿OBS Studio es gratis?", "Funciones no-code"}


@pytest.mark.parametrize("profile_language", [*LANGUAGES, UNKNOWN])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_heading_has_the_kind_a_careful_reader_gives_it_whatever_the_language_of_the_profile(
    language: str, profile_language: str
) -> None:
    wrong = {
        heading: (kind, actual)
        for kind, heading, title in headings(language)
        if (actual := classify_heading(heading, title, profile_language).kind) != kind
        and not (profile_language != language and heading in FALSE_COGNATES and actual == "other")
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "variant",
    [
        str.upper,
        lambda heading: heading.replace(" ?", "\u00a0?").replace(" :", "\u202f:"),
        lambda heading: heading.replace("’", "'"),
        lambda heading: f"3. {heading}",
        lambda heading: f"👉 {heading}",
        lambda heading: f"{heading} :",
    ],
    ids=["capitals", "no-break spaces", "typewriter apostrophe", "numbered", "emoji", "colon"],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_typography_changes_nothing(language: str, variant: Any) -> None:
    kinds = {h: classify_heading(variant(h), variant(title), language).kind for _, h, title in headings(language)}
    assert kinds == {heading: kind for kind, heading, _ in headings(language)}


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("fr", "Applications mobiles"),  # English "applications" are use cases
        ("fr", "Mesure d’audience"),  # web analytics, not an audience
        ("fr", "Formules de calcul"),  # of a spreadsheet, not of a subscription
        ("fr", "Plus d’informations"),  # not the plus points
        ("fr", "Plans de travail"),  # English "plans" have prices
        ("fr", "Prix et récompenses"),  # prizes, not prices
        ("fr", "Force de vente"),  # a sales force is not a strength
        ("fr", "Conditions d’utilisation"),  # terms of use are not uses
        ("es", "Con el equipo de soporte"),  # "with", not the cons
        ("es", "Aplicaciones móviles"),
        ("es", "Planes de futuro"),
        ("es", "Condiciones de uso"),
        ("es", "Contra reloj"),
        ("de", "E-Mail und Kalender"),  # no "e" that joins two thoughts
        ("de", "Public Cloud"),
        ("en", "Y Combinator and O'Reilly"),
        ("en", "Forces in the simulation"),
        ("en", "Terms of use"),
        ("en", "Grand Prix"),
        ("en", "Public API"),
        ("en", "Notes"),
        ("en", "Reserves"),
    ],
)
def test_false_friends_give_no_rows(language: str, heading: str) -> None:
    assert classify_heading(heading, "Zotero", language).kind not in CORE_KINDS


def test_rows_read_the_typography_of_french() -> None:
    tables = rows(
        "# Krita\n\nCe programme est fait pour ceux qui dessinent avec une souris ou un stylet.\n\n"
        "## À qui s’adresse Krita ?\n\n**Site officiel :** https://krita.org/\n\nCeux qui peignent, et eux seuls.\n\n"
        "## Alternatives\n\n- **GIMP** : la retouche\n- **Inkscape\u00a0:** le vecteur\n- MyPaint : la sobriété\n\n"
        "## Foire aux questions\n\n**Question n° 1 : Est-ce gratuit\u202f?**\n\nOui.\n",
        path="fr/tools/krita.md",
    )
    assert [row["text"] for row in tables["audiences"]] == ["Ceux qui peignent, et eux seuls."]
    assert [(row["name"], row["description"]) for row in tables["alternatives"]] == [
        ("GIMP", "la retouche"),
        ("Inkscape", "le vecteur"),
        ("MyPaint", "la sobriété"),
    ]
    assert [(row["question"], row["answer"]) for row in tables["faqs"]] == [("Est-ce gratuit ?", "Oui.")]


def test_rows_read_the_typography_of_spanish() -> None:
    tables = rows(
        "# Krita\n\nEste programa está hecho para quien dibuja con el ratón o el lápiz.\n\n"
        "## Preguntas frecuentes\n\n**Pregunta 1: ¿Es gratis?**\n\nSí.\n\n### ¿Y en la tableta?\n\nTambién.\n",
        path="es/tools/krita.md",
    )
    assert [(row["question"], row["answer"]) for row in tables["faqs"]] == [
        ("¿Es gratis?", "Sí."),
        ("¿Y en la tableta?", "También."),
    ]


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("Gratuit et open source", ("free", "open_source")),
        ("À l’usage ou sur devis", ("usage_based", "custom_quote")),
        ("9 € / mois", ("subscription",)),
        ("Selon l’offre", ("plan_dependent",)),
        ("À partir de 12 €", ("paid",)),
        ("Gratis y de código abierto", ("free", "open_source")),
        ("Suscripción (9 €/mes)", ("subscription",)),
        ("Pago único o por suscripción", ("one_time", "subscription")),
        ("Bajo presupuesto", ("custom_quote",)),
    ],
)
def test_price_models_are_read_in_every_language(text: str, models: tuple[str, ...]) -> None:
    assert read_price_models(text) == (models, ())


def test_an_article_at_the_start_does_not_open_a_relative_clause() -> None:
    assert classify_heading("Die wichtigsten Grenzen", "Zotero", "de").kind == "cons"
    assert classify_heading("Funktionen, die im Alltag Grenzen verschieben", "Zotero", "de").kind == "features"


@pytest.mark.parametrize("vocabulary", vocabularies(), ids=LANGUAGES)
def test_words_and_patterns_are_written_as_headings_are_folded(vocabulary: Vocabulary) -> None:
    for words in vocabulary.kinds:
        for pattern in (words.patterns, words.words):
            letters = re.sub(r"\\.", "", pattern.pattern if pattern else "")
            assert letters.isascii()
            assert letters == letters.lower()


@pytest.mark.parametrize(
    ("one", "other"), list(combinations(vocabularies(), 2)), ids=lambda vocabulary: vocabulary.language
)
def test_stop_words_separate_two_languages(one: Vocabulary, other: Vocabulary) -> None:
    shared = one.stop_words & other.stop_words
    assert len(shared) <= 0.05 * min(len(one.stop_words), len(other.stop_words)), shared


def test_a_few_sentences_identify_every_language() -> None:
    assert {language: detect_language(SENTENCES[language] * 2) for language in LANGUAGES} == {
        language: language for language in LANGUAGES
    }


@pytest.mark.parametrize(("one", "other"), list(combinations(LANGUAGES, 2)))
def test_half_and_half_is_unknown(one: str, other: str) -> None:
    assert detect_language(SENTENCES[one] * 3 + SENTENCES[other] * 3) == UNKNOWN


@pytest.mark.parametrize("text", ["", "Krita, GIMP, Inkscape, VLC, La Défense, El Paso, Los Alamos"])
def test_names_are_unknown(text: str) -> None:
    assert detect_language(text) == UNKNOWN


@pytest.mark.parametrize("language", sorted(FOREIGN.keys() - set(LANGUAGES)))
def test_a_language_without_a_file_is_unknown(language: str) -> None:
    assert detect_language(FOREIGN[language] * 2) == UNKNOWN


def test_every_profile_of_raw_has_the_language_of_its_folder_and_few_headings_without_a_kind() -> None:
    tables = folder_dataset(PROJECT / "raw")
    profiles, sections = tables["profiles"].to_pylist(), tables["sections"].to_pylist()
    assert {row["profile_id"]: row["language"] for row in profiles} == {
        row["profile_id"]: row["locale"] for row in profiles
    }
    others = [row["heading"] for row in sections if row["kind"] == "other"]
    assert len(others) <= 0.05 * len(sections), others


(ITALIAN,) = (
    block.text for block in blocks_in("toml", PROJECT / "CONTRIBUTING.md") if block.text.startswith("language")
)
ITALIAN_HEADINGS = {
    "A chi si rivolge Zotero?": "audience",
    "Casi d’uso": "use_cases",
    "Funzionalità principali": "features",
    "Vantaggi e svantaggi": "pros_cons",
    "Punti di forza di Zotero": "pros",
    "I limiti dell’applicazione": "cons",
    "Quanto costa Zotero?": "pricing",
    "Alternative a Zotero": "alternatives",
    "Domande frequenti": "faq",
    "Prezzi e limiti": "ambiguous",
    "Per chi Zotero non è adatto": "ambiguous",
    "E-mail e calendario": "other",
}
ITALIAN_PROFILE = (
    "---\ntitle: Zotero\nslug: zotero\n---\n# Zotero\n\n" + FOREIGN["it"] + "\n\n## Vantaggi e svantaggi\n\n"
    "### Vantaggi\n\n- **Gratis:** per tutti\n\n### Svantaggi\n\n- Non c’è\n- Si aspetta\n\n"
    "## Domande frequenti\n\n**È gratis?**\n\nSì.\n"
)
READ = """
import json, sys
from steckbrief.extract.document import parse_document
from steckbrief.transform.headings.classify import classify_heading
from steckbrief.transform.options import Options
from steckbrief.transform.profile import profile_rows

headings, profile = json.load(sys.stdin)
rows = profile_rows(parse_document("it/tools/zotero.md", profile.encode()), Options())
kinds = {heading: classify_heading(heading, "Zotero", "it").kind for heading in headings}
columns = ("locale", "language", "pro_count", "con_count", "faq_answered_count")
print(json.dumps([kinds, {column: getattr(rows["profiles"][0], column) for column in columns}]))
"""


def test_a_new_language_needs_one_file_and_no_code(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "steckbrief", tmp_path / "steckbrief", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "steckbrief" / "transform" / "headings" / "vocabulary" / "it.toml").write_text(
        ITALIAN, encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-c", READ],
        cwd=tmp_path,
        input=json.dumps([list(ITALIAN_HEADINGS), ITALIAN_PROFILE]),
        capture_output=True,
        check=True,
        text=True,
    )
    kinds, profile = json.loads(done.stdout)
    assert kinds == ITALIAN_HEADINGS
    assert profile == {"locale": "it", "language": "it", "pro_count": 1, "con_count": 2, "faq_answered_count": 1}


@pytest.mark.skipif(not (SHARED / "gold").is_dir(), reason="the gold profiles are not at hand (gold/)")
def test_more_languages_change_nothing_for_the_profiles_of_two() -> None:
    profiles = folder_dataset(SHARED / "gold" / "raw")["profiles"].to_pylist()
    assert {profile["language"] for profile in profiles} <= {"de", "en"}
