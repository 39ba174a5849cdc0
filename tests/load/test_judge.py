"""The figures that the gates judge, from real releases."""

from __future__ import annotations

from pathlib import Path

import pytest

from steckbrief.load.gates import GateLimits, GateResult
from steckbrief.load.release import Checked, check, judge, open_staging, reject, write
from tests.load import fake

STRICT = GateLimits(profiles_lost=0, rows_lost=0, files_with_errors=0, unanswered_faqs=0)


def judged(output: Path, made: fake.Rows, *, files: int = 9, quarantined: int = 0) -> dict[str, GateResult]:
    """Return the result of each gate for a candidate with these rows."""
    with open_staging(output) as staging:
        checked = check(write(fake.tables(made), staging))
        return {result.gate: result for result in judge(checked, STRICT, files=files, quarantined=quarantined)}


def diagnostic(position: int, severity: str, path: str | None) -> dict[str, object]:
    return {
        "position": position,
        "rule": "some-rule",
        "severity": severity,
        "message": "Something is wrong.",
        "hint": "Fix it.",
        "source_path": path,
        "profile_id": None,
        "line_start": None,
        "line_end": None,
    }


@pytest.fixture
def made() -> fake.Rows:
    """Rows of four profiles without diagnostics."""
    return fake.rows(4) | {"diagnostics": []}


def test_files_with_errors_and_quarantined_files_are_counted_once_each(output: Path, made: fake.Rows) -> None:
    paths = [str(row["source_path"]) for row in made["profiles"]]
    found = [
        diagnostic(1, "error", paths[0]),
        diagnostic(2, "error", paths[0]),
        diagnostic(3, "error", paths[1]),
        diagnostic(4, "warning", paths[2]),
        diagnostic(5, "error", "quarantined-1.md"),
        diagnostic(6, "warning", "quarantined-2.md"),
        diagnostic(7, "error", None),
    ]
    result = judged(output, made | {"diagnostics": found}, files=8, quarantined=2)["files-with-errors"]
    assert result.message.startswith("4 of 8 files have an error or are quarantined, 50.0%")
    assert not result.passed


def test_questions_without_an_answer_are_counted(output: Path, made: fake.Rows) -> None:
    for row in made["faqs"][:3]:
        row["is_answered"] = False
    for row in made["profiles"]:
        answered = [faq for faq in made["faqs"] if faq["profile_id"] == row["profile_id"] and faq["is_answered"]]
        row["faq_answered_count"] = len(answered)
    result = judged(output, made)["unanswered-faqs"]
    assert result.message.startswith(f"3 of {4 * fake.PER_PROFILE['faqs']} questions have no answer")


def test_without_any_question_none_is_unanswered(output: Path) -> None:
    assert judged(output, fake.rows(0), files=0)["unanswered-faqs"].found == 0


def test_a_profile_with_a_new_id_is_a_lost_profile(output: Path) -> None:
    fake.publish(output, fake.rows(4))
    made = fake.rows(5)
    gone = {name: [row for row in rows if row.get("profile_id") != "de/product-00000"] for name, rows in made.items()}
    for name in ("alternatives", "links"):
        for row in gone[name]:
            row["target_profile_id"] = None
    result = judged(output, gone | {"templates": [], "diagnostics": []})["profiles-lost"]
    assert result.message.startswith("1 of 4 profiles")
    assert not result.passed


@pytest.mark.parametrize("table", ["tags", "price_models", "front_matter", "links"])
def test_rows_lost_are_counted_against_the_last_release(output: Path, made: fake.Rows, table: str) -> None:
    before = fake.publish(output, made)
    result = judged(output, made | {table: made[table][:-1]})[f"rows-lost-{table}"]
    number = len(made[table])
    assert result.message.startswith(f"{table}: {number - 1} rows after {number} in release {before.id}")
    assert not result.passed
    assert judged(output, made)[f"rows-lost-{table}"].passed


def test_fewer_templates_diagnostics_or_changes_are_not_a_loss(output: Path, made: fake.Rows) -> None:
    fake.publish(output, made)
    fake.publish(output, fake.rows(5) | {"diagnostics": [diagnostic(1, "error", None)]})
    gates = judged(output, made)
    assert not {"rows-lost-templates", "rows-lost-diagnostics", "rows-lost-changes"} & set(gates)


def test_the_newest_candidates_are_kept_and_the_oldest_removed(output: Path, made: fake.Rows) -> None:
    ids = [rejected(output, made).name for _ in range(7)]
    assert sorted(path.name for path in (output / "rejected").iterdir()) == sorted(ids[2:])


def test_a_candidate_that_cannot_be_removed_does_not_stop_the_build(
    output: Path, made: fake.Rows, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    ids = [rejected(output, made).name for _ in range(5)]
    monkeypatch.setattr("steckbrief.load.releases.staging.delete", refuse)
    candidate = rejected(output, made)
    assert candidate.is_dir()
    assert f"Could not remove {output / 'rejected' / ids[0]}" in caplog.text


def rejected(output: Path, made: fake.Rows) -> Path:
    with open_staging(output) as staging:
        checked: Checked = check(write(fake.tables(made), staging))
        return reject(checked, fake.INFO)
