"""A disk that is full, an output that cannot be written, a build that is asked to end: whole builds, held to account.

After each, `latest` opens and is as published, and the next build succeeds and leaves nothing behind but releases.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from steckbrief.load.release import latest
from steckbrief.load.releases.published import release_ids
from steckbrief.load.releases.verify import verify, verify_latest
from tests.command import Running, large_source, profiles, steckbrief, write_source

pytestmark = pytest.mark.slow

NAMES = [".lock", "history", "latest", "releases"]
SIZE = 24 * 2**20
"""Bytes of the small disk: room for three releases of the source below, and their work folder."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own; skips where mounting is not permitted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"mounting a small tmpfs is not permitted here: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def edit(source: Path, number: int) -> None:
    """Make sure that the next build has something to publish."""
    file = source / "tools/p0000.md"
    file.write_text(file.read_text(encoding="utf-8") + f"\nNachtrag {number}.\n", encoding="utf-8")


def is_sound(output: Path) -> str:
    """The latest release opens and is as published; gives its id."""
    found = latest(output)
    assert found is not None
    assert [*verify_latest(output), *verify(found)] == []
    return found.id


def test_a_disk_that_is_full_at_any_point_of_a_build_costs_nothing_but_that_night(disk: Path, tmp_path: Path) -> None:
    source, output, filler = write_source(tmp_path / "raw", profiles(40)), disk / "output", disk / "filler"
    build = ("build", source, "--output", output, "--direct", "--workers", "1", "--full")
    steckbrief(*build, cwd=tmp_path)
    before, room = is_sound(output), free(disk)
    failed: list[int] = []
    for number, left in enumerate(range(0, room, 600_000)):
        edit(source, number)
        filler.write_bytes(bytes(room - left))
        done = steckbrief(*build, cwd=tmp_path, expect=None)
        if done.returncode == 0:
            break
        failed.append(left)
        assert done.returncode == 1, done.stderr
        assert "No space left on device" in done.stderr
        assert "Nothing was published" in done.stderr
        assert "Free space" in done.stderr
        assert "Traceback" not in done.stderr
        assert is_sound(output) == before
        assert sorted(path.name for path in output.iterdir()) == NAMES
    assert len(failed) >= 5, "the disk was full at several stages"
    filler.unlink()
    steckbrief(*build, "--force", cwd=tmp_path)
    assert is_sound(output) > before
    assert sorted(path.name for path in output.iterdir()) == NAMES


def test_an_output_that_became_read_only_leaves_yesterdays_release(disk: Path, tmp_path: Path) -> None:
    source, output = write_source(tmp_path / "raw", profiles(5)), disk / "output"
    steckbrief("build", source, "--output", output, "--direct", cwd=tmp_path)
    before = is_sound(output)
    edit(source, 1)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    done = steckbrief("build", source, "--output", output, "--direct", cwd=tmp_path, expect=1)
    assert "Read-only file system" in done.stderr
    assert "correct the permissions" in done.stderr
    assert is_sound(output) == before
    assert "undamaged" in steckbrief("verify", "--output", output, cwd=tmp_path).stdout
    subprocess.run(["mount", "-o", f"remount,rw,size={SIZE}", disk], check=True)
    steckbrief("build", source, "--output", output, "--direct", cwd=tmp_path)
    assert is_sound(output) > before
    assert sorted(path.name for path in output.iterdir()) == NAMES


def test_a_build_that_is_asked_to_end_at_any_moment_cleans_up_and_ends_with_143(tmp_path: Path) -> None:
    source, output = large_source(tmp_path), tmp_path / "output"
    small = write_source(tmp_path / "small", profiles(3))
    steckbrief("build", small, "--output", output, "--direct", cwd=tmp_path)
    chance = random.Random(20261124)
    stages = ("update", "discover", "read", "plan", "extract", "transform", "check", "gate")
    cleaned_up = 0
    for stage in stages:
        with Running("build", source, "--output", output, "--direct", "--force", cwd=tmp_path) as running:
            running.wait_for_line(f"{stage}:")
            time.sleep(chance.uniform(0, 0.02 if stage in ("check", "gate") else 0.3))
            running.process.send_signal(signal.SIGTERM)
            code, _, err = running.end()
        current = is_sound(output)
        # Where the signal came too late, it found a whole release, and the command says so or had ended.
        assert code == 143 or (code == 0 and f"/{current}" in err), (stage, code, err)
        if code == 143:
            assert "nothing was published" in err or f"after release {current} was published" in err, (stage, err)
        assert "Traceback" not in err
        cleaned_up += code == 143
        assert sorted(path.name for path in output.iterdir()) == NAMES
    assert cleaned_up >= len(stages) // 2
    before = release_ids(output)
    steckbrief("build", source, "--output", output, "--direct", "--force", cwd=tmp_path)
    assert is_sound(output) not in before
