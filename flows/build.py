"""The Prefect flow `build_dataset`: the stages as tasks, their log, and what the run page shows.

Belongs here: everything that imports Prefect. Does not belong here: what a stage does (stages.py) or their order
(run.py). Tasks are handed paths and small frozen values, never tables: Prefect walks through every argument.

Annotations are evaluated here, unlike elsewhere: a served flow is loaded from its file under a name of Prefect's own,
and the flow's parameters could not be checked if their types were text.
"""

import datetime as dt
import errno
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Final, Protocol, TypeVar, cast
from uuid import UUID

from flows import environment

environment.prepare()  # before Prefect reads it

from prefect import State, Task, flow, get_run_logger, task  # noqa: E402
from prefect.artifacts import (  # noqa: E402
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.assets import Asset, AssetProperties, materialize  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.client.orchestration import get_client  # noqa: E402
from prefect.client.schemas import TaskRun  # noqa: E402
from prefect.runtime import flow_run  # noqa: E402
from pydantic import Field  # noqa: E402

from flows import stages  # noqa: E402
from flows.errors import SourceError  # noqa: E402
from flows.git_settings import GitSettings  # noqa: E402
from flows.job import Built, CheckedRelease, Extracted, Found, Gated, Job, Planned, ReadFiles, Transformed, Updated  # noqa: E402
from flows.progress import Both, Progress, watched_by, watcher  # noqa: E402
from flows.report import Summary, rules_as_markdown  # noqa: E402
from flows.run import Steps, build  # noqa: E402
from flows.settings import load_settings  # noqa: E402
from flows.terminal import printable  # noqa: E402
from load.gates import Limits  # noqa: E402
from load.release import ReleaseInfo, Staging  # noqa: E402

_PASSING: Final = frozenset({errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.ENETUNREACH})
"""Faults of a network file system that may be gone a moment later; any other failure would only fail again."""


ASSET: Final = Asset(
    key="steckbrief://releases/latest",
    properties=AssetProperties(name="steckbrief", description="The latest release of the dataset."),
)
"""What Prefect knows the dataset as; every publication is a materialization of it."""

_LONGEST: Final = 3 * 3600
"""Seconds after which a run is stopped: a million profiles take less, and by then nobody waits for it any more."""


class _Told(Protocol):
    @property
    def sentence(self) -> str: ...


_Result = TypeVar("_Result", bound=_Told)


def _may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether a failed task is worth another try."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, OSError) and error.errno in _PASSING


def _may_answer_later(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether fetching again may help: a remote that is away, not one that has another history."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, SourceError) and error.passing


# Results stay in the process: they are small, and files in the work folder hold the rest.
@task(
    name="update",
    task_run_name="update",
    persist_result=False,
    cache_policy=NO_CACHE,
    retries=3,
    retry_delay_seconds=[30, 120, 300],
    retry_condition_fn=_may_answer_later,
)
def update(source: Path, work: Path, settings: GitSettings, largest: int) -> Updated:
    """Bring a source in git up to date."""
    return _logged(stages.update(source, work, settings, largest))


@task(
    name="discover",
    task_run_name="discover",
    persist_result=False,
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=10,
    retry_condition_fn=_may_pass,
)
def discover(job: Job) -> Found:
    """Find the profile files of the source."""
    return _logged(stages.discover(job))


@task(name="read", task_run_name="read", persist_result=False, cache_policy=NO_CACHE)
def read(job: Job) -> ReadFiles:
    """Identify every file by its content and sort out unreadable ones."""
    return _logged(stages.read(job))


@task(name="plan", task_run_name="plan", persist_result=False, cache_policy=NO_CACHE)
def plan(job: Job) -> Planned:
    """Decide what of the last release still holds."""
    return _logged(stages.plan(job))


@task(name="extract", task_run_name="extract", persist_result=False, cache_policy=NO_CACHE)
def extract(job: Job) -> Extracted:
    """Turn every file into rows; owns the worker processes where there are several."""
    return _logged(stages.extract(job))


@task(name="transform", task_run_name="transform", persist_result=False, cache_policy=NO_CACHE)
def transform(job: Job) -> Transformed:
    """Put the rows together and add what depends on all profiles."""
    return _logged(stages.transform(job))


@task(name="check", task_run_name="check", persist_result=False, cache_policy=NO_CACHE)
def check(job: Job, staging: Staging, neutralise: bool) -> CheckedRelease:  # noqa: FBT001 - as the stage takes it
    """Write the release out of sight, read it back and hold it against the schema."""
    return _logged(stages.check(job, staging, neutralise))


@task(name="gate", task_run_name="gate", persist_result=False, cache_policy=NO_CACHE)
def gate(candidate: CheckedRelease, limits: Limits, files: int, quarantined: int) -> Gated:
    """Hold the release against the limits and the last release."""
    return _logged(stages.gate(candidate, limits, files, quarantined))


@materialize(ASSET, name="publish", task_run_name="publish", persist_result=False, cache_policy=NO_CACHE)
def publish(candidate: CheckedRelease, info: ReleaseInfo) -> Built:
    """Rename the checked release into place, move `latest` to it, and record it as an asset."""
    built = _logged(stages.publish(candidate, info))
    ASSET.add_metadata({"release": built.release, "path": str(built.path.absolute())})
    return built


class _ProgressArtifact(Progress):
    """Progress as an artifact of the run: one step per stage."""

    def __init__(self) -> None:
        self._done = 0
        # From a flow that is no coroutine, Prefect answers with the id itself.
        self._artifact = cast(UUID, create_progress_artifact(0.0, key="progress", description="Stages that are done"))

    def end(self, stage: str, sentence: str) -> None:
        """Count the stage, and say what it did."""
        self._done += 1
        share = min(100.0 * self._done / len(fields(Steps)), 100.0)
        update_progress_artifact(self._artifact, progress=share, description=printable(f"{stage}: {sentence}"))

    def complete(self, told: str) -> None:
        """The run is done, with whatever stages it needed: a night without changes ends after the plan."""
        update_progress_artifact(self._artifact, progress=100.0, description=told)


_TASKS = Steps(update, discover, read, plan, extract, transform, check, gate, publish)


def _run_name() -> str:
    """A run's name until it is known what it built: source and day."""
    return f"{_source_name(flow_run.parameters['source'])}: {dt.datetime.now(dt.UTC):%Y-%m-%d}"


@flow(
    name="build_dataset",
    flow_run_name=_run_name,
    persist_result=False,
    timeout_seconds=_LONGEST,
    description="Turn a folder of Markdown profiles into a published release of typed tables.",
)
def build_dataset(
    source: Path = Path("raw"),
    output: Path | None = None,
    workers: Annotated[int | None, Field(ge=1, le=64)] = None,
    config: Path | None = None,
    full: bool = False,  # noqa: FBT001, FBT002 - a flow's parameters are given by name
    force: bool = False,  # noqa: FBT001, FBT002
) -> Summary:
    """Build and publish a release; nothing where it would be the last one again.

    Args:
        source: folder with Markdown profiles.
        output: folder for the releases; from the settings where not given.
        workers: processes that read profiles; chosen by the work to do where not given.
        config: settings file; steckbrief.toml beside the source where not given.
        full: read every file, whatever the last release has of it.
        force: publish although nothing changed or a gate failed.
    """
    settings = load_settings(source, config, {"output": output, "workers": workers})
    get_run_logger().info("Building %s into %s", source, settings.output)
    progress = _ProgressArtifact()
    with watched_by(Both(watcher(), progress)):
        summary = build(source, settings, _TASKS, direct=False, full=full, force=force)
    told = f"{summary.profiles} profiles" if summary.published else "nothing changed"
    progress.complete(told)
    _rename_run(f"{_source_name(source)}: {told}")
    _show(summary)
    return summary


def _logged(result: _Result) -> _Result:
    get_run_logger().info("%s", printable(result.sentence))
    return result


def _source_name(source: str | Path) -> str:
    return printable(Path(source).absolute().name) or str(source)


def _rename_run(name: str) -> None:
    """Let the list of runs say what each one built."""
    with get_client(sync_client=True) as client:
        client.update_flow_run(flow_run.id, name=name)


def _show(summary: Summary) -> None:
    """Put the figures of the summary on the run page."""
    create_table_artifact(
        key="rows-per-table",
        table=[{"table": name, "rows": rows} for name, rows in summary.rows.items()],
        description=f"Rows per table of release {summary.release}",
    )
    create_markdown_artifact(
        key="diagnostics-by-rule",
        markdown=f"# Diagnostics of release {summary.release}\n\n{rules_as_markdown(summary.diagnostics)}\n",
        description=f"{summary.quarantined} of {summary.files} files quarantined",
    )
    create_link_artifact(
        key="release",
        link=Path(summary.path).as_uri(),
        link_text=f"Release {summary.release}",
        description=f"Folder of the release: {printable(summary.path)}",
    )
    get_run_logger().info("Release %s: %s", summary.release, summary.path)
