"""One row of the diagnostics table as a finding with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from steckbrief.extract.printable import printable


@dataclass(frozen=True, slots=True)
class Finding:
    """One diagnostic: rule and severity, what was found and what to do, and where (None: not in one file or line).

    `path` starts with the source folder as it was named, so that editors and annotations find the file.
    """

    rule: str
    severity: str
    message: str
    hint: str
    path: str | None
    line_start: int | None
    line_end: int | None


def finding(row: Mapping[str, Any], source: str) -> Finding:
    """A row of the diagnostics table, with its path below `source`."""
    path = None if row["source_path"] is None else str(PurePosixPath(source, row["source_path"]))
    return Finding(row["rule"], row["severity"], row["message"], row["hint"], path, row["line_start"], row["line_end"])


def place(path: str | None, line: int | None) -> str:
    """`path:line: `, as far as it is known."""
    if path is None:
        return ""
    return f"{printable(path)}:{line}: " if line is not None else f"{printable(path)}: "
