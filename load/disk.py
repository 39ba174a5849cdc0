"""Making bytes last or go: flush to the device, hash, swap a link atomically, remove. Knows nothing of releases."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path


def sync_file(path: Path) -> None:
    """Flush a file's bytes to the device; OSError where that fails (a disk that filled up says so here)."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Flush a folder's entries to the device, so that names survive a power cut as well as bytes do."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 with line ends as given, and flush it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sha256_of(path: Path) -> str:
    """SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def delete(path: Path) -> None:
    """Remove a folder, a file or a link (never its target); does nothing if it does not exist. OSError on failure."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path)


def swap_link(link: Path, target: str) -> None:
    """Make `link` a symbolic link to `target` (relative to its folder) in one step; readers see old or new."""
    draft = link.with_name(f".{link.name}.draft")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)
    sync_folder(link.parent)
