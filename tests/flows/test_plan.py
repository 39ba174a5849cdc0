"""What of the last release still holds: by path, content, code and settings; and when nothing changed at all."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from extract.model import Problem, Unreadable
from extract.source import Fingerprint
from flows.plan import a_date_came_due, cache_of, inputs_digest, kept_files
from flows.provenance import fingerprint

PROFILES = pa.table(
    {
        "profile_id": ["de/a", "de/b", "de/c"],
        "source_path": ["a.md", "b.md", "c.md"],
        "source_sha256": ["1", "2", "3"],
        "created_on": pa.array([None, dt.date(2026, 3, 5), None], pa.date32()),
        "updated_on": pa.array([None, None, None], pa.date32()),
        "reviewed_on": pa.array([dt.date(2026, 1, 1), None, None], pa.date32()),
    }
)


def test_a_profile_is_kept_where_path_and_content_are_the_same() -> None:
    files = [Fingerprint("a.md", 1, "1"), Fingerprint("b.md", 1, "9"), Fingerprint("d.md", 1, "3")]
    assert kept_files(PROFILES, files) == {"de/a": 0}


@pytest.mark.parametrize(
    ("before", "today", "due"),
    [
        ((3, 3), (3, 4), False),
        ((3, 4), (3, 5), True),
        ((3, 5), (3, 6), False),
        ((3, 6), (3, 4), True),  # the clock was set back
        ((3, 4), (3, 4), False),
    ],
)
def test_a_date_comes_due_on_its_day(before: tuple[int, int], today: tuple[int, int], due: bool) -> None:
    assert a_date_came_due(PROFILES, dt.date(2026, *before), dt.date(2026, *today)) is due


def test_without_a_day_before_the_rule_must_run_again() -> None:
    assert a_date_came_due(PROFILES, None, dt.date(2026, 3, 4))


def test_the_digest_is_of_paths_contents_and_what_cannot_be_read() -> None:
    gone = Unreadable("x.md", Problem("file-unreadable", values={"detail": "gone"}))
    one = inputs_digest([("a.md", "1"), ("b.md", "2")], [gone])
    assert one == inputs_digest([("b.md", "2"), ("a.md", "1")], [gone])
    others = [
        inputs_digest([("a.md", "2"), ("b.md", "1")], [gone]),
        inputs_digest([("a.md", "1"), ("b.md", "2")], []),
        inputs_digest([("a.md", "1")], [gone]),
        inputs_digest([("a.md", "1"), ("b.md", "2")], [Unreadable("x.md", Problem("file-too-large"))]),
    ]
    assert len({one, *others}) == 5


def test_other_settings_are_another_fingerprint(tmp_path) -> None:
    one, other = fingerprint({"default_locale": "de"}), fingerprint({"default_locale": "en"})
    assert one != other
    manifest = {"fingerprint": one, "inputs": {"sha256": "d"}, "settings": {"today": "2026-03-01"}}
    assert cache_of(tmp_path, manifest, one).usable
    assert not cache_of(tmp_path, manifest, other).usable
    assert not cache_of(tmp_path, {}, one).usable
