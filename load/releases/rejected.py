"""Rejected candidates: releases that were built but not published, kept for inspection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from steckbrief.load.disk import sync_folder, write_text
from steckbrief.load.errors import Violation
from steckbrief.load.releases.published import REJECTED, release_ids
from steckbrief.load.releases.staging import Staging, remove

MAX_CANDIDATES: Final = 5
"""Rejected candidates to keep. A source that stays broken for weeks must not fill the disk."""

VIOLATIONS: Final = "violations.txt"
"""File in a candidate that lists all its violations."""


def set_aside(staging: Staging) -> Path:
    """Move the candidate in `staging` to output/rejected/<id>, and return its new folder.

    The oldest candidates beyond MAX_CANDIDATES are removed. A failed removal is only logged.

    Raises:
        OSError: the candidate cannot be moved.
    """
    rejected = staging.output / REJECTED
    rejected.mkdir(exist_ok=True)
    folder = rejected / staging.id
    staging.path.rename(folder)
    sync_folder(rejected)
    other_ids = [release_id for release_id in release_ids(staging.output, REJECTED) if release_id != staging.id]
    for old_id in other_ids[: -(MAX_CANDIDATES - 1)]:
        remove(rejected / old_id)
    return folder


def explain(staging: Staging, violations: Sequence[Violation]) -> None:
    """Write violations.txt and README.md into a candidate that failed its checks.

    It gets no release.json and no datapackage.json, because its tables cannot be relied on.
    """
    write_text(staging.path / VIOLATIONS, "".join(f"{violation}\n" for violation in violations))
    write_text(
        staging.path / "README.md",
        f"""\
# Candidate {staging.id}: not published

A check failed: these tables do not meet the schema. `{VIOLATIONS}` lists every violation with the number of
occurrences, up to three examples, and what to do.

- `<table>.parquet`, `<table>.csv`, `steckbrief.duckdb` and `history/` are as written, for inspection.
- There is no `release.json`, so no program mistakes this folder for a release.
- Previous release: {staging.previous or "none"}.
- `--force` does not publish this candidate. Fix the problems as `{VIOLATIONS}` says and build again, or report them
  with this folder.
""",
    )
