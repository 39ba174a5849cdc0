"""Files that change or vanish while they are read, a clock that is set back, a lock that a dead process left."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from steckbrief.load.formats.parquet import read_parquet
from steckbrief.load.release import latest
from steckbrief.load.releases.published import release_ids, released_at
from steckbrief.load.releases.verify import verify, verify_latest
from steckbrief.pipeline import run
from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.settings import Settings, load_settings
from steckbrief.pipeline.stages import Stage
from steckbrief.pipeline.summary import BuildSummary
from tests.command import ROOT, environment, profiles, steckbrief, write_source

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_source(tmp_path / "raw", profiles(5))


@pytest.fixture
def settings(source: Path, tmp_path: Path) -> Settings:
    return load_settings(source, None, {"output": tmp_path / "output", "workers": 1})


def build_while(source: Path, settings: Settings, stage: str, happens: Callable[[], object]) -> BuildSummary:
    """Build, and let something happen right after the stage of this name."""

    def execute(current: Stage[..., Any], *arguments: Any, **named: Any) -> Any:
        result = current.run(*arguments, **named)
        if current.name == stage:
            happens()
        return result

    return run.build(BuildRequest(source, settings), cast(run.Execute, execute))


def is_sound(output: Path, source: Path) -> None:
    """The latest release is whole, and every profile in it is what one file held, at some time, byte for byte."""
    found = latest(output)
    assert found is not None
    assert [*verify_latest(output), *verify(found)] == []
    sections = read_parquet(found.path, "sections").to_pylist()
    for row in read_parquet(found.path, "profiles").to_pylist():
        text = (row["front_matter_raw"] or "") + "".join(
            each["markdown"] for each in sections if each["profile_id"] == row["profile_id"]
        )
        assert hashlib.sha256(text.encode()).hexdigest() == row["source_sha256"]


def _replace_with_a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _replace_with_a_link(file: Path) -> None:
    file.unlink()
    file.symlink_to("p0001.md")


def _replace_with_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _grow(file: Path) -> None:
    file.write_text(profiles(1)["tools/p0000.md"] + "\nMehr.\n", encoding="utf-8")


HAPPENINGS: dict[str, Callable[[Path], object]] = {
    "grows": _grow,
    "is cut": lambda file: file.write_text("---\ntitle: P", encoding="utf-8"),
    "is emptied": lambda file: file.write_bytes(b""),
    "vanishes": Path.unlink,
    "becomes a pipe": _replace_with_a_pipe,
    "becomes a link": _replace_with_a_link,
    "becomes a folder": _replace_with_a_folder,
}


# A file is opened in the stages read and extract; what happens after extract only the next night sees.
@pytest.mark.parametrize(
    ("stage", "happens"),
    [
        pytest.param(stage, happens, id=f"{name} after {stage}")
        for name, happens in HAPPENINGS.items()
        for stage in ("discover", "read", "extract")
        if stage != "extract" or name in ("grows", "vanishes")
    ],
)
def test_a_file_that_changes_while_a_build_runs_is_taken_as_it_was_read_or_left_out(
    source: Path, settings: Settings, stage: str, happens: Callable[[Path], object]
) -> None:
    file = source / "tools/p0000.md"
    build_while(source, settings, stage, lambda: happens(file))
    is_sound(settings.output, source)
    # The night after sees whatever is there now, and what it does not read again is what a full build reads.
    run.build(BuildRequest(source, settings))
    is_sound(settings.output, source)
    found = latest(settings.output)
    assert found is not None
    again = run.build(BuildRequest(source, settings, full=True))
    for name in found.manifest["tables"]:
        if name != "changes":
            assert read_parquet(Path(again.path), name).equals(read_parquet(found.path, name)), name


def test_the_next_night_reads_what_changed_during_this_one(source: Path, settings: Settings) -> None:
    file = source / "tools/p0000.md"
    text = file.read_text(encoding="utf-8")
    build_while(source, settings, "read", lambda: file.write_text(f"{text}\nMehr.\n", encoding="utf-8"))
    file.write_text(text, encoding="utf-8")
    summary = run.build(BuildRequest(source, settings))
    assert summary.published
    assert "Mehr" not in json.dumps(read_parquet(Path(summary.path), "sections").to_pylist())


@pytest.mark.parametrize(
    "fails",
    [Path.unlink, _replace_with_a_pipe, lambda file: file.write_bytes(b""), lambda file: file.write_bytes(b"\xff\xfe")],
    ids=["vanishes", "becomes a pipe", "is emptied", "is garbled"],
)
def test_a_file_that_was_away_for_a_moment_is_back_in_the_next_night(
    source: Path, settings: Settings, fails: Callable[[Path], object]
) -> None:
    run.build(BuildRequest(source, settings))
    file = source / "tools/p0000.md"
    text = file.read_text(encoding="utf-8")
    (source / "tools/p0001.md").write_text(profiles(2)["tools/p0001.md"] + "\nMehr.\n", encoding="utf-8")
    file.write_text(f"{text}\nAnders.\n", encoding="utf-8")
    build_while(source, settings, "plan", lambda: fails(file))
    if file.exists():
        file.unlink()
    file.write_text(f"{text}\nAnders.\n", encoding="utf-8")
    summary = run.build(BuildRequest(source, settings))
    assert (summary.published, summary.profiles) == (True, 5)
    assert not run.build(BuildRequest(source, settings)).published


def test_a_file_that_stays_unreadable_is_published_once(source: Path, settings: Settings) -> None:
    run.build(BuildRequest(source, settings))
    (source / "tools/p0000.md").unlink()
    (source / "tools/p0000.md").mkdir()
    (source / "tools/p0001.md").write_text("", encoding="utf-8")
    assert [run.build(BuildRequest(source, settings)).published for _ in range(3)] == [True, False, False]


def test_a_clock_that_is_set_back_gives_later_ids_all_the_same(source: Path, settings: Settings) -> None:
    times = [NOON, NOON - dt.timedelta(days=30), NOON, NOON + dt.timedelta(seconds=1)]
    for number, time in enumerate(times):
        (source / "tools/p0000.md").write_text(profiles(1)["tools/p0000.md"] + f"\n{number}\n", encoding="utf-8")
        assert run.build(BuildRequest(source, settings, at=time)).published
    ids = release_ids(settings.output)
    assert ids == ["20261122T120000Z", "20261122T120000Z-2", "20261122T120000Z-3", "20261122T120001Z"]
    assert [released_at(each) for each in ids] == sorted(released_at(each) for each in ids)
    is_sound(settings.output, source)


def test_a_lock_that_a_killed_build_left_does_not_block_the_next(source: Path, tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom steckbrief.load.releases.staging import open_staging\n"
        "with open_staging(Path(sys.argv[1])):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    output = tmp_path / "output"
    done = subprocess.run(
        [sys.executable, "-c", script, str(output)], cwd=ROOT, env=environment(), check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL
    assert (output / ".lock").read_text(encoding="ascii").strip().isdigit()
    steckbrief("build", source, "--direct", "--output", output, cwd=tmp_path)
    assert sorted(path.name for path in output.iterdir()) == [".lock", "history", "latest", "releases"]
