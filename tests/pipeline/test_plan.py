"""What of the last release still holds: by path, content, code and settings; and when nothing changed at all."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace

import pyarrow as pa
import pytest

from steckbrief.extract.model import Problem, Unreadable
from steckbrief.extract.source import FileHash
from steckbrief.load.release import Release
from steckbrief.pipeline.plan import Cache, a_date_came_due, cache_of, inputs_digest, kept_files
from steckbrief.pipeline.provenance import digest_of_code, fingerprint, writer
from tests.command import ROOT

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
    files = [FileHash("a.md", 1, "1"), FileHash("b.md", 1, "9"), FileHash("d.md", 1, "3")]
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
    manifest = {
        "fingerprint": one,
        "writer": "w",
        "inputs": {"sha256": "d"},
        "source": {"contents": "c"},
        "settings": {"include": ["**"], "today": "2026-03-01"},
    }
    release, recorded = Release("r", tmp_path, None, manifest), {"include": ["**"]}
    assert cache_of(release, recorded, one, "w") == Cache(
        tmp_path,
        usable=True,
        written=True,
        configured=True,
        inputs="d",
        contents="c",
        today=dt.date(2026, 3, 1),
    )
    assert cache_of(release, recorded, one, "w").current
    others = [cache_of(release, recorded, other, "w"), cache_of(release, recorded, one, "v")]
    others += [cache_of(release, {"include": ["a"]}, one, "w"), cache_of(replace(release, manifest={}), {}, one, "w")]
    assert [cache.usable for cache in others] == [False, True, True, False]
    assert [cache.written for cache in others] == [True, False, True, False]
    assert not any(cache.current for cache in others)


@pytest.mark.parametrize("package", ["extract", "transform", "schema", "load"])
@pytest.mark.parametrize("suffix", [".py", ".toml"])
def test_other_code_or_vocabulary_is_another_fingerprint(tmp_path, package: str, suffix: str) -> None:
    copy = tmp_path / package
    shutil.copytree(ROOT / package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = digest_of_code({package: copy}, {})
    assert before == digest_of_code({package: ROOT / package}, {})
    found = sorted(copy.rglob(f"*{suffix}"))
    for file in found:
        text = file.read_bytes()
        file.write_bytes(text + b"\n")
        assert digest_of_code({package: copy}, {}) != before, file
        file.write_bytes(text)
    assert found or (package, suffix) in {("extract", ".toml"), ("schema", ".toml"), ("load", ".toml")}


def test_other_libraries_and_another_python_are_another_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest_of_code({}, {"markdown-it-py": "4.0.0"})
    assert digest_of_code({}, {"markdown-it-py": "4.0.1"}) != before
    monkeypatch.setattr("platform.python_version", lambda: "3.11.99")
    assert digest_of_code({}, {"markdown-it-py": "4.0.0"}) != before


def test_what_makes_rows_and_what_writes_them_count_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[tuple[str, ...], tuple[str, ...]]] = []

    def of_code(packages: tuple[str, ...], libraries: tuple[str, ...]) -> str:
        asked.append((packages, libraries))
        return "digest"

    monkeypatch.setattr("steckbrief.pipeline.provenance._of_code", of_code)
    fingerprint({})
    writer()
    (makers, readers), (writers, formats) = asked
    assert set(makers) == {"extract", "transform", "schema"}
    assert {"markdown-it-py", "python-frontmatter", "pyyaml"} <= set(readers)
    assert "load" in writers
    assert set(formats) == {"pyarrow", "duckdb"}
