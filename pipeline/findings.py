"""Findings: rows of the diagnostics table, each with its place in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from steckbrief.extract.printable import printable


@dataclass(frozen=True, slots=True)
class Finding:
    """One diagnostic: rule, severity, message, hint and place.

    `path` starts with the source folder as the user named it, so that editors and annotations find the file. It is None
    if the finding concerns no single file; the lines are None if it concerns no single line.
    """

    rule: str
    severity: str
    message: str
    hint: str
    path: str | None
    line_start: int | None
    line_end: int | None


def finding(row: Mapping[str, Any], source: str) -> Finding:
    """Return a row of the diagnostics table as a finding, with its path below `source`."""
    path = None if row["source_path"] is None else str(PurePosixPath(source, row["source_path"]))
    return Finding(row["rule"], row["severity"], row["message"], row["hint"], path, row["line_start"], row["line_end"])


def place(path: str | None, line: int | None) -> str:
    """Return the start of a message about this place.

    >>> place("raw/krita.md", 7), place("raw/krita.md", None), place(None, None)
    ('raw/krita.md:7: ', 'raw/krita.md: ', '')
    """
    if path is None:
        return ""
    return f"{printable(path)}:{line}: " if line is not None else f"{printable(path)}: "
