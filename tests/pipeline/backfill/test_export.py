"""A backfill exports files into the output folder under a lock, so no build removes them, and none stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from steckbrief.load.errors import OutputBusyError
from steckbrief.load.releases.staging import lasting_folder
from tests.command import steckbrief, visible, write_source
from tests.pipeline.backfill.test_builder import iterate_nights, profile, run_nights
from tests.repositories import commit

pytestmark = pytest.mark.slow


def test_the_next_build_removes_the_export_of_a_killed_backfill(tmp_path: Path) -> None:
    folder = tmp_path / "output/.backfill/files/content"
    folder.mkdir(parents=True)
    write_source(tmp_path / "raw", {"krita.md": profile("krita")})
    steckbrief("build", "raw", "--direct", cwd=tmp_path)
    assert visible(tmp_path / "output")
    assert not folder.parent.parent.exists()


def test_the_error_about_an_exported_file_that_vanishes_names_its_night(tmp_path: Path) -> None:
    commit(tmp_path / "catalogue", {"krita.md": profile("krita")}, "2026-02-01T09:00:00Z")
    commit(tmp_path / "catalogue", {"krita.md": profile("krita", "\nMehr.\n")}, "2026-02-02T09:00:00Z")
    outcomes = iterate_nights(tmp_path / "catalogue", tmp_path / "output", (1, 2))
    assert next(outcomes) == "1 profile, 1 read"
    (tmp_path / "output/.backfill/files/krita.md").unlink()
    with pytest.raises(FileNotFoundError, match=r"krita\.md") as caught:
        next(outcomes)
    (note,) = caught.value.__notes__
    assert note.startswith("This was the night of 2026-02-02, ")
    assert note.endswith("Finished nights stay.")


def test_a_second_backfill_into_the_same_folder_says_that_another_is_running(tmp_path: Path) -> None:
    commit(tmp_path / "catalogue", {"krita.md": profile("krita")}, "2026-02-01T09:00:00Z")
    with lasting_folder(tmp_path / "output") as folder:
        (folder / "krita.md").write_text("exportiert", encoding="utf-8")
        with pytest.raises(OutputBusyError, match="another backfill is running here"):
            run_nights(tmp_path / "catalogue", tmp_path / "output", (1, 7))
        write_source(tmp_path / "raw", {"krita.md": profile("krita")})
        steckbrief("build", "raw", "--direct", cwd=tmp_path)  # a build may come between two nights
        assert folder.joinpath("krita.md").exists()
    assert not folder.parent.exists()
