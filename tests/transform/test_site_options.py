"""A site's settings change keys, prices, headings, folders and links, and nothing else."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from steckbrief.transform.headings.phrases import HeadingReader, own_phrases
from steckbrief.transform.options import Options
from tests.transform.support import FRONT, column, rows

ALIASES = {
    "name": "title",
    "website": "official_url",
    "pricing": "price_model",
    "tiers": "price_model",
    "topics": "tags",
    "last_verified": "reviewed_on",
    "id": "slug",
    "speech": "locale",
}
SITE = Options(
    aliases=ALIASES,
    price_models={"gratis fuer alle": ("free",), "pro": ("subscription",), "firma": ("subscription", "custom_quote")},
    locales={"deutsch": "de", "english": "en", "it": None, "klingon": "en-us"},
)
TEXT = "## Features\n\n- one\n"


def site(head: str, body: str = TEXT, path: str = "tools/krita.md", options: Options = SITE):
    return rows(body, head=f"---\n{head}---\n", path=path, options=options)


def test_a_sites_keys_fill_the_columns_and_stay_in_front_matter_as_written() -> None:
    head = "id: krita\nname: Krita\nwebsite: https://krita.org/\nlast_verified: 2026-08-17\ntopics: [a, b]\n"
    tables = site(head)
    (profile,) = tables["profiles"]
    assert (profile["slug"], profile["title"], profile["official_domain"]) == ("krita", "Krita", "krita.org")
    assert profile["reviewed_on"] == dt.date(2026, 8, 17)
    assert column(tables["tags"], "tag") == ["a", "b"]
    assert column(tables["front_matter"], "key") == ["id", "name", "website", "last_verified", "topics"]
    assert profile["front_matter_raw"] == f"---\n{head}---\n"


def test_a_title_without_a_main_heading_comes_from_front_matter() -> None:
    tables = site("name: Krita\n", "Opening text.\n\n## Krita in daily use\n\nText.\n")
    assert (tables["profiles"][0]["title"], tables["profiles"][0]["lead"]) == ("Krita", "Opening text.")


def test_the_sites_key_wins_over_the_known_one_unless_it_is_empty() -> None:
    assert site("title: Page about Krita\nname: Krita\n")["profiles"][0]["title"] == "Krita"
    assert site("title: Krita\nname:\n")["profiles"][0]["title"] == "Krita"
    assert site("tiers: []\npricing: free\n")["profiles"][0]["price_model"] == "free"


def test_a_problem_names_the_key_as_written_and_its_line() -> None:
    diagnostics = site("name: Krita\nlast_verified: soon\n")["diagnostics"]
    (row,) = [row for row in diagnostics if row["rule"] == "date-invalid"]
    assert "last_verified" in str(row["message"])
    assert row["line_start"] == 3


def test_without_aliases_such_keys_mean_nothing() -> None:
    (profile,) = site("name: Krita\nwebsite: https://krita.org/\n", options=Options())["profiles"]
    assert (profile["title"], profile["official_url"]) == ("krita", None)


@pytest.mark.parametrize(
    ("value", "models", "written"),
    [
        ("Gratis für   alle", ["free"], "Gratis für alle"),
        ("[Free, Pro, Firma]", ["free", "subscription", "custom_quote"], "Free, Pro, Firma"),
        ("[Freemium]", ["freemium"], "Freemium"),
        ("Pro und Kauf", ["subscription", "one_time"], "Pro und Kauf"),
        ("[]", [], None),
        ("[Xyzzy, Pro]", ["subscription"], "Xyzzy, Pro"),
        ("[Xyzzy]", ["unknown"], "Xyzzy"),
    ],
)
def test_prices_are_read_with_the_sites_words_one_by_one(value: str, models: list[str], written: str | None) -> None:
    tables = site(f"name: Krita\npricing: {value}\n")
    assert column(tables["price_models"], "price_model") == models
    assert tables["profiles"][0]["price_model"] == written
    unknown = [row["message"] for row in tables["diagnostics"] if row["rule"] == "price-model-unknown"]
    assert [str(message).casefold().count("xyzzy") for message in unknown] == ([1] if "Xyzzy" in value else [])
    assert not [row for row in tables["diagnostics"] if row["rule"] == "front-matter-wrong-type"]


def test_a_list_of_prices_needs_no_settings() -> None:
    tables = rows(TEXT, head="---\ntitle: Krita\nprice_model: [Free, Subscription]\n---\n")
    assert column(tables["price_models"], "price_model") == ["free", "subscription"]
    assert "front-matter-wrong-type" not in column(tables["diagnostics"], "rule")


def test_a_tier_that_is_not_text_is_reported_and_costs_no_other() -> None:
    tables = site("name: Krita\ntiers: [Free, {name: Pro}, Firma]\n")
    assert column(tables["price_models"], "price_model") == ["free", "subscription", "custom_quote"]
    (row,) = [row for row in tables["diagnostics"] if row["rule"] == "front-matter-wrong-type"]
    assert "tiers" in str(row["message"])
    assert json.loads(str(tables["front_matter"][1]["value_json"])) == ["Free", {"name": "Pro"}, "Firma"]


@pytest.mark.parametrize(
    ("path", "head", "locale"),
    [
        ("english/tools/krita.md", "", "en"),
        ("Deutsch/krita.md", "", "de"),
        ("klingon/krita.md", "", "en-us"),
        ("it/krita.md", "", "de"),
        ("it/fr/krita.md", "", "fr"),
        ("fr/english/krita.md", "", "en"),
        ("pt-br/krita.md", "", "pt-br"),
        ("tools/krita.md", "speech: English\n", "en"),
        ("tools/krita.md", "speech: fr\n", "fr"),
        ("english/krita.md", "speech: fr\n", "en"),
        ("englisch/krita.md", "", "de"),
    ],
)
def test_folders_and_values_in_the_settings_win_over_language_codes(path: str, head: str, locale: str) -> None:
    assert site(f"name: Krita\n{head}", path=path)["profiles"][0]["locale"] == locale


PHRASES = own_phrases({"pros": ["Was wir mögen", "Plus & Fein"], "cons": ["Was wir nicht mögen"], "other": ["Preise"]})


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Was wir mögen", "pros"),
        ("WAS WIR MOEGEN!", "pros"),
        ("1. Was wir mögen: Krita im Alltag", "pros"),
        ("Krita – was wir mögen", "pros"),
        ("Plus und fein", "pros"),
        ("Was wir nicht mögen", "cons"),
        ("Preise", "other"),
        ("Preise und Pläne", "pricing"),
        ("Was wir sonst mögen", "other"),
        ("Vorteile", "pros"),
    ],
)
def test_the_sites_phrases_win_over_the_vocabulary_as_whole_headings(heading: str, kind: str) -> None:
    assert HeadingReader("Krita", "de", PHRASES).kind(heading) == kind


def test_a_phrase_may_contain_x_for_the_product_or_its_name() -> None:
    phrases = own_phrases({"verdict": ["Warum x bleibt"], "features": ["Plus"]})
    assert HeadingReader("Krita", "de", phrases).kind("Warum Krita bleibt") == "verdict"
    assert HeadingReader("Plus", "de", phrases).kind("Plus") == "features"


def test_the_verdict_names_the_phrase_that_decided() -> None:
    assert "settings" in HeadingReader("Krita", "de", PHRASES).verdict("Was wir mögen").entry


@pytest.mark.parametrize(
    ("headings", "message"),
    [({"pros": ["–"]}, "no word"), ({"pros": ["Licht"], "cons": ["LICHT"]}, "both pros and cons")],
)
def test_a_phrase_without_words_or_with_two_kinds_is_refused(headings: dict[str, list[str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        own_phrases(headings)


LINKS = Options(
    default_locale="de",
    catalogue_links=(r"app:(?P<slug>[a-z]+)", r"https://x\.org/(?:(?P<locale>\w+)/)?(?P<slug>\w+)"),
    locales={"english": "en"},
)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("app:gimp", "fr/gimp"),
        ("https://x.org/english/gimp", "en/gimp"),
        ("https://x.org/it/gimp", "it/gimp"),
        ("https://x.org/pt_BR/gimp", "pt-br/gimp"),
        ("https://x.org/gimp", "de/gimp"),
        ("/tools/gimp/", None),
        ("app:gimp/", None),
        ("app:" + "g" * 500, None),
    ],
)
def test_links_are_compared_with_every_pattern_in_turn(url: str, target: str | None) -> None:
    (row,) = rows(f"[G]({url})\n", head=FRONT, path="fr/krita.md", options=LINKS)["links"]
    assert row["linked_profile_id"] == target
    assert (row["kind"] == "catalogue") == (target is not None)
