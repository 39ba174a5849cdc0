"""Real failures: a full disk, a process killed at any moment. `latest` stays intact and the next build works."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from steckbrief.load.errors import OutputError
from steckbrief.load.release import Release, check, latest, open_staging, publish, releases, write
from tests.load import fake

ROOT = Path(__file__).parents[2]


def whole(release: Release) -> bool:
    """Return whether every file of a release has the hash in its manifest."""
    entries = [entry[kind] for entry in release.manifest["tables"].values() for kind in ("parquet", "csv")]
    return all(
        hashlib.sha256((release.path / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
        for entry in [*entries, *release.manifest["files"]]
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB; skips the test if mounting is not permitted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"mounting a small tmpfs is not permitted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.slow
def test_a_disk_that_fills_up_at_any_point_only_loses_the_new_release(small_disk):
    output = small_disk / "output"
    tables = fake.tables(fake.rows(40))
    old = fake.publish(output, fake.rows(3))
    filler = small_disk / "filler"
    failed = 0
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    for left in range(0, 2_800_000, 200_000):
        filler.write_bytes(bytes(free - left))
        try:
            with open_staging(output) as staging:
                publish(check(write(tables, staging)), fake.INFO)
        except OutputError as error:
            failed += 1
            assert "Nothing was published" in str(error)  # noqa: PT017 - some sizes do fit
            assert "Free space on the disk" in str(error)  # noqa: PT017
            assert latest(output) == old
        else:
            break
        assert whole(old)
        assert releases(output) == (old,)
        assert not list(output.glob(".staging-*"))
    assert failed >= 5
    filler.unlink()
    new = fake.publish(output, fake.rows(4))
    assert whole(new)
    assert latest(output) == new


# Publishes releases until it is killed, and prints a line when it starts.
BUILDER = """
import sys
from pathlib import Path
from steckbrief.load.release import check, open_staging, publish, write
from tests.load import fake
tables = [fake.tables(fake.rows(n)) for n in (5, 6)]
print("ready", flush=True)
for turn in range(1000):
    with open_staging(Path(sys.argv[1])) as staging:
        publish(check(write(tables[turn % 2], staging)), fake.INFO)
"""


@pytest.mark.slow
def test_a_build_killed_at_any_moment_leaves_latest_intact_and_the_next_build_works(output):
    fake.publish(output, fake.rows(2))
    chance = random.Random(20261122)
    left_over = 0
    for _ in range(15):
        builder = subprocess.Popen(
            [sys.executable, "-c", BUILDER, output], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True
        )
        assert builder.stdout is not None
        with builder.stdout as output_lines:
            assert output_lines.readline() == b"ready\n"
            time.sleep(chance.uniform(0.0, 1.2))
            builder.send_signal(signal.SIGKILL)
            builder.wait()
        left_over += bool(list(output.glob(".staging-*")))
        current = latest(output)
        assert current is not None
        assert whole(current)
        assert all(map(whole, releases(output)))
    assert left_over >= 5, "the kill came in the middle of a build"
    before = latest(output)
    new = fake.publish(output, fake.rows(3))
    assert before is not None
    assert new.previous == before.id
    assert whole(new)
    assert sorted(path.name for path in output.iterdir()) == [".lock", "history", "latest", "releases"]


@pytest.mark.slow
def test_readers_of_latest_never_see_a_half_release_while_builds_go_on(output):
    fake.publish(output, fake.rows(2))
    builder = subprocess.Popen(
        [sys.executable, "-c", BUILDER, output], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True
    )
    assert builder.stdout is not None
    seen: set[str] = set()
    with builder.stdout as output_lines:
        assert output_lines.readline() == b"ready\n"
        until = time.monotonic() + 60
        while len(seen) < 5 and time.monotonic() < until:
            current = latest(output)
            assert current is not None
            assert whole(current)
            seen.add(current.id)
            time.sleep(0.05)
        builder.kill()
        builder.wait()
    assert len(seen) == 5
