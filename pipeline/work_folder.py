"""The work folder, in which one stage leaves tables and lists for the next, so that stages exchange only paths.

Tables are Arrow IPC files, which are memory-mapped instead of copied. Lists are JSON. Nothing here is published.
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
    """Create a work folder beside a staging directory, and remove it with its contents after the block.

    Every function here that writes raises WorkFolderError if the disk is full or read-only.
    """
    folder = staging.with_name(f"{staging.name}-work")
    with _writing(folder):
        folder.mkdir()
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove the folder. A failure is only logged, so that it hides no other exception; the next build retries."""
    try:
        shutil.rmtree(folder)
    except OSError as error:
        _log.warning("Could not remove %s (%s). It is harmless; the next build removes it.", folder, error)


def save_discovered(work: Path, files: Sequence[str], unreadable: Iterable[Unreadable]) -> None:
    """Save the paths that discover found, in order, and the unreadable files."""
    _write(work / "discovered.json", {"files": list(files), "unreadable": [asdict(file) for file in unreadable]})


def load_discovered(work: Path) -> tuple[list[str], list[Unreadable]]:
    """Load what save_discovered saved."""
    data = _read(work / "discovered.json")
    return data["files"], _unreadable(data["unreadable"])


def save_sources(work: Path, files: Sequence[FileHash], unreadable: Iterable[Unreadable]) -> None:
    """Save the hash of every readable file, in order, and all unreadable files so far."""
    rows = [(file.path, file.size, file.sha256) for file in files]
    _write(work / "sources.json", {"files": rows, "unreadable": [asdict(file) for file in unreadable]})


def load_sources(work: Path) -> tuple[list[FileHash], list[Unreadable]]:
    """Load what save_sources saved."""
    data = _read(work / "sources.json")
    return [FileHash(*row) for row in data["files"]], _unreadable(data["unreadable"])


def save_plan(work: Path, reused: Mapping[str, int], to_read: Sequence[int]) -> None:
    """Save the plan: profile_id -> file number of the profiles to reuse, and the numbers of the files to read."""
    _write(work / "plan.json", {"reused": dict(reused), "to_read": list(to_read)})


def load_plan(work: Path) -> tuple[dict[str, int], list[int]]:
    """Load what save_plan saved."""
    data = _read(work / "plan.json")
    return data["reused"], data["to_read"]


def save_quarantine(work: Path, unreadable: Iterable[Unreadable]) -> None:
    """Save the files that could be hashed but gave no document."""
    _write(work / "quarantine.json", [asdict(file) for file in unreadable])


def load_quarantine(work: Path) -> list[Unreadable]:
    """Load what save_quarantine saved."""
    return _unreadable(_read(work / "quarantine.json"))


def save_part(work: Path, batch: int, tables: Mapping[str, pa.Table]) -> None:
    """Save one batch's part of every table. Batches may be written in any order and by any process."""
    save_tables(work / "parts" / f"{batch:08d}", tables)


def load_parts(work: Path) -> dict[str, pa.Table]:
    """Load all parts, concatenated by table in the order of their batches; empty tables if there are none."""
    folder = work / "parts"
    return join_parts(load_tables(part) for part in (sorted(folder.iterdir()) if folder.is_dir() else ()))


def save_tables(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    """Create `folder` and write every table into it as an Arrow IPC file."""
    with _writing(folder):
        folder.mkdir(parents=True)
        for name, table in tables.items():
            with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)


def load_tables(folder: Path) -> dict[str, pa.Table]:
    """Memory-map the tables of `folder`, by name."""
    return {file.stem: _map(file) for file in sorted(folder.glob("*.arrow"))}


def _map(file: Path) -> pa.Table:
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
            f"{path}: this working file could not be written: {error}. Nothing was published. Free space on the disk or"
            " correct the permissions, then try again."
        ) from error


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
