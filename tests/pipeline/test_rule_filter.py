"""--select, --ignore and severities choose the findings that are reported; a misspelt rule is an error."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.findings import Finding
from steckbrief.pipeline.rule_filter import read_rule_filter
from tests.command import steckbrief, write_source

CODES = ["faq-unanswered", "faq-answer-displaced", "link-dangling", "slug-missing"]

# Breaks link-dangling (a warning), faq-unanswered (a warning) and slug-invalid (an error), and has all required keys.
PROFILE = """---
title: Krita
slug: ../krita
category: Grafik
price_model: Open Source
official_url: https://krita.org
---
# Krita

[GIMP](/tools/gimp/)

## FAQ

**Warum?**
"""


@pytest.mark.parametrize(
    ("select", "ignore", "reported"),
    [
        ([], [], CODES),
        (["link-dangling"], [], ["link-dangling"]),
        (["faq"], [], ["faq-unanswered", "faq-answer-displaced"]),
        (["faq-u,link"], [], ["faq-unanswered", "link-dangling"]),
        (["faq-u", " link , slug"], [], ["faq-unanswered", "link-dangling", "slug-missing"]),
        ([], ["faq"], ["link-dangling", "slug-missing"]),
        (["faq"], ["faq-answer-displaced"], ["faq-unanswered"]),
        (["faq-unanswered"], ["faq"], []),
    ],
)
def test_rules_are_selected_by_code_or_prefix_and_ignore_wins(
    select: list[str], ignore: list[str], reported: list[str]
) -> None:
    findings = [Finding(code, "info", "m", "h", None, None, None) for code in CODES]
    assert [finding.rule for finding in read_rule_filter(select, ignore, CODES).apply(findings)] == reported


@pytest.mark.parametrize("value", ["faq-unansweerd", "x", "", "faq,,link", "dangling", "faq unanswered"])
@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_a_value_that_is_no_prefix_of_a_rule_is_an_error(value: str, option: str) -> None:
    select, ignore = ([value], []) if option == "--select" else ([], [value])
    with pytest.raises(UsageError, match=option):
        read_rule_filter(select, ignore, CODES)


def test_the_error_about_a_misspelt_rule_suggests_the_right_one(tmp_path: Path) -> None:
    source = write_source(tmp_path / "profiles", {"tools/krita.md": PROFILE})
    done = steckbrief("check", source, "--select", "link-dangeling", cwd=tmp_path, expect=2)
    assert "--select" in done.stderr
    assert "link-dangling" in done.stderr
    assert done.stdout == ""


def rules_reported(source: Path, cwd: Path, *arguments: str, expect: int) -> list[str]:
    done = steckbrief("check", source, "--format", "json", *arguments, cwd=cwd, expect=expect)
    return [finding["rule"] for finding in json.loads(done.stdout)]


def test_check_reports_selected_rules_and_fails_only_if_one_of_them_is_an_error(tmp_path: Path) -> None:
    source = write_source(tmp_path / "profiles", {"tools/krita.md": PROFILE})
    everything = ["slug-invalid", "link-dangling", "faq-unanswered"]
    assert rules_reported(source, tmp_path, expect=1) == everything
    assert rules_reported(source, tmp_path, "--ignore", "slug", expect=0) == everything[1:]
    assert rules_reported(source, tmp_path, "--select", "slug", "--select", "faq,link", expect=1) == everything
    assert rules_reported(source, tmp_path, "--select", "faq", expect=0) == ["faq-unanswered"]


SETTINGS = '[severities]\nslug-invalid = "off"\nlink-dangling = "error"\nfaq-unanswered = "info"\n'


def test_severities_of_the_site_apply_to_check(tmp_path: Path) -> None:
    source = write_source(tmp_path / "profiles", {"tools/krita.md": PROFILE})
    (tmp_path / "steckbrief.toml").write_text(SETTINGS)
    done = steckbrief("check", source, "--format", "sarif", cwd=tmp_path, expect=1)
    (run,) = json.loads(done.stdout)["runs"]
    results: list[dict[str, Any]] = run["results"]
    assert [(result["ruleId"], result["level"]) for result in results] == [
        ("link-dangling", "error"),
        ("faq-unanswered", "note"),
    ]
    declared = {rule["id"]: rule["defaultConfiguration"]["level"] for rule in run["tool"]["driver"]["rules"]}
    assert declared["link-dangling"] == "warning", "the declaration of a rule has its own severity"


def test_severities_of_the_site_apply_to_the_diagnostics_of_a_release(tmp_path: Path) -> None:
    source = write_source(tmp_path / "profiles", {"tools/krita.md": PROFILE})
    (tmp_path / "steckbrief.toml").write_text(SETTINGS)
    steckbrief("build", source, "--output", "out", "--direct", cwd=tmp_path)
    latest = tmp_path / "out" / "latest"
    rows = pq.read_table(latest / "diagnostics.parquet").to_pylist()
    assert [(row["position"], row["rule"], row["severity"]) for row in rows] == [
        (1, "link-dangling", "error"),
        (2, "faq-unanswered", "info"),
    ]


def test_release_json_records_the_day_with_which_dates_were_compared(tmp_path: Path) -> None:
    far = PROFILE.replace("title: Krita\n", "title: Krita\nupdated_at: 9999-01-01\n")
    source = write_source(tmp_path / "profiles", {"tools/krita.md": far})
    steckbrief("build", source, "--output", "out", "--direct", cwd=tmp_path)
    latest = tmp_path / "out" / "latest"
    manifest = json.loads((latest / "release.json").read_text())
    (diagnostic,) = [
        row for row in pq.read_table(latest / "diagnostics.parquet").to_pylist() if row["rule"] == "date-in-future"
    ]
    assert dt.date.fromisoformat(manifest["settings"]["today"]) <= dt.datetime.now(dt.UTC).date()
    assert (diagnostic["line_start"], "9999-01-01" in diagnostic["message"]) == (3, True)
