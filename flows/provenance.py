"""Where a release comes from: the source's commit, the software's version, and the fingerprint of what made its rows.

Belongs here: facts about code and source that release.json records. Does not belong here: what became of the files.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
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

_GIT: Final = ("git", "-c", "core.fsmonitor=false")  # a source's own git configuration must not start programs
_PATIENCE: Final = 30  # seconds for git; a source on a slow disk must not hold up a build


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


def source_commit(source: Path) -> str | None:
    """The git commit of the source folder, with "-dirty" where files in it differ; None where it has none."""
    commit = _git(source, "rev-parse", "--verify", "--quiet", "HEAD")
    if not commit:
        return None
    changes = _git(source, "status", "--porcelain", "--", ".")
    return commit if changes == "" else f"{commit}-dirty"


def _git(source: Path, *arguments: str) -> str | None:
    """What git says; None where there is no git, no repository, or no answer in time."""
    try:
        answer = subprocess.run(  # noqa: S603 - fixed arguments; the source is a working directory, not an argument
            [*_GIT, *arguments], cwd=source, capture_output=True, text=True, timeout=_PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
