"""A release depends only on the files, not on processes or batches."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.extract.limits import FileLimits
from steckbrief.pipeline.runners.batch import SourceReading
from steckbrief.pipeline.runners.registry import RUNNERS, choose_workers
from steckbrief.pipeline.signals import blocked
from steckbrief.pipeline.stages import BATCH_FILES, cut
from steckbrief.pipeline.work_folder import load_parts
from steckbrief.transform.options import Options
from tests.command import RAW, profiles, steckbrief, table_files, write_source


@pytest.mark.slow
def test_one_and_two_workers_and_a_second_build_write_the_same_bytes(tmp_path: Path) -> None:
    built = []
    for output, workers in (("one", "1"), ("again", "1"), ("two", "2")):
        steckbrief("build", RAW, "--output", output, "--direct", "--workers", workers, cwd=tmp_path)
        built.append(table_files((tmp_path / output / "latest").resolve()))
    assert built[0]
    assert built[0] == built[1] == built[2]


@pytest.mark.parametrize("name", RUNNERS)
def test_every_runner_reads_every_file_once(name: str, tmp_path: Path) -> None:
    source = write_source(tmp_path / "raw", {"broken.md": "", **profiles(5)})
    paths = sorted(path.relative_to(source).as_posix() for path in source.rglob("*.md"))
    (tmp_path / "work").mkdir()
    reading = SourceReading(source, tmp_path / "work", Options(), FileLimits())
    results = list(RUNNERS[name](cut(list(enumerate(paths)), 2, reading), 2))
    assert sorted(result.number for result in results) == [0, 1]
    assert [(file.path, file.problem.rule) for result in results for file in result.unreadable] == [
        ("broken.md", "file-empty")
    ]
    assert sum(result.documents for result in results) == len(paths) - 1
    assert sorted(load_parts(tmp_path / "work")["profiles"]["source_path"].to_pylist()) == sorted(profiles(5))


def test_workers_inherit_blocked_signals() -> None:
    with blocked():
        code = "import signal; print(sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())))"
        child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for name in ("SIGHUP", "SIGINT", "SIGTERM"):
        assert name in child.stdout
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ())


@given(st.integers(0, 500), st.integers(1, 8))
def test_batches_contain_every_file_once_and_in_order(files: int, workers: int) -> None:
    numbered = [(3 * n, f"{n}.md") for n in range(files)]
    batches = cut(numbered, workers, SourceReading(Path("raw"), Path("work"), Options(), FileLimits()))
    assert [entry for batch in batches for entry in batch.files] == numbered
    assert [batch.number for batch in batches] == list(range(len(batches)))
    assert all(0 < len(batch.files) <= BATCH_FILES for batch in batches)
    assert len(batches) >= min(files, workers) / 2


@pytest.mark.parametrize(
    ("requested", "files", "chosen"),
    [(None, 0, 1), (None, 26, 1), (1, 10_000, 1), (2, 26, 2), (4, 3, 3), (2, 1, 1), (1, 0, 1)],
)
def test_small_sources_get_one_process_and_none_is_idle(requested: int | None, files: int, chosen: int) -> None:
    assert choose_workers(requested, files) == chosen


def test_large_sources_get_one_process_per_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert choose_workers(None, 1_000_000) == 2
