"""Pins: symbolic links that protect a release from removal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from steckbrief.load.releases.published import LATEST, RELEASES

PINS: Final = "pins"


def pinned(output: Path) -> dict[str, str]:
    """Return the releases that a symbolic link in `output` or output/pins points at, each with the reason.

    Hidden links in `output` belong to builds and protect nothing. If several links point at a release, `latest` is the
    reason.
    """
    visible = [path for path in sorted(output.iterdir()) if not path.name.startswith(".")] if output.is_dir() else []
    pins = sorted((output / PINS).iterdir()) if (output / PINS).is_dir() else []
    # Path.resolve raises an error if a link points at itself.
    targets = {link: Path(os.path.realpath(link)) for link in (*visible, *pins) if link.is_symlink()}
    releases = output / RELEASES
    # A release may itself be a link to another disk.
    ids = {Path(os.path.realpath(path)): path.name for path in releases.iterdir()} if releases.is_dir() else {}
    return {
        ids[folder]: f"{link.relative_to(output)} points at it"
        for link, target in sorted(targets.items(), key=lambda item: item[0].name == LATEST)
        for folder in (target, *target.parents)
        if folder in ids
    }
