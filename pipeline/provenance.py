"""Provenance of a release: the software version, and hashes of the code that made its rows and its files."""

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
"""Packages that decide how rows are written."""

_FORMATS: Final = ("pyarrow", "duckdb")
"""Libraries whose next version could write the same rows differently."""

_CODE: Final = frozenset({".py", ".toml"})
"""Suffixes of files that count as code: modules, and the declarations beside them."""


@cache
def version() -> str:
    """Return the version of Steckbrief, or "unknown" if it is not installed."""
    try:
        return metadata.version("steckbrief")
    except metadata.PackageNotFoundError:
        return "unknown"


def fingerprint(settings: Mapping[str, object]) -> str:
    """Return a hash of everything that turns a file into rows; while it is the same, so are the rows of a file.

    It covers code, vocabularies, libraries, and `settings`: the settings that affect rows, as JSON values.
    """
    settings_json = json.dumps(settings, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(f"{_code_digest(_MAKERS, _READERS)}\0{settings_json}".encode()).hexdigest()


def writer() -> str:
    """Return a hash of the code that turns rows into files; while it is the same, the same rows give the same files."""
    return _code_digest(_WRITERS, _FORMATS)


@cache
def _code_digest(packages: tuple[str, ...], libraries: tuple[str, ...]) -> str:
    roots = {package: Path(str(resources.files(f"steckbrief.{package}"))) for package in packages}
    return digest_of_code(roots, {library: metadata.version(library) for library in libraries})


def digest_of_code(roots: Mapping[str, Path], libraries: Mapping[str, str]) -> str:
    """Return the SHA-256 over the code of packages (name -> folder), libraries (name -> version) and Python's version.

    Python's full version counts, because it brings Unicode tables, and html.unescape changes in patch releases.
    """
    digest = hashlib.sha256()
    for package, root in roots.items():
        for file in sorted(path for path in root.rglob("*") if path.suffix in _CODE):
            digest.update(f"{package}/{file.relative_to(root).as_posix()}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    for name, number in {"python": platform.python_version(), **libraries}.items():
        digest.update(f"{name}={number}\0".encode())
    return digest.hexdigest()
