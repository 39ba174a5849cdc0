"""The Prefect flow `build_dataset`: the stages as tasks, with retries and a timeout, and their log.

Tasks are handed paths and small frozen values, never tables: Prefect walks through every argument.

Annotations are evaluated here, unlike elsewhere: a served flow is loaded from its file under a name of Prefect's own,
and the flow's parameters could not be checked if their types were text.
"""

import datetime as dt
import errno
from pathlib import Path
from typing import Annotated, Any, Final, Protocol, TypeVar

from prefect import State, Task, flow, get_run_logger, task
from prefect.assets import Asset, AssetProperties, materialize
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas import TaskRun
from prefect.runtime import flow_run
from pydantic import BeforeValidator, Field, WithJsonSchema

from steckbrief.extract.printable import printable
from steckbrief.flows.artifacts import ProgressArtifact, show, show_rejected
from steckbrief.flows.deployment import FLOW
from steckbrief.load.errors import GateError
from steckbrief.load.gates import Limits
from steckbrief.load.release import ReleaseInfo, Staging
from steckbrief.pipeline import stages
from steckbrief.pipeline.errors import SourceError
from steckbrief.pipeline.git_settings import GitSettings
from steckbrief.pipeline.progress import Both, watched_by, watcher
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
)
from steckbrief.pipeline.run import Steps, build
from steckbrief.pipeline.settings import load_settings
from steckbrief.pipeline.summary import BuildSummary

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
def update(source: Path, work: Path, settings: GitSettings, largest: int, held: str | None) -> Updated:
    """Bring a source in git up to date."""
    return _logged(stages.update(source, work, settings, largest, held))


@task(
    name="discover",
    task_run_name="discover",
    persist_result=False,
    cache_policy=NO_CACHE,
    retries=3,
    retry_delay_seconds=[10, 60, 300],
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


_TASKS = Steps(update, discover, read, plan, extract, transform, check, gate, publish)


def _named(path: object) -> object:
    """Let through only what can name a file: the empty text would mean the folder the worker happens to run in."""
    if isinstance(path, str) and (not path or "\0" in path):
        raise ValueError("expected a path, not empty and without NUL")
    return path


_NamedPath = Annotated[
    Path,
    BeforeValidator(_named),
    # The same for the server, which refuses by this schema before a run is made.
    WithJsonSchema({"type": "string", "format": "path", "minLength": 1, "pattern": r"^[^\x00]*$"}),
]


def _run_name() -> str:
    """A run's name until it is known what it built: source and day."""
    return f"{_source_name(flow_run.parameters['source'])}: {dt.datetime.now(dt.UTC):%Y-%m-%d}"


@flow(
    name=FLOW,
    flow_run_name=_run_name,
    persist_result=False,
    timeout_seconds=_LONGEST,
    description="Turn a folder of Markdown profiles into a published release of typed tables.",
)
def build_dataset(
    source: _NamedPath = Path("raw"),
    output: _NamedPath | None = None,
    workers: Annotated[int | None, Field(ge=1, le=64)] = None,
    config: _NamedPath | None = None,
    full: bool = False,  # noqa: FBT001, FBT002 - a flow's parameters are given by name
    force: bool = False,  # noqa: FBT001, FBT002
) -> BuildSummary:
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
    progress = ProgressArtifact()
    with watched_by(Both(watcher(), progress)):
        try:
            summary = build(source, settings, _TASKS, direct=False, full=full, force=force)
        except GateError as error:
            show_rejected(error.candidate)
            raise
    told = f"{summary.profiles} profiles" if summary.published else "nothing changed"
    progress.complete(told)
    _rename_run(f"{_source_name(source)}: {told}")
    show(summary)
    get_run_logger().info("Release %s: %s", summary.release, printable(summary.path))
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
