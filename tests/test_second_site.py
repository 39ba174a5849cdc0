"""Settings alone describe a site that writes differently: every row of examples/second-site equals its labels.

The labels were made by hand, line by line, as a careful reader understands the profiles.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.run import build, inspected
from steckbrief.pipeline.settings.load import load_settings
from steckbrief.pipeline.summary import BuildSummary
from tests.documents import ROOT

SITE = ROOT / "examples" / "second-site"
SOURCE = SITE / "apps"
LABELS = [
    json.loads(file.read_text(encoding="utf-8")) for file in sorted((ROOT / "tests/labels-second-site").glob("*.json"))
]
# Key of a label -> table.
ITEMS = {"features": "features", "pros": "pros", "cons": "cons", "use_cases": "use_cases", "audience": "audiences"}
# The headings of tables of prices, which must give no rows.
TILL = ("At the till", "An der Kasse")

Row = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """The example, built once: the summary, the manifest and the rows of every table."""

    summary: BuildSummary
    manifest: Row
    tables: dict[str, list[Row]]

    def of(self, label: Row, table: str) -> list[Row]:
        return [row for row in self.tables[table] if row["profile_id"] == label["profile_id"]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    output = tmp_path_factory.mktemp("second-site")
    summary = build(BuildRequest(SOURCE, load_settings(SOURCE, None, {"output": output})))
    release = Path(summary.path)
    tables = {file.stem: pq.read_table(file).to_pylist() for file in release.glob("*.parquet")}
    return Site(summary, json.loads((release / "release.json").read_text(encoding="utf-8")), tables)


def each_label(test):
    return pytest.mark.parametrize("label", LABELS, ids=[label["profile_id"] for label in LABELS])(test)


def lines(label: Row, start: int, end: int) -> str:
    return "\n".join((SOURCE / label["id"]).read_text(encoding="utf-8").split("\n")[start - 1 : end])


def words(text: str | None) -> str:
    """Return the words of Markdown or plain text, without link targets and tags."""
    text = re.sub(r"\]\([^)]*\)", "]", text or "").replace("&amp;", "&")
    return " ".join(re.findall(r"\w+", re.sub(r"<[^>]+>", " ", text).casefold()))


def test_profiles_and_labels_correspond(site: Site) -> None:
    assert len(LABELS) >= 8
    assert {row["profile_id"]: row["source_path"] for row in site.tables["profiles"]} == {
        label["profile_id"]: label["id"] for label in LABELS
    }


@each_label
def test_fields_come_from_the_sites_own_keys(label: Row, site: Site) -> None:
    (profile,) = site.of(label, "profiles")
    keys = ("locale", "language", "title", "category", "price_model", "official_url", "description")
    assert {key: profile[key] for key in keys} == {key: label[key] for key in keys}
    dates = {key: profile[key].isoformat() for key in ("created_on", "reviewed_on")}
    assert dates == {key: label[key] for key in dates}
    assert [row["tag"] for row in site.of(label, "tags")] == label["tags"]
    assert [row["price_model"] for row in site.of(label, "price_models")] == label["price_models"]
    assert words(profile["lead"]) == words(lines(label, *label["lead"]))


@each_label
def test_sections_have_the_labelled_kinds(label: Row, site: Site) -> None:
    actual = [(row["line_start"], row["heading"], row["level"]) for row in site.of(label, "sections") if row["level"]]
    assert actual == [(section["line"], section["heading"], section["level"]) for section in label["sections"]]
    kinds = {row["line_start"]: row["kind"] for row in site.of(label, "sections")}
    core = [section for section in label["sections"] if section["kind"] != "other"]
    assert {section["line"]: kinds[section["line"]] for section in core} == {
        section["line"]: section["kind"] for section in core
    }


@pytest.mark.parametrize("name", ITEMS)
@each_label
def test_items_are_the_labelled_ones(label: Row, name: str, site: Site) -> None:
    actual = [
        (row["line_start"], row["line_end"], row["form"], row["name"], words(row["text"]))
        for row in site.of(label, ITEMS[name])
    ]
    assert actual == [
        (item["line"], item["end"], item["form"], item["name"], words(item.get("text") or source(label, item)))
        for item in label[name]
    ]


def source(label: Row, item: Row) -> str:
    return lines(label, item["line"], item["end"])


@each_label
def test_alternatives_are_the_rows_of_the_table(label: Row, site: Site) -> None:
    keys = ("name", "description", "url", "target_slug", "target_profile_id")
    actual = [(row["line_start"], *(row[key] for key in keys)) for row in site.of(label, "alternatives")]
    assert actual == [
        (item["line"], *(item[key] for key in ("name", "description", "url", "slug", "target")))
        for item in label["alternatives"]
    ]


@each_label
def test_questions_are_the_summaries_and_answers_end_with_their_details(label: Row, site: Site) -> None:
    actual = [
        (row["line_start"], row["question"], row["answer_line_start"], row["answer_line_end"], words(row["answer"]))
        for row in site.of(label, "faqs")
    ]
    assert actual == [
        (item["line"], item["question"], item["answer_line"], item["answer_end"], words(item["answer"]))
        for item in label["faqs"]
    ]
    assert [row["answer_markdown"] for row in site.of(label, "faqs")] == [item["answer"] for item in label["faqs"]]


def test_every_catalogue_link_is_resolved_within_its_language_or_by_its_folder(site: Site) -> None:
    links = [row for row in site.tables["links"] if row["kind"] == "catalogue"]
    assert len(links) == sum(item["target"] is not None for label in LABELS for item in label["alternatives"])
    assert all(row["target_profile_id"] for row in links)
    assert {row["target_profile_id"] for row in links if row["profile_id"] == "de/zotero"} == {"en/joplin"}


def test_a_table_of_prices_gives_no_rows(site: Site) -> None:
    till = {(row["profile_id"], row["position"]) for row in site.tables["sections"] if row["heading"] in TILL}
    assert len(till) == len(LABELS)
    for table in (*ITEMS.values(), "alternatives", "faqs"):
        assert not till & {(row["profile_id"], row["section_position"]) for row in site.tables[table]}


def test_only_missing_translations_are_reported(site: Site) -> None:
    assert {row["rule"] for row in site.tables["diagnostics"]} <= {"translation-missing"}


def test_excluded_files_are_skipped_and_counted_by_pattern(site: Site) -> None:
    excluded = {"**/drafts/**": 1, "**/shelf.markdown": 1}
    assert (site.summary.skipped, dict(site.summary.excluded)) == (2, excluded)
    assert (site.manifest["inputs"]["skipped"], site.manifest["inputs"]["excluded"]) == (2, excluded)


def test_the_settings_are_part_of_the_release(site: Site) -> None:
    settings = site.manifest["settings"]
    assert settings["aliases"]["last_verified"] == "reviewed_on"
    assert settings["price_models"]["company"] == ["subscription", "custom_quote"]
    assert settings["locales"] == {"english": "en", "deutsch": "de"}
    assert settings["exclude"] == ["**/shelf.markdown", "**/drafts/**"]
    assert len(settings["catalogue_links"]) == 2


def test_without_its_settings_the_site_gives_no_rows(tmp_path: Path) -> None:
    copy = tmp_path / "apps"
    shutil.copytree(SOURCE, copy)
    with inspected(copy, load_settings(copy, None, {})) as tables:
        assert tables["profiles"].num_rows > len(LABELS) / 2
        assert tables["features"].num_rows == 0
        assert tables["alternatives"].num_rows == 0
        assert tables["faqs"].num_rows == 0
