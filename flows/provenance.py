"""What made a release: the software's version, and the fingerprint of what turns files into rows.

Belongs here: facts about code that release.json records. Does not belong here: the source (update.py), or what became
of the files.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Final

_MAKERS: Final = ("extract", "transform", "schema")
"""Packages that decide what the rows are; load decides how they are written, flows only wires."""

_LIBRARIES: Final = ("markdown-it-py", "python-frontmatter", "pyyaml")
"""Libraries whose next version could read the same file differently."""


@cache
def version() -> str:
    """Version of Steckbrief; "unknown" where it runs from a folder without being installed."""
    try:
        return metadata.version("steckbrief")
    except metadata.PackageNotFoundError:
        return "unknown"


def fingerprint(settings: Mapping[str, object]) -> str:
    """SHA-256 over what turns a file into rows: while it stays, the same file gives the same rows.

    That is code, vocabulary and libraries, and `settings`, as JSON values: those that matter to rows.
    """
    written = json.dumps(settings, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(f"{_code()}\0{written}".encode()).hexdigest()


@cache
def _code() -> str:
    digest = hashlib.sha256()
    for package in _MAKERS:
        root = Path(str(resources.files(package)))
        for file in sorted(path for path in root.rglob("*") if path.suffix in {".py", ".toml"}):
            digest.update(f"{package}/{file.relative_to(root).as_posix()}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    digest.update(f"python={sys.version_info.major}.{sys.version_info.minor}\0".encode())  # its Unicode tables
    for library in _LIBRARIES:
        digest.update(f"{library}={metadata.version(library)}\0".encode())
    return digest.hexdigest()
