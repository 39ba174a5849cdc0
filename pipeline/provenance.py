"""What made a release: the version of the software, and hashes of the code behind its rows and its files."""

from __future__ import annotations

import hashlib
import json
import platform
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
    roots = {package: Path(str(resources.files(f"steckbrief.{package}"))) for package in packages}
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
