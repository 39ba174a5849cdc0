"""The files with settings: the site file, which strangers may have written, and the operator's file.

A site file describes its site and nothing else, so that a source cannot decide where its releases go or which checks
they must pass. Files inside the git tree of the source count as written by strangers, unless --config names them.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from steckbrief.extract.git.read import RepositoryError, is_bare
from steckbrief.extract.printable import printable
from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.settings.operator import SETTINGS_TABLES, OperatorSettings

FILE_NAME: Final = "steckbrief.toml"

MOST_BYTES: Final = 100_000
"""Size limit of a settings file, enough for thousands of headings."""

MOST_DOTS: Final = 300
"""Dots in one line of a settings file. tomllib takes minutes for a key of 50,000 dotted parts, but one second for as
many parts in keys of 300."""


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A settings file and its values, with absolute paths."""

    path: Path
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SettingsFiles:
    """The settings files of a run, and sentences without full stop about settings and files that are ignored."""

    site: SettingsFile | None = None
    operator: SettingsFile | None = None
    warnings: tuple[str, ...] = ()

    @property
    def site_path(self) -> str | None:
        """The path of the site file, for the summary."""
        return str(self.site.path) if self.site else None

    @property
    def operator_path(self) -> str | None:
        """The path of the operator's file, for the summary."""
        return str(self.operator.path) if self.operator else None


def read_settings_files(source: Path, config: Path | None) -> SettingsFiles:
    """Find and read the settings files for building `source`.

    Args:
        source: the source folder.
        config: the operator's file, which must exist; if None, steckbrief.toml in the working directory.

    Raises:
        UsageError: a file cannot be read, is too large, is not TOML, or is a symlink out of the site.
    """
    folders = site_folders(source)
    site_path = next((folder / FILE_NAME for folder in folders if os.path.lexists(folder / FILE_NAME)), None)
    operator_path, warnings = (config, []) if config else _operator_file(site_path, git_root(source))
    if config and not config.is_file():
        raise UsageError(f"{config}: no such settings file. Name an existing TOML file with --config.")
    if site_path and operator_path and _is_same(site_path, operator_path):
        site_path = None
    site = None
    if site_path:
        _require_inside(site_path, folders[-1])
        values = _read_toml(site_path)
        warnings += [
            printable(
                f"{site_path}: {key} is ignored, because only the operator may set it; if this file is yours, name it"
                " with --config"
            )
            for key in _operator_keys(values)
        ]
        site = SettingsFile(site_path, {key: values[key] for key in values if key not in OperatorSettings.model_fields})
    operator = read_operator_file(operator_path) if operator_path else None
    return SettingsFiles(site, operator, tuple(warnings))


def site_folders(source: Path) -> tuple[Path, ...]:
    """Return the folders that may have the site file, nearest first: `source` and its parents up to its git root.

    Outside git, they are `source` and its parent. A bare repository has no files, so it has no site file.

    Raises:
        UsageError: `source` is a bare repository that cannot be opened.
    """
    folder = source.resolve()
    try:
        if is_bare(folder):
            return ()
    except RepositoryError as error:
        raise UsageError(f"{error}. Nothing was published.") from error
    folders = (folder, *folder.parents)
    root = git_root(folder)
    return folders[:2] if root is None else folders[: folders.index(root) + 1]


def git_root(folder: Path) -> Path | None:
    """Return the root of the git tree that contains `folder`; strangers may have committed every file in it."""
    resolved = folder.resolve()
    return next((parent for parent in (resolved, *resolved.parents) if os.path.lexists(parent / ".git")), None)


def read_operator_file(path: Path) -> SettingsFile:
    """Read the operator's file. Its paths are relative to it."""
    path = path.absolute()
    values = _read_toml(path)
    if isinstance(values.get("output"), str) and values["output"]:
        values["output"] = str(path.parent / values["output"])
    return SettingsFile(path, values)


def _operator_file(site_file: Path | None, root: Path | None) -> tuple[Path | None, list[str]]:
    """Return steckbrief.toml of the working directory, or a warning if it is in the git tree of the source."""
    path = Path.cwd() / FILE_NAME
    if not os.path.lexists(path) or (site_file and _is_same(path, site_file)):
        return None, []
    if root and path.parent.resolve().is_relative_to(root):
        reason = "it is in the git tree of the source, but not the site file"
        return None, [printable(f"{path} is ignored: {reason}. If it is the operator's, name it with --config")]
    return path, []


def _require_inside(path: Path, folder: Path) -> None:
    """Raise UsageError if the site file `path` is a symlink out of `folder`."""
    target = os.path.realpath(path)
    if not Path(target).is_relative_to(folder):
        raise UsageError(
            f"{path}: this settings file is a symlink to {target}, outside the site. Replace it with a file or name the"
            " file with --config."
        )


def _is_same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)  # unlike Path.resolve, it accepts loops of symlinks


def _read_toml(path: Path) -> dict[str, Any]:
    """Return the values of a TOML file."""
    try:
        if os.path.lexists(path) and not path.is_file():
            raise UsageError(f"{path}: this settings file is not a regular file. Replace it with a TOML file.")
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise UsageError(f"{path}: this settings file is larger than {MOST_BYTES:,} bytes. Shorten it.")
        if any(line.count(b".") > MOST_DOTS for line in content.splitlines()):
            raise UsageError(f"{path}: a line of this settings file has more than {MOST_DOTS} dots. Break the line.")
        return tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, not TOML, or a number of thousands of digits
        raise UsageError(f"{path}: this settings file cannot be read: {error}. Correct it as TOML in UTF-8.") from error
    except RecursionError as error:
        raise UsageError(f"{path}: this settings file is nested too deeply. Correct it as TOML in UTF-8.") from error


def _operator_keys(values: Mapping[str, Any]) -> list[str]:
    """Return the keys that only the operator may set, with the keys of tables in dotted form.

    >>> _operator_keys({"output": "x", "aliases": {"name": "title"}, "gates": {"rows_lost": 1, "unknown": 1}})
    ['output', 'gates.rows_lost']
    """
    keys = []
    for key in (key for key in OperatorSettings.model_fields if key in values):
        value = values[key]
        names = SETTINGS_TABLES[key].model_fields if key in SETTINGS_TABLES and isinstance(value, Mapping) else ()
        keys += [f"{key}.{name}" for name in names if name in value] or [key]
    return keys
