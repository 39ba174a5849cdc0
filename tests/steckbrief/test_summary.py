"""The summary of a build: its figures and their order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from steckbrief.pipeline.run import published
from steckbrief.pipeline.summary import BuildSummary, RuleCount, count_rules
from steckbrief.schema.arrow import to_arrow
from steckbrief.summary import as_text
from tests.records import arrow


def summary(output: Path, release: str = "20260101T000000Z", diagnostics: tuple[RuleCount, ...] = ()) -> BuildSummary:
    return BuildSummary(
        source="/srv/raw",
        release=release,
        path=str(output / "releases" / release),
        latest=str(output / "latest"),
        direct=True,
        files=4,
        bytes=1234,
        profiles=3,
        skipped=2,
        other=5,
        quarantined=1,
        rows={"profiles": 3, "faqs": 1200},
        diagnostics=diagnostics,
        seconds=1.5,
    )


def diagnostic(rule: str, severity: str, path: str | None, line: int | None) -> dict[str, Any]:
    return {
        "rule": rule,
        "severity": severity,
        "message": f"{rule} here",
        "hint": "Do something.",
        "source_path": path,
        "profile_id": None,
        "line_start": line,
        "line_end": line,
    }


def test_rules_are_counted_by_severity_then_frequency_with_two_examples() -> None:
    rows = [
        diagnostic("often", "info", "a.md", 1),
        diagnostic("often", "info", "b.md", 2),
        diagnostic("often", "info", "c.md", 3),
        diagnostic("seldom", "info", "a.md", 4),
        diagnostic("bad", "error", None, None),
        diagnostic("odd", "warning", "a.md", None),
    ]
    table = arrow("diagnostics", [{**row, "position": position} for position, row in enumerate(rows, 1)])
    assert count_rules(table) == (
        RuleCount("bad", "error", 1, ("bad here",)),
        RuleCount("odd", "warning", 1, ("a.md: odd here",)),
        RuleCount("often", "info", 3, ("a.md:1: often here", "b.md:2: often here")),
        RuleCount("seldom", "info", 1, ("a.md:4: seldom here",)),
    )


def test_without_diagnostics_there_are_no_rules() -> None:
    assert count_rules(to_arrow("diagnostics", [])) == ()


def test_the_summary_contains_figures_release_and_time(tmp_path: Path) -> None:
    text = as_text(summary(tmp_path, diagnostics=(RuleCount("odd", "warning", 1, ("a.md:7: odd",)),)), waited=9.25)
    lines = text.splitlines()
    assert lines[0] == "3 profiles from 4 files (1,234 bytes) in /srv/raw"
    assert lines[1] == "2 skipped by name, 1 quarantined, 5 not Markdown"
    assert ["faqs", "1,200"] in [line.split() for line in lines]
    assert ["1", "warning", "odd"] in [line.split() for line in lines]
    assert "a.md:7: odd" in [line.strip() for line in lines]
    assert f"Release 20260101T000000Z: {tmp_path}/releases/20260101T000000Z" in lines
    assert "Done in 1.5 s; 9.2 s including startup." in lines


def test_an_interrupted_run_knows_whether_its_release_was_published(tmp_path: Path) -> None:
    own = summary(tmp_path)
    assert published(None) is None
    assert published(own) is None
    (tmp_path / "latest").symlink_to("releases/20250101T000000Z")
    assert published(own) is None
    (tmp_path / "latest").unlink()
    (tmp_path / "latest").symlink_to(f"releases/{own.release}")
    assert published(own) is own
