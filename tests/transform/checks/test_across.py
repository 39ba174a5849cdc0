"""Checks across profiles, and the settings that change them."""

from __future__ import annotations

import datetime as dt

import pytest

from steckbrief.transform.options import Options
from tests.transform.checks.rule_cases import COMPLETE, categories, pair
from tests.transform.support import AnyRow, column, dataset, front, listed

TODAY = dt.date(2026, 11, 22)


def findings(files: dict[str, str], rule: str, options: Options | None = None) -> list[AnyRow]:
    return listed(dataset(files, options=options), "diagnostics", rule=rule)


def test_findings_about_two_versions_name_both_values_and_the_other_profile() -> None:
    (row,) = findings(pair({"price_model": "Abo"}, {"price_model": "Freemium"}), "locale-price-model-differs")
    assert row["message"] == "price_model is Abo here, but Freemium in de/krita."
    assert (row["source_path"], row["profile_id"], row["line_start"]) == ("en/tools/krita.md", "en/krita", 4)


@pytest.mark.parametrize(
    ("own", "reference", "differs"),
    [
        ("Subscription, Free", "Kostenlos, Abo", False),
        ("Open Source", "Kostenlos", False),
        ("Free, Open Source", "Open Source", False),
        ("Open Source, Abo", "Open Source", True),
        ("Freemium", "Kostenlos", True),
        ("Xyzzy", "Kostenlos", False),
        ("''", "Kostenlos", False),
    ],
)
def test_price_models_are_compared_as_normalised(own: str, reference: str, differs: bool) -> None:
    files = pair({"price_model": own}, {"price_model": reference})
    assert bool(findings(files, "locale-price-model-differs")) is differs


@pytest.mark.parametrize(
    ("own", "reference", "usual", "times", "differs"),
    [
        ("Office", "Grafik", "Graphics", 5, True),
        ("graphics ", "Grafik", "Graphics", 5, False),
        ("Grafik", "Grafik", "Graphics", 5, False),
        ("Office", "Grafik", "Graphics", 4, False),
        ("Graphics", "Design", "Graphics", 5, True),
        ("Office", "Design", "Graphics", 5, False),
        ("''", "Grafik", "Graphics", 5, False),
    ],
)
def test_a_category_differs_only_if_the_source_shows_what_usually_goes_with_it(
    own: str,
    reference: str,
    usual: str,
    times: int,
    differs: bool,
) -> None:
    files = categories(own=own, reference=reference, usual=usual, times=times)
    assert bool(findings(files, "locale-category-differs")) is differs


def test_a_category_paired_equally_often_with_two_others_has_no_usual_partner() -> None:
    files = categories(own="Office", reference="Grafik", usual="Graphics", times=5)
    for number in range(5):
        fields = {"slug": f"q{number}", "title": f"Q{number}"}
        files[f"tools/q{number}.md"] = front(**fields, category="Grafik") + "x"
        files[f"en/tools/q{number}.md"] = front(**fields, category="Painting") + "x"
    assert findings(files, "locale-category-differs") == []


def test_without_a_profile_in_the_default_locale_the_first_locale_is_the_reference() -> None:
    files = {
        "es/tools/krita.md": front(official_url="https://krita.es"),
        "fr/tools/krita.md": front(official_url="https://krita.fr"),
        "pl/tools/krita.md": front(official_url="https://krita.es"),
    }
    assert column(findings(files, "locale-official-url-differs"), "source_path") == ["fr/tools/krita.md"]


def test_each_profile_with_a_shared_address_names_another_product_that_has_it() -> None:
    files = {f"tools/{slug}.md": front(slug=slug, title=slug, official_url="https://x.org") for slug in "abc"}
    messages = column(findings(files, "official-url-shared"), "message")
    assert messages == [f"https://x.org is also the official_url of {other}." for other in "baa"]


def test_a_missing_translation_is_reported_if_most_products_have_one() -> None:
    both = {f"{folder}tools/{slug}.md": front(slug=slug, title=slug) for slug in "abc" for folder in ("", "en/")}
    files = both | {"tools/d.md": front(slug="d", title="d"), "en/tools/e.md": front(slug="e", title="e")}
    rows = findings(files, "translation-missing")
    assert [(row["profile_id"], str(row["message"])[-3:]) for row in rows] == [("en/e", "de."), ("de/d", "en.")]
    assert findings({path: text for path, text in both.items() if path != "en/tools/c.md"}, "translation-missing") != []
    assert (
        findings({path: text for path, text in both.items() if not path.startswith("en/")}, "translation-missing") == []
    )


def test_dates_are_compared_with_the_day_of_the_build_if_there_is_one() -> None:
    files = {"tools/krita.md": front(created_at="2026-11-22", updated_at="2026-11-24", reviewed_at="2027-01-01")}
    assert findings(files, "date-in-future") == []
    rows = findings(files, "date-in-future", Options(today=TODAY))
    assert [(row["line_start"], row["message"]) for row in rows] == [
        (5, "updated_at is 2026-11-24, which is in the future."),
        (6, "reviewed_at is 2027-01-01, which is in the future."),
    ]
    assert len(findings(files, "date-in-future", Options(today=dt.date(2026, 12, 31)))) == 1


def test_messages_name_the_keys_of_the_site() -> None:
    options = Options(aliases={"website": "official_url", "checked": "reviewed_on"}, today=TODAY)
    files = {
        "tools/a.md": front(slug="a", title="A", website="https://x.org", checked="2027-01-01"),
        "tools/b.md": front(slug="b", title="B", website="https://x.org"),
        "tools/c.md": front(slug="c", title="C"),
    }
    assert column(findings(files, "official-url-shared", options), "line_start") == [4, 4]
    (future,) = findings(files, "date-in-future", options)
    assert (future["line_start"], str(future["message"]).split()[0]) == (5, "checked")
    missing = [row["message"] for row in findings(files, "key-missing", options) if row["source_path"] == "tools/c.md"]
    assert "The front matter has no value for website." in missing


def test_required_keys_are_a_setting() -> None:
    files = {"tools/krita.md": "---\nslug: krita\ncategory: '  '\n---\n# Krita\n"}
    keys = {str(row["message"]).split()[-1] for row in findings(files, "key-missing")}
    assert keys == {"category.", "price_model.", "official_url."}
    assert len(findings(files, "title-missing")) == 1
    options = Options(required_keys=("slug", "description"))
    assert column(findings(files, "key-missing", options), "message") == [
        "The front matter has no value for description."
    ]
    assert findings(files, "title-missing", options) == []
    assert findings({"tools/krita.md": front(**COMPLETE)}, "key-missing") == []
    assert findings({"tools/krita.md": "# Krita\n"}, "key-missing") == [], "left to front-matter-missing"


def test_severities_are_a_setting_and_positions_have_no_gaps() -> None:
    files = {"tools/krita.md": front(**COMPLETE) + "## Alternativen\n\n- Krita\n\n[x](/tools/x/)\n\n## Leer\n"}
    options = Options(severities={"link-dangling": "off", "section-empty": "error"})
    rows = listed(dataset(files, options=options), "diagnostics")
    assert [(row["position"], row["rule"], row["severity"]) for row in rows] == [
        (1, "alternative-self", "warning"),
        (2, "section-empty", "error"),
    ]
