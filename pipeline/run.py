"""One build from the first stage to the last, and what surrounds the stages: staging, work folder and timings."""

from __future__ import annotations

import datetime as dt
import gc
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

import pyarrow as pa

from steckbrief.load.errors import GateError
from steckbrief.load.release import Release, ReleaseInfo, latest, open_staging, reject
from steckbrief.pipeline import work_folder
from steckbrief.pipeline.backfill_output import require_room
from steckbrief.pipeline.plan import Cache, cache_of
from steckbrief.pipeline.progress import watcher
from steckbrief.pipeline.provenance import fingerprint, version, writer
from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.results import Gated, Origin, Transformed, Updated, inputs
from steckbrief.pipeline.settings import Settings
from steckbrief.pipeline.stages import (
    CHECK,
    DISCOVER,
    EXTRACT,
    GATE,
    PLAN,
    PUBLISH,
    READ,
    TRANSFORM,
    UPDATE,
    Job,
    Stage,
    StageResult,
)
from steckbrief.pipeline.summary import BuildSummary, summarize, summarize_unchanged

__all__ = ["BuildRequest", "build", "directly", "inspected", "published", "settle"]

_Result = TypeVar("_Result", bound=StageResult)
_Arguments = ParamSpec("_Arguments")


class Execute(Protocol):
    """How a stage is run: in this process at once, or as a task of Prefect."""

    def __call__(
        self, stage: Stage[_Arguments, _Result], /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result: ...


def directly(stage: Stage[_Arguments, _Result], /, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
    """Run a stage in this process, without Prefect."""
    return stage.run(*args, **kwargs)


@dataclass(slots=True)
class _Timer:
    """Runs stages, reports them to the watcher, and records how many seconds each took."""

    execute: Execute
    start: float = field(default_factory=time.monotonic)
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, stage: Stage[_Arguments, _Result], /, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        start = time.monotonic()
        watcher().begin(stage.name)
        result = self.execute(stage, *args, **kwargs)
        self.seconds[stage.name] = time.monotonic() - start
        watcher().end(stage.name, result.sentence)
        return result

    def total(self) -> float:
        return round(time.monotonic() - self.start, 3)


def settle() -> None:
    """Exclude the modules imported so far from garbage collection; for a command that builds, before it begins.

    They are needed until the process ends, and collecting among them, once in between and once at the end, costs more
    than reading ten profiles.
    """
    import pandas  # noqa: F401, ICN001, PLC0415 - transform imports it anyway, and it is half of all modules

    gc.freeze()


def build(request: BuildRequest, execute: Execute = directly) -> BuildSummary:
    """Build and publish a release; publish nothing if it would equal the last release.

    Args:
        request: what to build.
        execute: how the stages are run.

    Raises:
        NotADirectoryError: the source is not a folder.
        NothingToBuildError: it holds no profile.
        SourceError: the source lives in git and cannot be brought up to date.
        UsageError: there is no room for a night of the past any more.
        GateError: a gate failed and the request does not ignore gates; the candidate is kept.
        LoadError: the output folder cannot be used, or the release breaks a promise of the schema.
    """
    timer = _Timer(execute)
    settings = request.settings
    with open_staging(settings.output, now=request.at) as staging, work_folder.beside(staging.path) as work:
        if request.origin:  # checked here, because from now on nobody else can publish
            require_room(settings.output, request.at)
        previous = latest(settings.output)
        cache = None if previous is None or request.full else _cache(previous, settings)
        updated = _update(request, cache, work, timer)
        if previous and updated.held:
            return summarize_unchanged(request, previous, previous.manifest["inputs"], staging.warnings, timer.total())
        job = replace(
            _job(updated.folder, work, settings, request.today),
            cache=cache,
            previous=previous.path if previous else None,
        )
        files = inputs(timer.run(DISCOVER, job), timer.run(READ, job))
        planned = timer.run(PLAN, job)
        if previous and planned.unchanged and not request.force:
            return summarize_unchanged(request, previous, files, staging.warnings, timer.total())
        timer.run(EXTRACT, job)
        transformed = timer.run(TRANSFORM, job)
        candidate = timer.run(CHECK, job, staging, settings.csv_neutralise_formulas)
        files |= {
            "reused": planned.kept,
            "quarantined": files["found"] - transformed.left_out - transformed.rows["profiles"],
        }
        gated = timer.run(GATE, candidate, settings.gates.limits, files["found"], files["quarantined"])
        info = _release_info(request, updated.origin, transformed, gated, files, timer.seconds)
        if gated.failed and not request.ignores_gates:
            raise GateError(gated.failed, reject(candidate.checked, info))
        summary = summarize(
            request,
            staging.id,
            files,
            candidate.rows,
            work_folder.load_tables(work / "tables")["diagnostics"],
            failed_gates=gated.failed,
            warnings=staging.warnings,
            seconds=timer.total(),
        )
        watcher().publishing(summary)
        timer.run(PUBLISH, candidate, info)
    return replace(summary, seconds=timer.total())


@contextmanager
def inspected(source: Path, settings: Settings) -> Iterator[dict[str, pa.Table]]:
    """The tables of `source` for the time of the block; nothing is published and nothing remains.

    Raises NotADirectoryError if the source is not a folder, NothingToBuildError if it holds no profile.
    """
    timer = _Timer(directly)
    with tempfile.TemporaryDirectory(prefix="steckbrief-") as folder:
        job = _job(source, Path(folder), settings, dt.datetime.now(dt.UTC).date())
        stages: tuple[Stage[[Job], StageResult], ...] = (DISCOVER, READ, PLAN, EXTRACT, TRANSFORM)
        for stage in stages:
            timer.run(stage, job)
        yield work_folder.load_tables(job.work / "tables")


def published(candidate: BuildSummary | None) -> BuildSummary | None:
    """`candidate` if its release is the latest in its output folder: the run broke off, but after publication."""
    if candidate is None or not Path(candidate.latest).is_symlink():
        return None
    return candidate if Path(candidate.latest).readlink().name == candidate.release else None


def _cache(previous: Release, settings: Settings) -> Cache:
    return cache_of(previous, settings.recorded, fingerprint(settings.of_rows), writer())


def _update(request: BuildRequest, cache: Cache | None, work: Path, timer: _Timer) -> Updated:
    """Bring the source up to date, unless the request says where its files come from."""
    if request.origin is not None:
        return Updated(request.source, request.origin)
    settings = request.settings
    known = None
    if cache is not None and not request.force and cache.contents is not None and cache.holds_on(request.today):
        known = cache.contents
    return timer.run(UPDATE, request.source, work, settings.git, settings.file_limits.file_bytes, known)


def _job(source: Path, work: Path, settings: Settings, today: dt.date) -> Job:
    options = settings.options(today=today)
    return Job(source, work, options, settings.file_limits, settings.workers, settings.path_filter_in(source))


def _release_info(
    request: BuildRequest,
    origin: Origin,
    transformed: Transformed,
    gated: Gated,
    files: Mapping[str, Any],
    timings: Mapping[str, float],
) -> ReleaseInfo:
    """What release.json says beside the tables."""
    return ReleaseInfo(
        source_root=origin.root,
        source_commit=origin.commit,
        source_paths=origin.paths,
        source_contents=None if transformed.unread else origin.contents,
        fingerprint=fingerprint(request.settings.of_rows),
        writer=writer(),
        version=version(),
        inputs={**files, "sha256": transformed.inputs},
        settings=request.settings.recorded | {"today": request.today.isoformat()},
        gates=[gate.as_json() for gate in gated.results],
        timings=dict(timings),
        forced=request.ignores_gates and bool(gated.failed),
    )
