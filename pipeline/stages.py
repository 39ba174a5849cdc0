"""The stages of a build, in order: plain functions, with Prefect or without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, ParamSpec, Protocol, TypeVar

import pyarrow as pa

from steckbrief.extract.discovery import discover as discover_files
from steckbrief.extract.limits import FileLimits
from steckbrief.extract.model import Unreadable
from steckbrief.extract.path_filter import ALL, PathFilter
from steckbrief.extract.source import FileHash, hash_file
from steckbrief.load import release
from steckbrief.load.gates import GateLimits
from steckbrief.pipeline import work_folder
from steckbrief.pipeline.errors import NothingToBuildError
from steckbrief.pipeline.plan import PROFILE_COLUMNS, Cache, a_date_came_due, inputs_digest, unchanged_profiles
from steckbrief.pipeline.progress import watcher
from steckbrief.pipeline.results import (
    Built,
    CheckedRelease,
    Discovered,
    Extracted,
    Gated,
    Planned,
    ReadFiles,
    Transformed,
    counted,
)
from steckbrief.pipeline.runners.batch import Batch, SourceReading
from steckbrief.pipeline.runners.registry import choose_runner, choose_workers
from steckbrief.pipeline.update import update
from steckbrief.schema.tables import TABLES
from steckbrief.transform.dataset import complete
from steckbrief.transform.options import Options
from steckbrief.transform.parts import Kept
from steckbrief.transform.publication import choose_files

_SHOWN: Final = 3
"""Unreadable files that a message names; it only counts the others."""

BATCH_FILES: Final = 64
"""Large enough for a batch's fixed cost (ten small files, a message) to be negligible, small enough to bound memory."""


class StageResult(Protocol):
    """The result of a stage."""

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""


_Arguments = ParamSpec("_Arguments")
_Result_co = TypeVar("_Result_co", bound=StageResult, covariant=True)


@dataclass(frozen=True, slots=True)
class Stage(Generic[_Arguments, _Result_co]):
    """One stage of a build: its name and its function."""

    name: str
    run: Callable[_Arguments, _Result_co]


@dataclass(frozen=True, slots=True)
class Job:
    """The input of the stages from discover to check.

    Attributes:
        source: folder with profiles.
        work: folder that passes data between stages.
        options: settings of transform.
        limits: limits on a file.
        workers: requested number of processes; None lets the extract stage choose.
        path_filter: which files count.
        cache: the last release, if its rows may be reused.
        previous: folder of the last release, if there is one; it decides which file keeps a profile_id.
    """

    source: Path
    work: Path
    options: Options
    limits: FileLimits
    workers: int | None = None
    path_filter: PathFilter = ALL
    cache: Cache | None = None
    previous: Path | None = None


def discover(job: Job) -> Discovered:
    """Find the files of the source. Raises NothingToBuildError if there is none to read."""
    listing = discover_files(job.source, job.path_filter)
    work_folder.save_discovered(job.work, listing.files, listing.unreadable)
    excluded = Counter(pattern for _, pattern in listing.excluded)
    result = Discovered(
        len(listing.files), len(listing.skipped), dict(sorted(excluded.items())), len(listing.unreadable), listing.other
    )
    if not listing.files:
        reasons = [f"{counted(result.skipped, 'Markdown file')} skipped by name"] if result.skipped else []
        reasons += [f"{counted(excluded.total(), 'Markdown file')} {result.by_pattern}"] if excluded else []
        in_brackets = "".join(f" ({reason})" for reason in reasons)
        raise NothingToBuildError(
            f"{job.source}: no profile in this folder{in_brackets}{_examples(listing.unreadable)}. Expected at least"
            " one file *.md in it or below, with no part of its path starting with '_' or '.'. Nothing was published."
        )
    return result


def read(job: Job) -> ReadFiles:
    """Hash every file, and set aside those that cannot be opened."""
    paths, unreadable = work_folder.load_discovered(job.work)
    files: list[FileHash] = []
    watcher().begin("read", len(paths))
    for path in paths:
        result = hash_file(job.source, path, job.limits)
        if isinstance(result, Unreadable):
            unreadable.append(result)
        else:
            files.append(result)
        watcher().advance(1)
    work_folder.save_sources(job.work, files, unreadable)
    return ReadFiles(len(files), sum(file.size for file in files), len(unreadable))


def plan(job: Job) -> Planned:
    """Decide which files to read and which rows to reuse. Raises ReleaseError if the last release cannot be read."""
    files, unreadable = work_folder.load_sources(job.work)
    reused: dict[str, int] = {}
    unchanged = False
    if job.cache is not None and job.cache.usable:
        profiles = release.table(job.cache.folder, "profiles", PROFILE_COLUMNS)
        reused = unchanged_profiles(profiles, files)
        same = job.cache.inputs == inputs_digest(((file.path, file.sha256) for file in files), unreadable)
        due = a_date_came_due(profiles, job.cache.today, job.options.today)
        unchanged = same and job.cache.written and not due
    reused_files = set(reused.values())
    to_read = [number for number in range(len(files)) if number not in reused_files]
    work_folder.save_plan(job.work, reused, to_read)
    return Planned(len(to_read), len(reused), unchanged)


def cut(files: Sequence[tuple[int, str]], workers: int, reading: SourceReading) -> list[Batch]:
    """Cut numbered paths, in discovery order, into batches of BATCH_FILES, or smaller ones if workers would idle."""
    size = max(1, min(BATCH_FILES, -(-len(files) // workers)))
    starts = range(0, len(files), size)
    return [Batch(number, tuple(files[start : start + size]), reading) for number, start in enumerate(starts)]


def extract(job: Job) -> Extracted:
    """Turn the files of the plan into rows. Raises NothingToBuildError if the whole source gives no document."""
    files, unreadable = work_folder.load_sources(job.work)
    reused, to_read = work_folder.load_plan(job.work)
    workers = choose_workers(job.workers, len(to_read))
    reading = SourceReading(job.source, job.work, job.options, job.limits)
    batches = cut([(number, files[number].path) for number in to_read], workers, reading)
    documents = 0
    quarantined: list[Unreadable] = []
    watcher().begin("extract", len(to_read))
    for result in choose_runner(workers)(batches, workers):
        documents += result.documents
        quarantined.extend(result.unreadable)
        watcher().advance(result.documents + len(result.unreadable))
    work_folder.save_quarantine(job.work, quarantined)
    unreadable = sorted([*unreadable, *quarantined], key=lambda file: file.path)
    if not documents and not reused:
        raise NothingToBuildError(
            f"{job.source}: no file could be read as a profile{_examples(unreadable)}. Correct the files, or name"
            " another source. Nothing was published."
        )
    return Extracted(documents, len(unreadable), len(batches), workers)


def transform(job: Job) -> Transformed:
    """Combine new and reused rows, and compute everything that depends on all profiles."""
    watcher().begin("transform")
    files, unreadable = work_folder.load_sources(job.work)
    reused, _ = work_folder.load_plan(job.work)
    parts, quarantined = work_folder.load_parts(job.work), work_folder.load_quarantine(job.work)
    reused_rows = None
    if reused and job.cache is not None:
        reused_rows = Kept({name: release.table(job.cache.folder, name) for name in parts}, reused)
    previous_paths = _paths_in(job.previous) if job.previous else None
    publication = choose_files(parts["profiles"], job.options, reused_rows, previous_paths)
    tables = complete(parts, [*unreadable, *quarantined], job.options, reused_rows, publication)
    work_folder.save_tables(job.work / "tables", tables)
    digests = _digests(files, parts["profiles"], quarantined)
    unread = [*unreadable, *_unread(quarantined)]
    rows = {name: table.num_rows for name, table in tables.items()}
    return Transformed(rows, inputs_digest(digests.items(), unread), len(unread), publication.left_out)


def _paths_in(previous: Path) -> dict[str, str]:
    """Return the source path of every profile in the previous release."""
    profiles = release.table(previous, "profiles", ("profile_id", "source_path"))
    return dict(zip(profiles["profile_id"].to_pylist(), profiles["source_path"].to_pylist(), strict=True))


def _digests(files: list[FileHash], profiles: pa.Table, quarantined: list[Unreadable]) -> dict[str, str]:
    """Return path -> SHA-256 of the bytes that were read last, because a file may change after it was hashed.

    A file that has disappeared since has no entry, so the next build reads it if it is back.
    """
    digests = {file.path: file.sha256 for file in files}
    digests |= zip(profiles["source_path"].to_pylist(), profiles["source_sha256"].to_pylist(), strict=True)
    digests |= {file.path: file.sha256 for file in quarantined if file.sha256}
    gone = {file.path for file in _unread(quarantined)}
    return {path: sha256 for path, sha256 in digests.items() if path not in gone}


def _unread(quarantined: list[Unreadable]) -> list[Unreadable]:
    return [file for file in quarantined if file.sha256 is None]


def check(job: Job, staging: release.Staging, neutralise: bool) -> CheckedRelease:  # noqa: FBT001 - Prefect passes it by position
    """Write the release into `staging` and check it against the schema.

    Raises load's OutputError if the release cannot be written, CheckError if it breaks a promise of the schema.
    """
    tables = work_folder.load_tables(job.work / "tables")
    watcher().begin("check", len(TABLES) + 1)
    written = release.write(tables, staging, neutralise=neutralise, on_table=lambda _: watcher().advance(1))
    checked = release.check(written)
    watcher().advance(1)
    return CheckedRelease(checked)


def gate(candidate: CheckedRelease, limits: GateLimits, files: int, quarantined: int) -> Gated:
    """Compare a release with the limits and the last release. Raises OutputError if a release cannot be read."""
    return Gated(release.judge(candidate.checked, limits, files=files, quarantined=quarantined))


def publish(candidate: CheckedRelease, info: release.ReleaseInfo) -> Built:
    """Publish a checked release and point `latest` to it. Raises load's OutputError if that fails."""
    published = release.publish(candidate.checked, info)
    return Built(published.id, published.path)


def _examples(unreadable: list[Unreadable] | tuple[Unreadable, ...]) -> str:
    if not unreadable:
        return ""
    shown = ", ".join(f"{file.path}: {file.problem.rule}" for file in unreadable[:_SHOWN])
    more = f" and {len(unreadable) - _SHOWN} more" if len(unreadable) > _SHOWN else ""
    return f" ({shown}{more})"


UPDATE: Final = Stage("update", update)
DISCOVER: Final = Stage("discover", discover)
READ: Final = Stage("read", read)
PLAN: Final = Stage("plan", plan)
EXTRACT: Final = Stage("extract", extract)
TRANSFORM: Final = Stage("transform", transform)
CHECK: Final = Stage("check", check)
GATE: Final = Stage("gate", gate)
PUBLISH: Final = Stage("publish", publish)

STAGES: Final[tuple[Stage[..., StageResult], ...]] = (
    UPDATE,
    DISCOVER,
    READ,
    PLAN,
    EXTRACT,
    TRANSFORM,
    CHECK,
    GATE,
    PUBLISH,
)
