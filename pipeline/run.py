"""The order of the stages, and what surrounds them: staging, the work folder, timings, the summary."""

from __future__ import annotations

import datetime as dt
import gc
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

import pyarrow as pa

from steckbrief.load.errors import GateError
from steckbrief.load.gates import GateLimits
from steckbrief.load.release import Release, ReleaseInfo, Staging, latest, open_staging, reject, table
from steckbrief.load.releases.published import LATEST, RELEASES
from steckbrief.pipeline import stages, work_folder
from steckbrief.pipeline.git_settings import GitSettings
from steckbrief.pipeline.own import require_room
from steckbrief.pipeline.plan import DATES, Cache, a_date_came_due, cache_of, same_settings
from steckbrief.pipeline.progress import watcher
from steckbrief.pipeline.provenance import fingerprint, version, writer
from steckbrief.pipeline.results import (
    Built,
    CheckedRelease,
    Extracted,
    Found,
    Gated,
    Job,
    Origin,
    Planned,
    ReadFiles,
    Transformed,
    Updated,
)
from steckbrief.pipeline.settings import Settings
from steckbrief.pipeline.summary import BuildSummary, absolute, count_rules


class _Told(Protocol):
    """A stage's result: it says in one sentence what the stage did."""

    @property
    def sentence(self) -> str: ...


_Result = TypeVar("_Result", bound=_Told)
_Arguments = ParamSpec("_Arguments")


@dataclass(frozen=True, slots=True)
class Steps:
    """The stages of a build, each plain or wrapped as a Prefect task."""

    update: Callable[[Path, Path, GitSettings, int, str | None], Updated]
    discover: Callable[[Job], Found]
    read: Callable[[Job], ReadFiles]
    plan: Callable[[Job], Planned]
    extract: Callable[[Job], Extracted]
    transform: Callable[[Job], Transformed]
    check: Callable[[Job, Staging, bool], CheckedRelease]
    gate: Callable[[CheckedRelease, GateLimits, int, int], Gated]
    publish: Callable[[CheckedRelease, ReleaseInfo], Built]


PLAIN = Steps(
    stages.update,
    stages.discover,
    stages.read,
    stages.plan,
    stages.extract,
    stages.transform,
    stages.check,
    stages.gate,
    stages.publish,
)


@dataclass(slots=True)
class _Clock:
    """Runs stages, tells the watcher about them, and keeps each one's seconds."""

    seconds: dict[str, float] = field(default_factory=dict)

    def run(
        self, stage: str, step: Callable[_Arguments, _Result], *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result:
        began = time.monotonic()
        watcher().begin(stage)
        result = step(*args, **kwargs)
        self.seconds[stage] = time.monotonic() - began
        watcher().end(stage, result.sentence)
        return result


def settle() -> None:
    """Take all that is imported by now out of every search for garbage; for a command that builds, before it begins.

    It is no garbage before the process ends, and to look through it, once in between and once at the end, costs more
    than reading ten profiles.
    """
    import pandas  # noqa: F401, ICN001, PLC0415 - transform imports it anyway, and it is half of all

    gc.freeze()


def build(  # noqa: PLR0913 - what a person can ask for, each by name
    source: Path,
    settings: Settings,
    steps: Steps = PLAIN,
    *,
    direct: bool = True,
    full: bool = False,
    force: bool = False,
    past_gates: bool = False,
    at: dt.datetime | None = None,
    past: bool = False,
    origin: Origin | None = None,
) -> BuildSummary:
    """Build and publish a release of `source`; nothing where it would be the last release again.

    Args:
        source: folder with profiles.
        settings: the settings to build with.
        steps: the stages, plain or wrapped.
        direct: whether this runs without Prefect; the summary says so.
        full: read every file, whatever the last release has.
        force: publish although nothing changed or a gate failed.
        past_gates: publish although a gate failed, but not where nothing changed.
        at: time of the release, aware; the present where not given.
        past: whether `at` is a night of the past: then no release and no candidate may be from after it.
        origin: where `source` comes from, when that is already known; it is not brought up to date then.

    Raises:
        NotADirectoryError: the source is no folder.
        NothingToBuildError: it holds no profile.
        SourceError: the source lives in git and cannot be brought up to date.
        UsageError: a night of the past has no room any more.
        GateError: a gate failed and neither `force` nor `past_gates` is given; the candidate is kept.
        LoadError: the output folder cannot be used, or the release breaks a promise of the schema.
    """
    began = time.monotonic()
    clock = _Clock()
    now = at or dt.datetime.now(dt.UTC)
    with (
        open_staging(settings.output, now=now) as staging,
        work_folder.work_folder(staging.path.with_name(f"{staging.path.name}-work")) as work,
    ):
        if past:  # asked here, because only now nobody else can publish
            require_room(settings.output, now)
        before = latest(settings.output)
        code = fingerprint(settings.of_rows)
        cache = cache_of(before.path, before.manifest, code, writer()) if before and not full else None
        folder = source
        if origin is None:
            held = None if force else _held(before, cache, settings, now)
            largest = settings.file_limits.file_bytes
            updated = clock.run("update", steps.update, source, work, settings.git, largest, held)
            if before and updated.held:
                told = _unchanged(before, settings, before.manifest["inputs"], direct=direct)
                return _ended(told, source, staging, began)
            folder, origin = updated.folder, updated.origin
        job = replace(_job(folder, work, settings, now), cache=cache)
        found = clock.run("discover", steps.discover, job)
        was_read = clock.run("read", steps.read, job)
        planned = clock.run("plan", steps.plan, job)
        if before and planned.unchanged and not force:
            told = _unchanged(before, settings, _inputs(found, was_read), direct=direct)
            return _ended(told, source, staging, began)
        clock.run("extract", steps.extract, job)
        transformed = clock.run("transform", steps.transform, job)
        checked = clock.run("check", steps.check, job, staging, settings.csv_neutralise_formulas)
        inputs = _inputs(found, was_read)
        named = inputs["found"]
        quarantined = named - transformed.rows["profiles"]
        gated = clock.run("gate", steps.gate, checked, settings.gates.limits, named, quarantined)
        info = ReleaseInfo(
            source_root=origin.root,
            source_commit=origin.commit,
            source_paths=origin.paths,
            source_contents=None if transformed.unread else origin.contents,
            fingerprint=code,
            writer=writer(),
            version=version(),
            inputs=inputs | {"reused": planned.kept, "quarantined": quarantined, "sha256": transformed.inputs},
            settings=settings.recorded | {"today": _day(job)},
            gates=[each.as_json() for each in gated.results],
            timings=dict(clock.seconds),
            forced=(force or past_gates) and bool(gated.failed),
        )
        if gated.failed and not info.forced:
            raise GateError(gated.failed, reject(checked.checked, info))
        summary = BuildSummary(
            source=absolute(source),
            release=staging.id,
            path=absolute(settings.output / RELEASES / staging.id),
            latest=absolute(settings.output / LATEST),
            direct=direct,
            files=named,
            bytes=was_read.bytes,
            profiles=transformed.rows["profiles"],
            skipped=inputs["skipped"],
            other=found.other,
            quarantined=quarantined,
            rows=checked.rows,
            diagnostics=count_rules(work_folder.load_tables(work / "tables")["diagnostics"]),
            seconds=round(time.monotonic() - began, 3),
            excluded=dict(found.excluded),
            reused=planned.kept,
            failed_gates=gated.failed,
            warnings=staging.warnings,
        )
        watcher().publishing(summary)
        clock.run("publish", steps.publish, checked, info)
    return replace(summary, seconds=round(time.monotonic() - began, 3))


def _held(before: Release | None, cache: Cache | None, settings: Settings, now: dt.datetime) -> str | None:
    """The digest of the files that the last release was made from, where it would be made from them again today.

    None where that cannot be told without a look at the files.
    """
    if before is None or cache is None or not (cache.usable and cache.written):
        return None
    contents: str | None = before.manifest["source"].get("contents")
    if contents is None or not same_settings(before.manifest, settings.recorded):
        return None
    due = a_date_came_due(table(before.path, "profiles", DATES), cache.today, now.astimezone(dt.UTC).date())
    return None if due else contents


def _inputs(found: Found, was_read: ReadFiles) -> dict[str, Any]:
    """What was found and read, as release.json has it."""
    return {
        "found": found.files + found.unreadable,
        "read": was_read.files,
        "bytes": was_read.bytes,
        "skipped": found.skipped + sum(found.excluded.values()),
        "excluded": dict(found.excluded),
        "other": found.other,
    }


def _ended(told: BuildSummary, source: Path, staging: Staging, began: float) -> BuildSummary:
    """The summary of a build that ends early, with what is of this build alone."""
    seconds = round(time.monotonic() - began, 3)
    return replace(told, source=absolute(source), warnings=staging.warnings, seconds=seconds)


def _unchanged(before: Release, settings: Settings, inputs: Mapping[str, Any], *, direct: bool) -> BuildSummary:
    """The summary of a build that would have made the last release again; `inputs` as _inputs tells."""
    rows = {name: entry["rows"] for name, entry in before.manifest["tables"].items()}
    return BuildSummary(
        source=absolute(Path(before.manifest["source"]["root"])),
        release=before.id,
        path=absolute(before.path),
        latest=absolute(settings.output / LATEST),
        direct=direct,
        files=inputs["found"],
        bytes=inputs["bytes"],
        profiles=rows["profiles"],
        skipped=inputs["skipped"],
        other=inputs["other"],
        quarantined=inputs["found"] - rows["profiles"],
        rows=rows,
        diagnostics=count_rules(table(before.path, "diagnostics")),
        seconds=0,
        excluded=inputs["excluded"],
        reused=rows["profiles"],
        published=False,
    )


def published(candidate: BuildSummary | None) -> BuildSummary | None:
    """`candidate` where its release is the latest in its output folder: the run broke off, but after publication."""
    if candidate is None or not Path(candidate.latest).is_symlink():
        return None
    return candidate if Path(candidate.latest).readlink().name == candidate.release else None


@contextmanager
def inspected(source: Path, settings: Settings) -> Iterator[dict[str, pa.Table]]:
    """The tables of `source` for the time of the block; nothing is published and nothing stays behind.

    Raises NotADirectoryError where the source is no folder, NothingToBuildError where it holds no profile.
    """
    clock = _Clock()
    with tempfile.TemporaryDirectory(prefix="steckbrief-") as folder:
        job = _job(source, Path(folder), settings, dt.datetime.now(dt.UTC))
        clock.run("discover", PLAIN.discover, job)
        clock.run("read", PLAIN.read, job)
        clock.run("plan", PLAIN.plan, job)
        clock.run("extract", PLAIN.extract, job)
        clock.run("transform", PLAIN.transform, job)
        yield work_folder.load_tables(job.work / "tables")


def _day(job: Job) -> str | None:
    """The day with which dates in profiles were compared: a rebuild needs it to come to the same diagnostics."""
    return job.options.today.isoformat() if job.options.today else None


def _job(source: Path, work: Path, settings: Settings, now: dt.datetime) -> Job:
    options = settings.options(today=now.astimezone(dt.UTC).date())
    return Job(source, work, options, settings.file_limits, settings.workers, settings.selection_in(source))
