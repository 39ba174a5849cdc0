"""A release is built in a hidden folder by one build at a time, and leaves no files if it is not published."""

from __future__ import annotations

import logging
import multiprocessing
import os
import stat
import subprocess
from pathlib import Path

import pytest

from steckbrief.load.disk import delete
from steckbrief.load.errors import OutputBusyError, OutputError
from steckbrief.load.release import Staging, check, latest, open_staging, publish, write
from steckbrief.load.releases.staging import lasting_folder
from tests.load import fake


def visible(output: Path) -> list[str]:
    return sorted(path.name for path in output.iterdir() if path.name != ".lock")


def test_the_staging_folder_is_hidden_empty_and_on_the_file_system_of_the_output(output):
    with open_staging(output) as staging:
        assert staging.path.parent == output
        assert staging.path.name.startswith(".")
        assert list(staging.path.iterdir()) == []
        assert staging.previous is None
    assert visible(output) == ["releases"]


def _stop_before_publishing(output: Path) -> None:
    with open_staging(output) as staging:
        check(write(fake.tables(fake.rows(3)), staging))
        raise RuntimeError("stop")


def test_a_failed_build_leaves_no_files_and_latest_unchanged(output):
    release = fake.publish(output, fake.rows(2))
    with pytest.raises(RuntimeError, match="stop"):
        _stop_before_publishing(output)
    assert visible(output) == ["history", "latest", "releases"]
    assert [path.name for path in (output / "releases").iterdir()] == [release.id]
    assert latest(output) == release


def test_leftovers_of_an_interrupted_build_are_removed_and_logged(output, caplog):
    dead = output / ".staging-20200101T000000Z"
    dead.mkdir(parents=True)
    (dead / "profiles.csv").write_text("half", encoding="utf-8")
    (output / ".latest.draft").symlink_to("releases/none")
    with caplog.at_level(logging.WARNING):
        fake.publish(output, fake.rows(1))
    assert visible(output) == ["history", "latest", "releases"]
    assert ".staging-20200101T000000Z, left by an interrupted build" in caplog.text


@pytest.mark.parametrize(
    "make",
    [
        Path.mkdir,
        os.mkfifo,
        lambda lock: lock.symlink_to(lock.parents[2] / "elsewhere"),
        lambda lock: lock.parent.rmdir(),
    ],
    ids=["folder", "pipe", "link", "nothing"],
)
def test_anything_in_place_of_the_lock_file_of_a_backfill_does_not_stop_a_build(output, make):
    lock = output / ".backfill/.lock"
    lock.parent.mkdir(parents=True)
    make(lock)
    with open_staging(output):
        assert not lock.parent.exists()
    assert not (output.parent / "elsewhere").exists()


def test_a_backfill_that_ends_keeps_its_lock_until_its_files_are_gone(output, monkeypatch):
    seen = []

    def removed(path):
        seen.append((path.name, (output / ".backfill/.lock").exists()))
        delete(path)

    with lasting_folder(output):
        monkeypatch.setattr("steckbrief.load.releases.staging.delete", removed)
    assert seen == [("files", True), (".backfill", True)]
    assert not (output / ".backfill").exists()


def test_the_folders_of_a_release_can_be_read_by_others(release):
    assert stat.S_IMODE(release.path.stat().st_mode) == 0o777 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_second_build_in_the_same_process_is_refused(output):
    with open_staging(output), pytest.raises(OutputBusyError, match=f"process {os.getpid()}"), open_staging(output):
        pass


def _hold(output: Path, ready: object, done: object) -> None:
    with open_staging(output):
        ready.set()  # type: ignore[attr-defined]
        done.wait(60)  # type: ignore[attr-defined]


def test_a_second_build_names_the_process_that_has_the_lock_and_can_run_after_it(output):
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(output, ready, done))
    holder.start()
    try:
        assert ready.wait(60)
        with (
            pytest.raises(OutputBusyError, match=rf"another build is writing here \(process {holder.pid}\)\. Wait"),
            open_staging(output),
        ):
            pass
        assert len(list(output.glob(".staging-*"))) == 1, "the staging folder of a living build stays"
    finally:
        done.set()
        holder.join(60)
    assert fake.publish(output, fake.rows(1)).previous is None


def test_an_output_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "output").write_text("", encoding="utf-8")
    with (
        pytest.raises(OutputError, match=r"output: could not prepare the folder: .*Not a directory"),
        open_staging(tmp_path / "output"),
    ):
        pass


def test_an_output_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with (
        pytest.raises(OutputError, match=r"Not a directory.*choose another folder with --output, then build again"),
        open_staging(tmp_path / "file" / "output"),
    ):
        pass


def _publish_over_what_is_there(output: Path) -> None:
    with open_staging(output) as staging:
        # The previous release is kept unknown, so that only publication itself can fail.
        first = Staging(staging.output, staging.path, staging.id, None)
        publish(check(write(fake.tables(fake.rows(1)), first)), fake.INFO)


def test_a_latest_that_is_a_folder_withdraws_the_release_and_says_so(output):
    (output / "latest").mkdir(parents=True)
    (output / "latest" / "release.json").write_text(
        '{"release": "20200101T000000Z", "previous": null}', encoding="utf-8"
    )
    with pytest.raises(OutputError, match="could not publish the release"):
        _publish_over_what_is_there(output)
    assert list((output / "releases").iterdir()) == []
    assert not list(output.glob(".staging-*"))


@pytest.fixture
def read_only(tmp_path):
    """A folder that not even root can write; skips the test if it cannot be created."""
    folder = tmp_path / "output"
    folder.mkdir()
    if os.geteuid() != 0:
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)
        return
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"root writes everywhere, and mounting is not permitted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_an_output_that_cannot_be_written_is_refused_with_what_to_do(read_only):
    with (
        pytest.raises(OutputError, match=r"Nothing was published; latest is unchanged\. Free space .*correct the perm"),
        open_staging(read_only),
    ):
        pass
