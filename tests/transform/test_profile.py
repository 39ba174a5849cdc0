"""One document gives the rows of one profile: its identity, its counts, and every row in place."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from steckbrief.schema import ROW_TABLES
from steckbrief.schema.checks import COUNTED
from steckbrief.transform.options import Options
from steckbrief.transform.parts import PART_TABLES, part_tables
from steckbrief.transform.profile import profile_rows
from tests.transform.support import (
    FRONT,
    GERMAN,
    SHARED,
    AnyRow,
    column,
    document,
    front,
    read_rows,
    rows,
)


def profile(body: str, *, head: str = FRONT, path: str = "tools/krita.md", options: Options | None = None) -> AnyRow:
    (row,) = rows(body, head=head, path=path, options=options)["profiles"]
    return row


# --- identity ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (front(title="Krita Desktop"), "# Anders\n", "Krita Desktop"),
        ("---\nslug: krita\n---\n", "# **Krita** `5`\n", "Krita 5"),
        ("---\nslug: krita\n---\n", "## Vorteile\n\n# Krita\n", "Krita"),
        ("---\nslug: krita\n---\n", "Kein Kopf.\n", "krita"),
        ("---\nslug: krita\n---\n", "#\n\n# Krita\n", "Krita"),
        (front(title="[a, b]"), "# Krita\n", "Krita"),
        (front(title="{a: b}"), "Kein Kopf.\n", "krita"),
        (front(title="42"), "# Krita\n", "42"),
        (front(title="''"), "# Krita\n", "Krita"),
        ("", "Nur Text.\n", "krita"),
        ("", "# ![](a.png)\n", "krita"),
    ],
)
def test_the_title_comes_from_front_matter_else_the_main_heading_else_the_slug(
    head: str, body: str, title: str
) -> None:
    assert profile(body, head=head)["title"] == title


@pytest.mark.parametrize(
    ("path", "head", "default", "locale"),
    [
        ("tools/krita.md", FRONT, "de", "de"),
        ("tools/krita.md", FRONT, "en", "en"),
        ("en/tools/krita.md", FRONT, "de", "en"),
        ("en/tools/krita.md", front(locale="fr"), "de", "en"),
        ("tools/krita.md", front(locale="fr"), "de", "fr"),
        ("tools/krita.md", front(lang="pt_BR"), "de", "pt-br"),
        ("tools/krita.md", front(locale="deutsch"), "en", "en"),
        ("tools/krita.md", front(locale="[en]"), "de", "de"),
        ("tools/krita.md", front(locale="no"), "de", "no"),
    ],
)
def test_the_locale_comes_from_the_folder_else_front_matter_else_the_default(
    path: str, head: str, default: str, locale: str
) -> None:
    row = profile("# Krita\n", head=head, path=path, options=Options(default_locale=default))
    assert (row["locale"], row["profile_id"]) == (locale, f"{locale}/krita")


def test_front_matter_becomes_columns_of_their_types() -> None:
    row = profile(
        "# Krita\n",
        head=front(
            category="Malen",
            price_model="Open Source",
            official_url="https://www.krita.org/de/",
            description="'Ein  Malprogramm'",
            created_at="2026-01-02",
            updated_at="'2026-02-03'",
            lastReviewed="2026-03-04 10:00:00",
        ),
    )
    assert {key: row[key] for key in ("category", "price_model", "official_url", "official_domain", "description")} == {
        "category": "Malen",
        "price_model": "Open Source",
        "official_url": "https://www.krita.org/de/",
        "official_domain": "krita.org",
        "description": "Ein Malprogramm",
    }
    assert [row["created_on"], row["updated_on"], row["reviewed_on"]] == [
        dt.date(2026, 1, 2),
        dt.date(2026, 2, 3),
        dt.date(2026, 3, 4),
    ]


def test_the_source_is_identified() -> None:
    row = profile("# Krita\n", path="en/tools/krita.md")
    assert row["source_path"] == "en/tools/krita.md"
    assert row["source_bytes"] == len(FRONT + "# Krita\n")
    assert len(str(row["source_sha256"])) == 64


@pytest.mark.parametrize(
    ("body", "lead"),
    [
        ("# Krita\n\nErster.\n\nZweiter.\n\n## Vorteile\n\nAnderes.\n", "Erster.\n\nZweiter."),
        ("Vorweg.\n\n# Krita\n\n## Vorteile\n", None),
        ("Vorweg.\n\n## Vorteile\n\nAnderes.\n", "Vorweg."),
        ("# Krita\n\n![Bild](a.png)\n\n[Seite](https://krita.org)\n\nErster.\n\n- a\n", "Erster."),
        ("# Krita\n", None),
        ("## Vorteile\n\nText.\n", None),
    ],
)
def test_the_lead_is_the_opening_text_without_figures_and_lists(body: str, lead: str | None) -> None:
    assert profile(body)["lead"] == lead


def test_tags_and_price_models_are_rows_in_order() -> None:
    tables = rows("# Krita\n", head=front(tags="[malen, kunst]", price_model="Open Source / Freemium"))
    assert [(row["position"], row["tag"]) for row in tables["tags"]] == [(1, "malen"), (2, "kunst")]
    assert column(tables["price_models"], "price_model") == ["open_source", "freemium"]


# --- sections ----------------------------------------------------------------------------------------------------


def test_sections_contain_their_text_their_source_and_their_place() -> None:
    body = "Vorweg.\n\n# Krita\n\nEin **Satz**.\n\n## Vorteile\n\n- a\n- b\n\n### Rest\n\n## Ende\n"
    sections = rows(body)["sections"]
    assert [(r["position"], r["parent_position"], r["level"], r["line_start"], r["line_end"]) for r in sections] == [
        (1, None, 0, 5, 6),
        (2, None, 1, 7, 10),
        (3, 2, 2, 11, 15),
        (4, 3, 3, 16, 17),
        (5, 2, 2, 18, 18),
    ]
    assert column(sections, "text") == ["Vorweg.", "Ein Satz.", "a b", None, None]
    assert column(sections, "word_count") == [1, 3, 3, 1, 1]
    assert profile(body)["word_count"] == 9
    assert "".join(str(row["markdown"]) for row in sections) == body


# --- odd files ---------------------------------------------------------------------------------------------------


def test_a_file_of_only_front_matter_is_a_profile_without_rows() -> None:
    tables = rows("", head=front(tags="[a]"))
    assert tables["profiles"][0]["title"] == "Krita"
    assert column(tables["front_matter"], "key") == ["slug", "title", "tags"]
    assert all(tables[name] == [] for name in (*ROW_TABLES, "sections", "links"))
    assert "body-empty" in column(tables["diagnostics"], "rule")


def test_invalid_front_matter_costs_only_itself() -> None:
    tables = rows("# Krita\n\n## Vorteile\n\n- a\n", head="---\nslug: [\n---\n", path="tools/Krita Desktop.md")
    profile_row = tables["profiles"][0]
    assert (profile_row["profile_id"], profile_row["title"]) == ("de/krita-desktop", "Krita")
    assert column(tables["pros"], "text") == ["a"]
    assert [row["rule"] for row in tables["diagnostics"] if row["severity"] == "error"] == ["front-matter-invalid"]


@pytest.mark.parametrize(
    "value",
    ["[a, b]", "{a: b}", "42", "4.5", "2026-05-31", "true", "~", "''", "'  '", "!!binary aGk=", "0x" + "f" * 900],
)
@pytest.mark.parametrize(
    "key", ["slug", "title", "category", "price_model", "official_url", "description", "tags", "created_at", "locale"]
)
def test_a_value_of_any_type_in_any_field_costs_no_other(key: str, value: str) -> None:
    read = document(front(**{key: value, "other": "same"}) + "# Krita\n\n## Vorteile\n\n- a\n")
    part_tables([(0, profile_rows(read, Options()))])
    whole = read_rows(read)
    assert column(whole["pros"], "text") == ["a"]
    values = {row["key"]: json.loads(str(row["value_json"])) for row in whole["front_matter"]}
    assert key in values
    assert values["other"] == "same"


@pytest.mark.parametrize("prefix", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_byte_order_mark_and_line_ends_change_no_row(prefix: str, end: str) -> None:
    text = front(tags="[a]") + "# Krita\n\nText.\n\n## Vorteile\n\n- a\n\n  b\n\n## FAQ\n\n**A?**\n\nJa.\n"
    plain, other = (read_rows(document(source)) for source in (text, prefix + text.replace("\n", end)))
    for name in set(PART_TABLES) - {"profiles", "sections"}:
        assert other[name] == plain[name], name


@pytest.mark.slow
def test_fifty_thousand_items_are_fifty_thousand_rows() -> None:
    body = "".join(f"## {heading}\n\n" + "- a\n" * 50_000 for heading in ("Vorteile", "Alternativen", "FAQ"))
    tables = rows(body)
    assert len(tables["pros"]) == len(tables["alternatives"]) == 50_000
    assert len(set(column(tables["pros"], "row_id"))) == 50_000


@pytest.mark.parametrize(
    "nested",
    ["> " * 5_000 + "a", "- " * 5_000 + "a", "1. " * 2_000 + "a", "".join("  " * at + "- a\n" for at in range(300))],
)
def test_deep_nesting_is_read_as_far_as_it_goes(nested: str) -> None:
    tables = rows(f"# Krita\n\n## Vorteile\n\n- vor\n\n{nested}\n\n## Nachteile\n\n- nach\n")
    assert column(tables["pros"], "text")[0] == "vor"
    assert column(tables["cons"], "text") == ["nach"]
    assert "nesting-too-deep" in column(tables["diagnostics"], "rule")


# --- the first sample, and one like it ---------------------------------------------------------------------------


def sample(title: str, slug: str) -> str:
    """Return a profile written like the first sample."""
    features = "".join(f"- Funktion {at}, die den Alltag mit Modellen leichter macht  \n" for at in range(8))
    pros = "".join(f"- Vorteil {at}, besonders für Einsteiger  \n" for at in range(5))
    cons = "".join(f"- Nachteil {at} bei sehr großen Daten  \n" for at in range(4))
    others = "".join(f"- Anderes{at}: Ein Programm mit anderem Schwerpunkt.  \n" for at in range(5))
    questions = "".join(f"**{at}. Ist {title} für Aufgabe {at} geeignet?**  \nJa, das geht.\n\n" for at in range(1, 9))
    return (
        f'---\nslug: "{slug}"\ntitle: "{title}"\ncategory: "AI"\nprice_model: "freemium"\ntags: [ai]\n'
        f'official_url: "https://{slug}.org"\n---\n\n# {title}\n\n{GERMAN}\n'
        f"## Für wen ist {title} geeignet?\n\n{GERMAN}\n## Hauptfunktionen\n\n{features}\n## Vorteile und Nachteile\n\n"
        f"### Vorteile\n\n{pros}\n### Nachteile\n\n{cons}\n## Preise & Kosten\n\n{GERMAN}\n"
        f"## Alternativen zu {title}\n\n{others}\n## FAQ\n\n{questions}"
    )


SEED = SHARED / "corpus" / "seed" / "pytorch.md"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(lambda: sample("Numerik", "numerik"), id="alike"),
        pytest.param(
            lambda: SEED.read_text(encoding="utf-8"),
            id="first sample",
            marks=pytest.mark.skipif(not SEED.is_file(), reason="the first sample is not at hand"),
        ),
    ],
)
def test_the_first_sample_gives_all_its_rows(text) -> None:
    tables = read_rows(document(text()))
    (row,) = tables["profiles"]
    expected = {
        "section_count": 9,
        "feature_count": 8,
        "pro_count": 5,
        "con_count": 4,
        "use_case_count": 0,
        "audience_count": 1,
        "faq_count": 8,
        "faq_answered_count": 8,
        "alternative_count": 5,
    }
    assert {name: row[name] for name in COUNTED} == expected
    assert all(row["name"] and row["description"] for row in tables["alternatives"])
    questions = [str(question) for question in column(tables["faqs"], "question")]
    assert all(question.endswith("?") and not question[0].isdigit() for question in questions)
    assert column(tables["sections"], "kind").count("pricing") == 1
    assert column(tables["audiences"], "form") == ["paragraph"]
    assert column(tables["front_matter"], "key") == ["slug", "title", "category", "price_model", "tags", "official_url"]
    assert (row["language"], row["price_model"], row["category"]) == ("de", "freemium", "AI")
    assert column(tables["price_models"], "price_model") == ["freemium"]
    assert "error" not in column(tables["diagnostics"], "severity")
