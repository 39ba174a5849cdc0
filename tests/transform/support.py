"""Profiles written inside tests, and the rows they give. No expected value stands here."""

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
"""A row whose values a test compares without saying their type first."""

Rows = Mapping[str, list[AnyRow]]

PROJECT = Path(__file__).parent.parent.parent
SHARED = PROJECT.parent / "shared"

FRONT = "---\nslug: krita\ntitle: Krita\n---\n"
"""Four lines of front matter, so that a body starts on line 5."""

GERMAN = "Das ist ein Programm für alle, die mit der Maus und dem Stift malen, und es ist auch nicht schwer.\n"
ENGLISH = "This is a program for all who paint with the mouse and the pen, and it is not hard to learn.\n"


def front(**fields: str) -> str:
    """Front matter with the given YAML values; slug and title as in FRONT unless given."""
    lines = {"slug": "krita", "title": "Krita"} | fields
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in lines.items()) + "---\n"


def document(text: str | bytes, path: str = "tools/krita.md") -> Document:
    """The document of a file that holds `text`."""
    found = parse_document(path, text.encode() if isinstance(text, str) else text)
    assert isinstance(found, Document), found
    return found


def rows(body: str, *, head: str = FRONT, path: str = "tools/krita.md", options: Options | None = None) -> Rows:
    """The rows of one profile: front matter and body."""
    return read_rows(document(head + body, path), options)


def read_rows(found: Document, options: Options | None = None) -> Rows:
    """The rows of one document, as mappings."""
    return {name: [row._asdict() for row in rows] for name, rows in profile_rows(found, options or Options()).items()}


def table(body: str, name: str, *, head: str = FRONT) -> list[AnyRow]:
    """The rows of one table of one profile."""
    return rows(body, head=head)[name]


def column(found: Iterable[AnyRow], name: str) -> list[Any]:
    """One column of rows."""
    return [row[name] for row in found]


def parts(
    files: Mapping[str, str | bytes],
    batch: int = 64,
    order: Sequence[int] | None = None,
    options: Options | None = None,
) -> list[dict[str, pa.Table]]:
    """The parts of files given as path -> content, read in `order` (else sorted by path) and cut in batches."""
    numbered = [
        (number, found)
        for number, path in enumerate(sorted(files))
        if isinstance(found := parse_document(path, _bytes(files[path])), Document)
    ]
    if order is not None:
        numbered = [numbered[at] for at in order]
    read = [(number, profile_rows(each, options or Options())) for number, each in numbered]
    return [part_tables(read[at : at + batch]) for at in range(0, len(read), batch)]


def dataset(
    files: Mapping[str, str | bytes],
    batch: int = 64,
    order: Sequence[int] | None = None,
    options: Options | None = None,
) -> dict[str, pa.Table]:
    """The finished tables of files given as path -> content."""
    unreadable = [
        found for path in sorted(files) if isinstance(found := parse_document(path, _bytes(files[path])), Unreadable)
    ]
    return complete(join_parts(parts(files, batch, order, options)), unreadable, options)


def listed(tables: Mapping[str, pa.Table], name: str, **where: object) -> list[AnyRow]:
    """The rows of a finished table whose columns equal `where`."""
    found = tables[name].to_pylist()
    return [row for row in found if all(row[key] == value for key, value in where.items())]


def folder_dataset(root: Path) -> dict[str, pa.Table]:
    """The finished tables of all profiles below a folder."""
    found = discover(root)
    read = [read_document(root, path) for path in found.files]
    numbered = [(at, profile_rows(each, Options())) for at, each in enumerate(read) if isinstance(each, Document)]
    unreadable = [*found.unreadable, *(each for each in read if isinstance(each, Unreadable))]
    return complete(join_parts([part_tables(numbered)]), unreadable)


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
