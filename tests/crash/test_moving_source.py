"""Files that change or vanish while they are read, a clock that is set back, a lock that a dead process left."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from steckbrief.load.formats.parquet import read_parquet
from steckbrief.load.release import latest
from steckbrief.load.releases.published import release_ids, released_at
from steckbrief.load.releases.verify import verify, verify_latest
from steckbrief.pipeline import run
from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.settings.load import Settings, load_settings
from steckbrief.pipeline.stages import Stage
from steckbrief.pipeline.summary import BuildSummary
from tests.command import ROOT, environment, profiles, steckbrief, write_source

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


pytestmark = pytest.mark.slow


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_source(tmp_path / "raw", profiles(10))


@pytest.fixture
def settings(source: Path, tmp_path: Path) -> Settings:
    return load_settings(source, None, {"output": tmp_path / "output", "workers": 1})


def build_while(
    source: Path, settings: Settings, stage: str, happens: Callable[[], object], *, force: bool = False
) -> BuildSummary:
    """Build, and let something happen right after the stage of this name."""

    def execute(current: Stage[..., Any], *arguments: Any, **named: Any) -> Any:
        result = current.run(*arguments, **named)
        if current.name == stage:
            happens()
        return result

    return run.build(BuildRequest(source, settings, force=force), cast(run.Execute, execute))


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
    file.symlink_to("p0009.md")


def _replace_with_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _grow(file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8") + "\nMehr.\n", encoding="utf-8")


CHANGES: tuple[Callable[[Path], object], ...] = (
    _grow,
    Path.unlink,
    lambda file: file.write_text("---\ntitle: P", encoding="utf-8"),
    lambda file: file.write_bytes(b""),
    _replace_with_a_pipe,
    _replace_with_a_link,
    _replace_with_a_folder,
)


def apply(changes: Sequence[Callable[[Path], object]], source: Path) -> None:
    """Make each change to a profile of its own."""
    for number, change in enumerate(changes):
        change(source / f"tools/p{number:04}.md")


# A file is opened in the stages read and extract. Only the next night sees a change after extract, and its gates stop a
# release that loses most profiles.
@pytest.mark.parametrize(("stage", "changes"), [("discover", CHANGES), ("read", CHANGES), ("extract", CHANGES[:2])])
def test_files_that_change_during_a_build_are_taken_as_they_were_read_or_left_out(
    source: Path, settings: Settings, stage: str, changes: Sequence[Callable[[Path], object]]
) -> None:
    build_while(source, settings, stage, lambda: apply(changes, source))
    is_sound(settings.output, source)
    # The next night sees the changes, and the rows that it reuses equal those of a full build.
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


def test_files_that_were_away_for_a_moment_are_back_in_the_next_night(source: Path, settings: Settings) -> None:
    run.build(BuildRequest(source, settings))
    garbled = (
        Path.unlink,
        _replace_with_a_pipe,
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"\xff\xfe"),
    )
    files = [source / f"tools/p{number:04}.md" for number in range(len(garbled))]
    texts = {file: file.read_text(encoding="utf-8") + "\nAnders.\n" for file in files}
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")
    _grow(source / "tools/p0009.md")
    build_while(source, settings, "plan", lambda: apply(garbled, source), force=True)  # past the gates
    for file, text in texts.items():
        file.unlink(missing_ok=True)
        file.write_text(text, encoding="utf-8")
    summary = run.build(BuildRequest(source, settings))
    assert (summary.published, summary.profiles) == (True, 10)
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
