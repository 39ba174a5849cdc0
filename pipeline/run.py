"""One build: the stages in order, with a staging directory, a work folder and timings."""

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
from steckbrief.load.release import ReleaseInfo, Staging, latest, open_staging, reject
from steckbrief.pipeline import work_folder
from steckbrief.pipeline.plan import Cache, cache_of
from steckbrief.pipeline.progress import watcher
from steckbrief.pipeline.provenance import fingerprint, version, writer
from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.results import Gated, Origin, Transformed, Updated, inputs
from steckbrief.pipeline.settings.load import Settings
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

__all__ = ["BuildRequest", "build", "build_into", "directly", "freeze_imports", "inspected", "published"]

_Result = TypeVar("_Result", bound=StageResult)
_Arguments = ParamSpec("_Arguments")


class Execute(Protocol):
    """Runs a stage: directly, or as a Prefect task."""

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


def freeze_imports() -> None:
    """Exclude the modules imported so far from garbage collection. A command calls this before it builds.

    Modules stay until the process ends, and traversing them twice costs more than reading ten profiles.
    """
    import pandas  # noqa: F401, ICN001, PLC0415 - transform imports it anyway, and it is half of all modules

    gc.freeze()


def build(request: BuildRequest, execute: Execute = directly) -> BuildSummary:
    """Build and publish a release, unless it would equal the last one.

    Args:
        request: what to build.
        execute: runs the stages.

    Raises:
        NotADirectoryError: the source is not a folder.
        NothingToBuildError: the source has no profile.
        SourceError: the source is in git and cannot be fetched or read.
        GateError: a gate failed, and the request does not ignore gates; the candidate is kept.
        LoadError: the output folder cannot be used, or the release breaks a promise of the schema.
    """
    with open_staging(request.settings.output, now=request.at) as staging:
        return build_into(staging, request, execute)


def build_into(staging: Staging, request: BuildRequest, execute: Execute = directly) -> BuildSummary:
    """Build and publish a release as `build` does, in a staging directory that is already open."""
    timer = _Timer(execute)
    settings = request.settings
    with work_folder.beside(staging.path) as work:
        previous = latest(settings.output)
        cache = None
        if previous is not None and not request.full:
            code = fingerprint(settings.affecting_rows)
            cache = cache_of(previous, settings.recorded, code, writer(), request.today)
        updated = _update(request, cache, work, timer)
        if previous and updated.unchanged:
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
            "reused": planned.reused,
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
    """Yield the tables of `source`. Nothing is published, and the tables are deleted after the block.

    Raises NotADirectoryError if the source is not a folder, NothingToBuildError if it has no profile.
    """
    timer = _Timer(directly)
    with tempfile.TemporaryDirectory(prefix="steckbrief-") as folder:
        job = _job(source, Path(folder), settings, dt.datetime.now(dt.UTC).date())
        stages: tuple[Stage[[Job], StageResult], ...] = (DISCOVER, READ, PLAN, EXTRACT, TRANSFORM)
        for stage in stages:
            timer.run(stage, job)
        yield work_folder.load_tables(job.work / "tables")


def published(candidate: BuildSummary | None) -> BuildSummary | None:
    """Return `candidate` if its release is the latest: the run broke off, but only after it had published."""
    if candidate is None or not Path(candidate.latest).is_symlink():
        return None
    return candidate if Path(candidate.latest).readlink().name == candidate.release else None


def _update(request: BuildRequest, cache: Cache | None, work: Path, timer: _Timer) -> Updated:
    """Run the stage update, unless the request says where its files come from."""
    if request.origin is not None:
        return Updated(request.source, request.origin)
    settings = request.settings
    known = None if cache is None or request.force else cache.contents
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
    """Return the part of release.json that does not describe tables."""
    return ReleaseInfo(
        source_root=origin.root,
        source_commit=origin.commit,
        source_paths=origin.paths,
        source_contents=None if transformed.unread else origin.contents,
        fingerprint=fingerprint(request.settings.affecting_rows),
        writer=writer(),
        version=version(),
        inputs={**files, "sha256": transformed.inputs},
        settings=request.settings.recorded | {"today": request.today.isoformat()},
        gates=[gate.as_json() for gate in gated.results],
        timings=dict(timings),
        forced=request.ignores_gates and bool(gated.failed),
    )
