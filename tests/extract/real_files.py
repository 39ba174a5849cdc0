"""Real profiles for the tests of extract: those of the project, and others if they exist beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).parents[2]
_FOLDERS = (_CHECKOUT / "raw", _CHECKOUT.parent / "shared/gold/raw", _CHECKOUT.parent / "shared/corpus/current")


def _marks(folder: Path) -> list[pytest.MarkDecorator]:
    """Skip a folder that does not exist; mark the large one as slow, because a thousand profiles take seconds."""
    absent = pytest.mark.skipif(not folder.is_dir(), reason=f"{'/'.join(folder.parts[-3:])} does not exist")
    return [absent, pytest.mark.slow] if folder.name == "current" else [absent]


REAL_FOLDERS = tuple(
    pytest.param(
        folder,
        id="-".join(folder.parts[-2:]),
        marks=_marks(folder),
    )
    for folder in _FOLDERS
)


def profiles(folder: Path) -> list[tuple[str, bytes]]:
    """Return path and bytes of every Markdown file below a folder, which must not be empty."""
    files = [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in sorted(folder.rglob("*.md"))]
    assert files
    return files
