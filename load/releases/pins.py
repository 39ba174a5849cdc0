"""Pins: the links by which somebody relies on a release, which therefore must stay."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from steckbrief.load.releases.published import LATEST, RELEASES

PINS: Final = "pins"


def held_by_links(output: Path) -> dict[str, str]:
    """Releases that a symbolic link in `output` or output/pins leads to, with the link.

    Hidden links in `output` are the builds' own, and hold nothing.
    """
    own = [path for path in sorted(output.iterdir()) if not path.name.startswith(".")] if output.is_dir() else []
    pins = sorted((output / PINS).iterdir()) if (output / PINS).is_dir() else []
    # Not Path.resolve: it raises where a link leads to itself.
    targets = {path: Path(os.path.realpath(path)) for path in (*own, *pins) if path.is_symlink()}
    home = Path(os.path.realpath(output / RELEASES))
    return {
        target.relative_to(home).parts[0]: f"{path.relative_to(output)} leads to it"
        for path, target in sorted(targets.items(), key=lambda each: each[0].name == LATEST)
        if target.is_relative_to(home) and target != home
    }
