"""Rejected candidates: releases that were made and not published, kept for somebody to look into."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from steckbrief.load.disk import sync_folder, write_text
from steckbrief.load.errors import Violation
from steckbrief.load.releases.published import REJECTED, release_ids
from steckbrief.load.releases.staging import Staging, remove

KEPT: Final = 5
"""Candidates that are kept: a source that stays broken for weeks must not fill the disk."""

VIOLATIONS: Final = "violations.txt"
"""File of a candidate that broke promises: all of them."""


def set_aside(staging: Staging) -> Path:
    """Move the candidate in `staging` to rejected/<id> of its output folder; gives its new folder.

    The oldest candidates beyond KEPT are removed; one that cannot be is logged. Raises OSError where the disk does not
    take the candidate.
    """
    home = staging.output / REJECTED
    home.mkdir(exist_ok=True)
    folder = home / staging.id
    staging.path.rename(folder)
    sync_folder(home)
    others = [each for each in release_ids(staging.output, REJECTED) if each != staging.id]
    for old in others[: -(KEPT - 1)]:
        remove(home / old)
    return folder


def explain(staging: Staging, violations: Sequence[Violation]) -> None:
    """Say beside the tables of a candidate what they broke, and what the folder is.

    It has no release.json and no datapackage.json: they would vouch for tables that nobody may rely on.
    """
    write_text(staging.path / VIOLATIONS, "".join(f"{each}\n" for each in violations))
    write_text(
        staging.path / "README.md",
        f"""\
# Candidate {staging.id}: not published

A check failed: these tables do not hold what the schema promises. `{VIOLATIONS}` has every broken promise, with how
often it is broken, up to three examples, and what to do.

- `<table>.parquet`, `<table>.csv`, `steckbrief.duckdb` and `history/` are as they were written, for looking into.
- There is no `release.json`, so nothing takes this folder for a release.
- The release before it: {staging.previous or "none"}.
- `--force` does not publish it. Mend what the remedies name, or report it with this folder, then build again.
""",
    )
