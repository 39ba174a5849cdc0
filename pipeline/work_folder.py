"""The work folder: what one stage leaves for the next, so that paths pass between stages and never tables.

Tables are Arrow IPC files, which are mapped into memory, not copied; lists are JSON. Nothing here is published.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from steckbrief.extract.model import Problem, Unreadable
from steckbrief.extract.source import FileHash
from steckbrief.pipeline.errors import WorkFolderError
from steckbrief.transform.parts import join_parts

_log: Final = logging.getLogger(__name__)


@contextmanager
def beside(staging: Path) -> Iterator[Path]:
    """A folder beside a staging folder for the time of the block; it is removed with all its content at the end.

    This and everything below that writes raises WorkFolderError if the disk does not take it.
    """
    folder = staging.with_name(f"{staging.name}-work")
    with _writing(folder):
        folder.mkdir()
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove the folder. A failure is only logged: it must not hide an exception, and the next build tries again."""
    try:
        shutil.rmtree(folder)
    except OSError as error:
        _log.warning("Could not remove %s (%s); it does no harm, and the next build removes it.", folder, error)


def save_found(work: Path, files: Sequence[str], unreadable: Iterable[Unreadable]) -> None:
    """Keep what discovery found: paths in order, and what cannot be taken as a file."""
    _write(work / "found.json", {"files": list(files), "unreadable": [asdict(file) for file in unreadable]})


def load_found(work: Path) -> tuple[list[str], list[Unreadable]]:
    """Read back what save_found kept."""
    data = _read(work / "found.json")
    return data["files"], _unreadable(data["unreadable"])


def save_sources(work: Path, files: Sequence[FileHash], unreadable: Iterable[Unreadable]) -> None:
    """Keep the identity of every readable file, in order, and all unreadable ones so far."""
    rows = [(file.path, file.size, file.sha256) for file in files]
    _write(work / "sources.json", {"files": rows, "unreadable": [asdict(file) for file in unreadable]})


def load_sources(work: Path) -> tuple[list[FileHash], list[Unreadable]]:
    """Read back what save_sources kept."""
    data = _read(work / "sources.json")
    return [FileHash(*row) for row in data["files"]], _unreadable(data["unreadable"])


def save_plan(work: Path, kept: Mapping[str, int], to_read: Sequence[int]) -> None:
    """Keep the plan: profiles to keep with the numbers of their files, and the numbers of the files to read."""
    _write(work / "plan.json", {"kept": dict(kept), "to_read": list(to_read)})


def load_plan(work: Path) -> tuple[dict[str, int], list[int]]:
    """Read back what save_plan kept."""
    data = _read(work / "plan.json")
    return data["kept"], data["to_read"]


def save_quarantine(work: Path, unreadable: Iterable[Unreadable]) -> None:
    """Keep the files that could be identified but gave no document."""
    _write(work / "quarantine.json", [asdict(file) for file in unreadable])


def load_quarantine(work: Path) -> list[Unreadable]:
    """Read back what save_quarantine kept."""
    return _unreadable(_read(work / "quarantine.json"))


def save_part(work: Path, batch: int, tables: Mapping[str, pa.Table]) -> None:
    """Keep one batch's part of every table; batches may be written in any order and by any process."""
    save_tables(work / "parts" / f"{batch:08d}", tables)


def load_parts(work: Path) -> dict[str, pa.Table]:
    """All parts, concatenated per table in the order of their batches; empty tables if there are none."""
    folder = work / "parts"
    return join_parts(load_tables(part) for part in (sorted(folder.iterdir()) if folder.is_dir() else ()))


def save_tables(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    """Write tables into `folder`, which is made, one Arrow IPC file each."""
    with _writing(folder):
        folder.mkdir(parents=True)
        for name, table in tables.items():
            with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)


def load_tables(folder: Path) -> dict[str, pa.Table]:
    """Map the tables of `folder` into memory, by name."""
    return {file.stem: _mapped(file) for file in sorted(folder.glob("*.arrow"))}


def _mapped(file: Path) -> pa.Table:
    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_file(source).read_all()


def _unreadable(rows: Iterable[Mapping[str, Any]]) -> list[Unreadable]:
    return [Unreadable(row["path"], Problem(**row["problem"]), row["sha256"]) for row in rows]


def _write(file: Path, data: object) -> None:
    with _writing(file):
        file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WorkFolderError(
            f"{path}: could not write a working file: {error}. Nothing was published. Free space on its disk or correct"
            " its permissions, then try again."
        ) from error


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
