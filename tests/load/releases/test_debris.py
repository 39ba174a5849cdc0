"""Unexpected files in an output folder: cleaning up never fails, and never removes files elsewhere or in use."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from steckbrief.load import disk
from steckbrief.load.errors import OutputError, ReleaseError, UnconfirmedError
from steckbrief.load.release import Staging, open_staging
from steckbrief.load.releases import publish as publish_module
from steckbrief.load.releases.published import latest, release_ids
from steckbrief.load.releases.verify import verify
from tests.load import fake

MARKER, STAGED = ".publishing", ".staging-20200101T000000Z"
VISIBLE = [".lock", "history", "latest", "releases"]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder with two releases, which tests only read."""
    folder = tmp_path_factory.mktemp("published") / "output"
    fake.publish(folder, fake.rows(1))
    fake.publish(folder, fake.rows(2))
    return folder


@pytest.fixture
def output(published: Path, tmp_path: Path) -> Path:
    """A copy of the output folder that a test may change."""
    return shutil.copytree(published, tmp_path / "output", symlinks=True)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder next to the output folder, with a file in it."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "kept").write_text("kept", encoding="utf-8")
    return folder


def point(link: Path, target: str | Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def begin(output: Path) -> str | None:
    """Clean up as the next build does first, and return the previous release."""
    with open_staging(output) as staging:
        return staging.previous


def killed_after_latest_moved(output: Path) -> list[str]:
    """Simulate that the second build was killed before it removed its marker; return both ids."""
    ids = release_ids(output)
    point(output / MARKER, f"releases/{ids[1]}")
    return ids


def test_a_release_that_latest_does_not_point_at_is_withdrawn(output: Path) -> None:
    first, _ = killed_after_latest_moved(output)
    point(output / "latest", f"releases/{first}")
    third = fake.publish(output, fake.rows(3))
    assert release_ids(output) == [first, third.id]
    assert third.previous == first


@pytest.mark.parametrize("pin", ["pins/report", "report"])
def test_a_pinned_release_is_never_withdrawn(output: Path, pin: str) -> None:
    first, second = killed_after_latest_moved(output)
    (output / "pins").mkdir()
    point(output / pin, (output / "releases" / second).absolute())
    point(output / "latest", f"releases/{first}")
    assert begin(output) == first
    assert release_ids(output) == [first, second]
    assert not os.path.lexists(output / MARKER)


@pytest.mark.parametrize("how", ["releases/{0}", "./releases/{0}", "{1}/releases/{0}"])
def test_a_release_that_latest_points_at_is_never_withdrawn_however_the_link_is_written(output: Path, how: str) -> None:
    first, second = killed_after_latest_moved(output)
    point(output / "latest", how.format(second, output))
    assert begin(output) == second
    assert release_ids(output) == [first, second]


@pytest.mark.parametrize(
    "target",
    [
        "../elsewhere",
        "{elsewhere}",
        "releases/../../elsewhere",
        "releases",
        "releases/",
        ".",
        "latest",
        "no/where",
        MARKER,
    ],
)
def test_a_marker_that_does_not_name_a_release_is_removed_alone(output: Path, elsewhere: Path, target: str) -> None:
    ids = release_ids(output)
    point(output / MARKER, target.format(elsewhere=elsewhere))
    assert begin(output) == ids[1]
    assert release_ids(output) == ids
    assert (elsewhere / "kept").is_file()
    assert sorted(path.name for path in output.iterdir()) == VISIBLE


@pytest.mark.parametrize("target", ["../{}", "elsewhere/{}", "releases/x/{}", "/releases/{}"])
def test_a_marker_names_a_release_by_its_whole_path(output: Path, target: str) -> None:
    first, second = release_ids(output)
    point(output / MARKER, target.format(second))
    point(output / "latest", f"releases/{first}")
    assert begin(output) == first
    assert release_ids(output) == [first, second]


def test_a_link_in_place_of_a_release_is_not_withdrawn(output: Path, elsewhere: Path) -> None:
    point(output / "releases" / "20200101T000000Z", elsewhere)
    point(output / MARKER, "releases/20200101T000000Z")
    begin(output)
    assert (elsewhere / "kept").is_file()
    assert (output / "releases" / "20200101T000000Z").is_symlink()


def a_file(path: Path, elsewhere: Path) -> None:
    path.write_text("odd", encoding="utf-8")


def a_link_to_a_folder(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere)


def a_link_to_a_file(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere / "kept")


def a_link_to_nowhere(path: Path, elsewhere: Path) -> None:
    path.symlink_to("nowhere")


def a_folder_with_a_link(path: Path, elsewhere: Path) -> None:
    path.mkdir()
    (path / "link").symlink_to(elsewhere)


@pytest.mark.parametrize("name", [MARKER, STAGED, f"{STAGED}-work", ".removing-20200101T000000Z"])
@pytest.mark.parametrize("odd", [a_file, a_link_to_a_folder, a_link_to_a_file, a_link_to_nowhere, a_folder_with_a_link])
def test_leftovers_of_any_kind_are_removed_without_following_links(
    output: Path, elsewhere: Path, name: str, odd: Callable[[Path, Path], None]
) -> None:
    odd(output / name, elsewhere)
    assert begin(output) == release_ids(output)[1]
    assert (elsewhere / "kept").read_text(encoding="utf-8") == "kept"
    assert sorted(path.name for path in output.iterdir()) == VISIBLE


def test_leftovers_of_a_removal_do_not_prevent_withdrawal(output: Path) -> None:
    first, second = killed_after_latest_moved(output)
    point(output / "latest", f"releases/{first}")
    (output / f".removing-{second}").mkdir()
    (output / f".removing-{second}" / "half").write_text("", encoding="utf-8")
    begin(output)
    assert release_ids(output) == [first]
    assert not list(output.glob(".removing-*"))


@pytest.mark.parametrize(
    "target", ["../elsewhere", "{elsewhere}", "releases", ".", "releases/../../elsewhere", "latest"]
)
def test_a_latest_that_points_elsewhere_stops_the_build_and_says_what_to_do(
    output: Path, elsewhere: Path, target: str
) -> None:
    ids = release_ids(output)
    shutil.copy(output / "latest" / "release.json", elsewhere)
    point(output / "latest", target.format(elsewhere=elsewhere))
    with pytest.raises(
        ReleaseError, match=r"not a release in this folder\. Point it at a release: ln -sfn releases/ID latest"
    ):
        begin(output)
    assert release_ids(output) == ids


@pytest.mark.parametrize("change", ["symlink_to", "replace", "rename", "unlink"])
def test_a_signal_during_publication_leaves_latest_intact_and_the_next_build_cleans_up(
    output: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class EndedError(Exception):
        """The exception that the handler raises."""

    def handler(*_: object) -> None:
        raise EndedError

    done = getattr(Path, change)

    def signalled(path: Path, *arguments: Any, **more: Any) -> Any:
        result = done(path, *arguments, **more)
        signal.raise_signal(signal.SIGTERM)
        return result

    rename = publish_module._rename

    def publishing(staging: Staging) -> Path:
        with monkeypatch.context() as patch:
            patch.setattr(Path, change, signalled)
            return rename(staging)

    monkeypatch.setattr(publish_module, "_rename", publishing)
    before = signal.signal(signal.SIGTERM, handler)
    try:
        with pytest.raises(EndedError):
            fake.publish(output, fake.rows(3))
    finally:
        signal.signal(signal.SIGTERM, before)
        monkeypatch.undo()
    found = latest(output)
    assert found is not None
    assert verify(found) == ()
    assert fake.publish(output, fake.rows(4)).previous == found.id
    assert sorted(path.name for path in output.iterdir()) == VISIBLE


def failing_after(swapped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the disk fail to confirm the swap of the link `swapped`."""
    swap_link = disk.swap_link

    def swap(link: Path, target: str) -> None:
        swap_link(link, target)
        if link.name == swapped:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(publish_module, "swap_link", swap)


def test_a_disk_failure_after_latest_moved_is_reported_as_unconfirmed(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_after("latest", monkeypatch)
    with pytest.raises(UnconfirmedError, match=r"is published and latest points at it.*Input/output error") as caught:
        fake.publish(output, fake.rows(1))
    assert "Nothing was published" not in str(caught.value)
    found = latest(output)
    assert found is not None
    assert str(found.path) in str(caught.value)
    assert verify(found) == ()
    assert not os.path.lexists(output / MARKER)


def test_a_disk_failure_before_latest_moved_publishes_nothing(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = latest(output), release_ids(output)
    failing_after(MARKER, monkeypatch)
    with pytest.raises(OutputError, match="Nothing was published; latest is unchanged"):
        fake.publish(output, fake.rows(1))
    assert (latest(output), release_ids(output)) == before
