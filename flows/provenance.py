"""Where a release comes from: the source's commit, the software's version, the fingerprints of what made and wrote it.

Belongs here: facts about code and source that release.json records. Does not belong here: what became of the files.
"""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Final

_MAKERS: Final = ("extract", "transform", "schema")
"""Packages that decide what the rows are."""

_READERS: Final = ("markdown-it-py", "mdurl", "python-frontmatter", "pyyaml")
"""Libraries whose next version could read the same file differently."""

_WRITERS: Final = ("load", "schema")
"""Packages that decide how rows are written; flows only wires."""

_FORMATS: Final = ("pyarrow", "duckdb")
"""Libraries whose next version could write the same rows differently."""

_CODE: Final = frozenset({".py", ".toml"})
"""Ends of the names of files that count as code: modules, and what is declared beside them."""

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
    return hashlib.sha256(f"{_of_code(_MAKERS, _READERS)}\0{written}".encode()).hexdigest()


def writer() -> str:
    """SHA-256 over what turns rows into files: while it stays, the same rows give the same files."""
    return _of_code(_WRITERS, _FORMATS)


@cache
def _of_code(packages: tuple[str, ...], libraries: tuple[str, ...]) -> str:
    roots = {package: Path(str(resources.files(package))) for package in packages}
    return digest_of_code(roots, {library: metadata.version(library) for library in libraries})


def digest_of_code(roots: Mapping[str, Path], libraries: Mapping[str, str]) -> str:
    """SHA-256 over all code and data of packages (name -> folder), over libraries (name -> version), and over Python.

    Python counts to its last digit: its Unicode tables come with it, and html.unescape changes in small releases.
    """
    digest = hashlib.sha256()
    for package, root in roots.items():
        for file in sorted(path for path in root.rglob("*") if path.suffix in _CODE):
            digest.update(f"{package}/{file.relative_to(root).as_posix()}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    for name, number in {"python": platform.python_version(), **libraries}.items():
        digest.update(f"{name}={number}\0".encode())
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
