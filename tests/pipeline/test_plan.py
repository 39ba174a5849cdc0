"""Rows are reused if path, content, code and settings are the same; a date that comes due is a change."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace

import pyarrow as pa
import pytest

from steckbrief.extract.model import Problem, Unreadable
from steckbrief.extract.source import FileHash
from steckbrief.load.release import Release
from steckbrief.pipeline.plan import Cache, a_date_came_due, cache_of, inputs_digest, unchanged_profiles
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


def test_a_profile_is_reused_if_path_and_content_are_the_same() -> None:
    files = [FileHash("a.md", 1, "1"), FileHash("b.md", 1, "9"), FileHash("d.md", 1, "3")]
    assert unchanged_profiles(PROFILES, files) == {"de/a": 0}


@pytest.mark.parametrize(
    ("earlier", "today", "due"),
    [
        ((3, 3), (3, 4), False),
        ((3, 4), (3, 5), True),
        ((3, 5), (3, 6), False),
        ((3, 6), (3, 4), True),  # the clock was set back
        ((3, 4), (3, 4), False),
    ],
)
def test_a_date_comes_due_on_its_day(earlier: tuple[int, int], today: tuple[int, int], due: bool) -> None:
    assert a_date_came_due(PROFILES, dt.date(2026, *earlier), dt.date(2026, *today)) is due


def test_without_an_earlier_day_a_date_may_have_come_due() -> None:
    assert a_date_came_due(PROFILES, None, dt.date(2026, 3, 4))


def test_the_digest_covers_paths_contents_and_unreadable_files() -> None:
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


def test_a_cache_is_current_only_with_the_same_settings_and_code(tmp_path) -> None:
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
        contents=None,
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
def test_every_code_file_and_vocabulary_counts_in_the_fingerprint(tmp_path, package: str, suffix: str) -> None:
    copy = tmp_path / package
    shutil.copytree(ROOT / package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    digest = digest_of_code({package: copy}, {})
    assert digest == digest_of_code({package: ROOT / package}, {})
    files = sorted(copy.rglob(f"*{suffix}"))
    for file in files:
        text = file.read_bytes()
        file.write_bytes(text + b"\n")
        assert digest_of_code({package: copy}, {}) != digest, file
        file.write_bytes(text)
    assert files or (package, suffix) in {("extract", ".toml"), ("schema", ".toml"), ("load", ".toml")}


def test_versions_of_libraries_and_python_count_in_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    digest = digest_of_code({}, {"markdown-it-py": "4.0.0"})
    assert digest_of_code({}, {"markdown-it-py": "4.0.1"}) != digest
    monkeypatch.setattr("platform.python_version", lambda: "3.11.99")
    assert digest_of_code({}, {"markdown-it-py": "4.0.0"}) != digest


def test_code_that_makes_rows_and_code_that_writes_them_have_separate_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[tuple[str, ...], tuple[str, ...]]] = []

    def record(packages: tuple[str, ...], libraries: tuple[str, ...]) -> str:
        calls.append((packages, libraries))
        return "digest"

    monkeypatch.setattr("steckbrief.pipeline.provenance._code_digest", record)
    fingerprint({})
    writer()
    (makers, readers), (writers, formats) = calls
    assert set(makers) == {"extract", "transform", "schema"}
    assert {"markdown-it-py", "python-frontmatter", "pyyaml"} <= set(readers)
    assert "load" in writers
    assert set(formats) == {"pyarrow", "duckdb"}
