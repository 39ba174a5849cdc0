"""What a backfill exports lies in the output folder under a lock: nobody takes it away, and nothing of it stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from steckbrief.load.errors import OutputBusyError
from steckbrief.load.releases.staging import lasting_folder
from tests.command import steckbrief, visible, write_source
from tests.pipeline.test_backfill import going_on, profile, run_nights
from tests.repositories import commit

pytestmark = pytest.mark.slow


def test_what_a_dead_backfill_has_exported_is_removed_by_the_next_build(tmp_path: Path) -> None:
    left = tmp_path / "output/.backfill/files/content"
    left.mkdir(parents=True)
    write_source(tmp_path / "raw", {"krita.md": profile("krita")})
    steckbrief("build", "raw", "--direct", cwd=tmp_path)
    assert visible(tmp_path / "output")
    assert not left.parent.parent.exists()


def test_an_exported_file_that_vanishes_is_told_with_its_night(tmp_path: Path) -> None:
    commit(tmp_path / "catalogue", {"krita.md": profile("krita")}, "2026-02-01T09:00:00Z")
    commit(tmp_path / "catalogue", {"krita.md": profile("krita", "\nMehr.\n")}, "2026-02-02T09:00:00Z")
    told = going_on(tmp_path / "catalogue", tmp_path / "output", (1, 2))
    assert next(told) == "1 profiles, 1 read anew"
    (tmp_path / "output/.backfill/files/krita.md").unlink()
    with pytest.raises(FileNotFoundError, match=r"krita\.md") as caught:
        next(told)
    (note,) = caught.value.__notes__
    assert note.startswith("This was the night of 2026-02-02, ")
    assert note.endswith("Nights that are done stay.")


def test_a_second_backfill_into_one_folder_says_that_another_is_at_work(tmp_path: Path) -> None:
    commit(tmp_path / "catalogue", {"krita.md": profile("krita")}, "2026-02-01T09:00:00Z")
    with lasting_folder(tmp_path / "output") as folder:
        (folder / "krita.md").write_text("exportiert", encoding="utf-8")
        with pytest.raises(OutputBusyError, match="another backfill is at work"):
            run_nights(tmp_path / "catalogue", tmp_path / "output", (1, 7))
        write_source(tmp_path / "raw", {"krita.md": profile("krita")})
        steckbrief("build", "raw", "--direct", cwd=tmp_path)  # a build may come between two nights
        assert folder.joinpath("krita.md").exists()
    assert not folder.parent.exists()
