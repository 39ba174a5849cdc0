"""The stages of a run as plain functions: the same with Prefect and without."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa

from steckbrief.extract.discovery import discover as discover_files
from steckbrief.extract.model import Unreadable
from steckbrief.extract.source import Fingerprint, fingerprint
from steckbrief.load import release
from steckbrief.load.gates import Limits
from steckbrief.pipeline import work_folder
from steckbrief.pipeline.batches import choose_workers, cut, run_batches
from steckbrief.pipeline.errors import NothingToBuildError
from steckbrief.pipeline.git_settings import GitSettings
from steckbrief.pipeline.plan import PROFILE_COLUMNS, a_date_came_due, inputs_digest, kept_files
from steckbrief.pipeline.progress import watcher
from steckbrief.pipeline.results import (
    Built,
    CheckedRelease,
    Extracted,
    Found,
    Gated,
    Job,
    Planned,
    ReadFiles,
    Transformed,
    Updated,
    counted,
)
from steckbrief.pipeline.update import bring
from steckbrief.schema.tables import TABLES
from steckbrief.transform.dataset import complete
from steckbrief.transform.parts import Kept

_SHOWN = 3  # reasons named in a message; the rest is a number


def update(source: Path, work: Path, settings: GitSettings, largest: int, held: str | None) -> Updated:
    """Bring a source in git up to date; SourceError where that fails."""
    return bring(source, work, settings, largest, held)


def discover(job: Job) -> Found:
    """Find the files of the source. NothingToBuildError where there is none to read."""
    found = discover_files(job.source, job.selection)
    work_folder.save_found(job.work, found.files, found.unreadable)
    excluded = Counter(pattern for _, pattern in found.excluded)
    result = Found(
        len(found.files), len(found.skipped), dict(sorted(excluded.items())), len(found.unreadable), found.other
    )
    if not found.files:
        left_out = [f"{counted(len(found.skipped), 'Markdown file')} skipped by name"] if found.skipped else []
        left_out += [f"{counted(excluded.total(), 'Markdown file')} {result.by_pattern}"] if excluded else []
        reasons = "".join(f" ({each})" for each in left_out)
        raise NothingToBuildError(
            f"{job.source}: no profile in this folder{reasons}{_reasons(found.unreadable)}. Expected at least one"
            " file *.md in it or below, with no part of its path starting with '_' or '.'. Nothing was published."
        )
    return result


def read(job: Job) -> ReadFiles:
    """Identify the content of every file, and sort out those that cannot be opened."""
    paths, unreadable = work_folder.load_found(job.work)
    files: list[Fingerprint] = []
    watcher().begin("read", len(paths))
    for path in paths:
        result = fingerprint(job.source, path, job.limits)
        if isinstance(result, Unreadable):
            unreadable.append(result)
        else:
            files.append(result)
        watcher().advance(1)
    work_folder.save_sources(job.work, files, unreadable)
    return ReadFiles(len(files), sum(file.size for file in files), len(unreadable))


def plan(job: Job) -> Planned:
    """Decide which files are read anew, and which rows of the last release are kept. ReleaseError where it is gone."""
    files, unreadable = work_folder.load_sources(job.work)
    kept: dict[str, int] = {}
    unchanged = False
    if job.cache is not None and job.cache.usable:
        profiles = release.table(job.cache.folder, "profiles", PROFILE_COLUMNS)
        kept = kept_files(profiles, files)
        same = job.cache.inputs == inputs_digest(((each.path, each.sha256) for each in files), unreadable)
        due = a_date_came_due(profiles, job.cache.today, job.options.today)
        unchanged = same and job.cache.written and not due
    numbers = set(kept.values())
    anew = [number for number in range(len(files)) if number not in numbers]
    work_folder.save_plan(job.work, kept, anew)
    return Planned(len(anew), len(kept), unchanged)


def extract(job: Job) -> Extracted:
    """Turn each file that is read anew into rows. NothingToBuildError where no file at all gives a document."""
    files, earlier = work_folder.load_sources(job.work)
    kept, anew = work_folder.load_plan(job.work)
    workers = choose_workers(job.workers, len(anew))
    batches = cut([(number, files[number].path) for number in anew], workers)
    documents = 0
    unreadable: list[Unreadable] = []
    watcher().begin("extract", len(anew))
    for done in run_batches(job, batches, workers):
        documents += done.documents
        unreadable.extend(done.unreadable)
        watcher().advance(done.documents + len(done.unreadable))
    work_folder.save_quarantine(job.work, unreadable)
    unreadable = sorted([*earlier, *unreadable], key=lambda each: each.path)
    if not documents and not kept:
        raise NothingToBuildError(
            f"{job.source}: not one file could be read as a profile{_reasons(unreadable)}. Correct the files, or name"
            " another source. Nothing was published."
        )
    return Extracted(documents, len(unreadable), len(batches), workers)


def transform(job: Job) -> Transformed:
    """Put new and kept rows together and add what depends on all profiles."""
    watcher().begin("transform")
    files, unreadable = work_folder.load_sources(job.work)
    kept, _ = work_folder.load_plan(job.work)
    parts, quarantined = work_folder.load_parts(job.work), work_folder.load_quarantine(job.work)
    earlier = None
    if kept and job.cache is not None:
        earlier = Kept({name: release.table(job.cache.folder, name) for name in parts}, kept)
    tables = complete(parts, [*unreadable, *quarantined], job.options, earlier)
    work_folder.save_tables(job.work / "tables", tables)
    read_as = _read_as(files, parts["profiles"], quarantined)
    unread = [*unreadable, *_unread(quarantined)]
    rows = {name: table.num_rows for name, table in tables.items()}
    return Transformed(rows, inputs_digest(read_as.items(), unread), len(unread))


def _read_as(files: list[Fingerprint], profiles: pa.Table, quarantined: list[Unreadable]) -> dict[str, str]:
    """By path, the SHA-256 of the bytes that were read last: a file may have changed, or gone, since it was identified.

    One that could not be read any more has none. So where it is back in the next night, that night looks at it.
    """
    found = {each.path: each.sha256 for each in files}
    found |= zip(profiles.column("source_path").to_pylist(), profiles.column("source_sha256").to_pylist(), strict=True)
    found |= {each.path: each.sha256 for each in quarantined if each.sha256}
    gone = {each.path for each in _unread(quarantined)}
    return {path: sha256 for path, sha256 in found.items() if path not in gone}


def _unread(quarantined: list[Unreadable]) -> list[Unreadable]:
    return [each for each in quarantined if each.sha256 is None]


def check(job: Job, staging: release.Staging, neutralise: bool) -> CheckedRelease:  # noqa: FBT001 - tasks get it by position
    """Write the release into `staging` and hold it against the schema.

    Raises load's OutputError where the disk does not take it, CheckError where a promise of the schema is broken.
    """
    tables = work_folder.load_tables(job.work / "tables")
    watcher().begin("check", len(TABLES) + 1)
    written = release.write(tables, staging, neutralise=neutralise, on_table=lambda _: watcher().advance(1))
    checked = release.check(written)
    watcher().advance(1)
    return CheckedRelease(checked)


def gate(candidate: CheckedRelease, limits: Limits, files: int, quarantined: int) -> Gated:
    """Hold a checked release against the limits and the last release; OutputError where one cannot be read."""
    return Gated(release.judge(candidate.checked, limits, files=files, quarantined=quarantined))


def publish(candidate: CheckedRelease, info: release.ReleaseInfo) -> Built:
    """Give a checked release its name and move `latest` to it. Raises load's OutputError where that fails."""
    published = release.publish(candidate.checked, info)
    return Built(published.id, published.path)


def _reasons(unreadable: list[Unreadable] | tuple[Unreadable, ...]) -> str:
    if not unreadable:
        return ""
    shown = ", ".join(f"{each.path}: {each.problem.rule}" for each in unreadable[:_SHOWN])
    more = f" and {len(unreadable) - _SHOWN} more" if len(unreadable) > _SHOWN else ""
    return f" ({shown}{more})"
