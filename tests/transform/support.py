"""Helpers that read profiles written inside tests. They contain no expected values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from steckbrief.extract.discovery import discover
from steckbrief.extract.document import parse_document, read_document
from steckbrief.extract.model import Document, Unreadable
from steckbrief.transform.dataset import complete
from steckbrief.transform.options import Options
from steckbrief.transform.parts import join_parts, part_tables
from steckbrief.transform.profile import profile_rows

AnyRow = dict[str, Any]
"""A row whose values a test compares without declaring their types."""

Rows = Mapping[str, list[AnyRow]]

PROJECT = Path(__file__).parent.parent.parent
SHARED = PROJECT.parent / "shared"

FRONT = "---\nslug: krita\ntitle: Krita\n---\n"
"""Four lines of front matter: a body after it starts on line 5."""

GERMAN = "Das ist ein Programm für alle, die mit der Maus und dem Stift malen, und es ist auch nicht schwer.\n"
ENGLISH = "This is a program for all who paint with the mouse and the pen, and it is not hard to learn.\n"


def front(**fields: str) -> str:
    """Return front matter with these YAML values; slug and title default to those in FRONT."""
    lines = {"slug": "krita", "title": "Krita"} | fields
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in lines.items()) + "---\n"


def document(text: str | bytes, path: str = "tools/krita.md") -> Document:
    """Return the document of a file that contains `text`."""
    parsed = parse_document(path, text.encode() if isinstance(text, str) else text)
    assert isinstance(parsed, Document), parsed
    return parsed


def rows(body: str, *, head: str = FRONT, path: str = "tools/krita.md", options: Options | None = None) -> Rows:
    """Return the rows of one profile, by table, as mappings."""
    return read_rows(document(head + body, path), options)


def read_rows(source: Document, options: Options | None = None) -> Rows:
    """Return the rows of one document, by table, as mappings."""
    tables = profile_rows(source, options or Options())
    return {name: [row._asdict() for row in rows] for name, rows in tables.items()}


def table(body: str, name: str, *, head: str = FRONT) -> list[AnyRow]:
    """Return the rows of one table of one profile."""
    return rows(body, head=head)[name]


def column(rows: Iterable[AnyRow], name: str) -> list[Any]:
    """Return one column of rows."""
    return [row[name] for row in rows]


def parts(
    files: Mapping[str, str | bytes],
    batch: int = 64,
    order: Sequence[int] | None = None,
    options: Options | None = None,
) -> list[dict[str, pa.Table]]:
    """Return the parts of files (path -> content), read in `order` (by default by path) and in batches."""
    numbered = [
        (number, parsed)
        for number, path in enumerate(sorted(files))
        if isinstance(parsed := parse_document(path, _bytes(files[path])), Document)
    ]
    if order is not None:
        numbered = [numbered[index] for index in order]
    profiles = [(number, profile_rows(parsed, options or Options())) for number, parsed in numbered]
    return [part_tables(profiles[start : start + batch]) for start in range(0, len(profiles), batch)]


def dataset(
    files: Mapping[str, str | bytes],
    batch: int = 64,
    order: Sequence[int] | None = None,
    options: Options | None = None,
) -> dict[str, pa.Table]:
    """Return the finished tables of files (path -> content)."""
    parsed = (parse_document(path, _bytes(files[path])) for path in sorted(files))
    unreadable = [result for result in parsed if isinstance(result, Unreadable)]
    return complete(join_parts(parts(files, batch, order, options)), unreadable, options)


def listed(tables: Mapping[str, pa.Table], name: str, **where: object) -> list[AnyRow]:
    """Return the rows of a finished table whose columns equal `where`."""
    return [row for row in tables[name].to_pylist() if all(row[key] == value for key, value in where.items())]


def folder_dataset(root: Path) -> dict[str, pa.Table]:
    """Return the finished tables of all profiles below a folder."""
    source = discover(root)
    results = [read_document(root, path) for path in source.files]
    profiles = [
        (number, profile_rows(result, Options()))
        for number, result in enumerate(results)
        if isinstance(result, Document)
    ]
    unreadable = [*source.unreadable, *(result for result in results if isinstance(result, Unreadable))]
    return complete(join_parts([part_tables(profiles)]), unreadable)


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
