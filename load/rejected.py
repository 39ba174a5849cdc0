"""Rejected candidates: releases that were made and not published, kept for somebody to look into.

Belongs here: where they are kept and how many. Does not belong here: why one is rejected (gates.py, checks.py).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from load.disk import sync_folder
from load.published import REJECTED, release_ids
from load.staging import Staging

KEPT: Final = 5
"""Candidates that are kept: a source that stays broken for weeks must not fill the disk."""


def keep(staging: Staging) -> Path:
    """Move the candidate in `staging` to rejected/<id> of its output folder; gives its new folder.

    The oldest candidates beyond KEPT are removed. Raises OSError where the disk does not take it.
    """
    home = staging.output / REJECTED
    home.mkdir(exist_ok=True)
    folder = home / staging.id
    staging.path.rename(folder)
    sync_folder(home)
    for old in release_ids(staging.output, REJECTED)[:-KEPT]:
        shutil.rmtree(home / old)
    return folder
