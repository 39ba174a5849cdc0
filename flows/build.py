"""The Prefect flow `build_dataset`: the stages as tasks, with retries, a timeout and a log.

Tasks pass paths and small frozen values, never tables, because Prefect walks through every argument.

Unlike other modules, this one evaluates its annotations: Prefect loads a deployed flow under a module name of its own,
and could not check the flow's parameters if their types were strings.
"""

import datetime as dt
import errno
from collections.abc import Mapping
from functools import partial, wraps
from pathlib import Path
from typing import Annotated, Any, Final, ParamSpec, TypeVar, cast

from prefect import State, Task, flow, get_run_logger, task
from prefect.assets import Asset, AssetProperties, materialize
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas import TaskRun
from prefect.runtime import flow_run
from pydantic import BeforeValidator, Field, WithJsonSchema

from steckbrief.extract.printable import printable
from steckbrief.flows.artifacts import ProgressArtifact, show_build, show_rejected
from steckbrief.flows.deployment import FLOW
from steckbrief.load.errors import GateError
from steckbrief.pipeline.errors import SourceError
from steckbrief.pipeline.progress import Both, watched_by, watcher
from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.results import Built
from steckbrief.pipeline.run import build
from steckbrief.pipeline.settings.load import load_settings
from steckbrief.pipeline.stages import PUBLISH, STAGES, Stage, StageResult
from steckbrief.pipeline.summary import BuildSummary

_TRANSIENT: Final = frozenset({errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.ENETUNREACH})
"""Faults of a network file system that may be gone a moment later."""

ASSET: Final = Asset(
    key="steckbrief://releases/latest",
    properties=AssetProperties(name="steckbrief", description="The latest release of the dataset."),
)
"""The dataset as Prefect knows it. Every publication is a materialization of this asset."""

_TIMEOUT: Final = 3 * 3600
"""Seconds after which a run is stopped. A million profiles take less."""

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result", bound=StageResult)


def _file_system_may_recover(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Return whether a task failed because a network file system is unavailable, not for a lasting reason."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, OSError) and error.errno in _TRANSIENT


def _remote_may_recover(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Return whether a fetch failed because the remote is unavailable, not for a lasting reason."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, SourceError) and error.passing


_RETRIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "update": {"retries": 3, "retry_delay_seconds": [30, 120, 300], "retry_condition_fn": _remote_may_recover},
    "discover": {"retries": 3, "retry_delay_seconds": [10, 60, 300], "retry_condition_fn": _file_system_may_recover},
}


def _as_task(stage: Stage[..., StageResult]) -> Task[..., StageResult]:
    """Return the stage as a task that logs what it did."""

    @wraps(stage.run)
    def run(*args: Any, **kwargs: Any) -> StageResult:
        result = stage.run(*args, **kwargs)
        get_run_logger().info("%s", printable(result.sentence))
        if isinstance(result, Built):
            ASSET.add_metadata({"release": result.release, "path": str(result.path.absolute())})
        return result

    return (partial(materialize, ASSET) if stage is PUBLISH else task)(
        name=stage.name,
        task_run_name=stage.name,
        # Results stay in the process. They are small; everything else is in the work folder.
        persist_result=False,
        cache_policy=NO_CACHE,
        **_RETRIES.get(stage.name, {}),
    )(run)


TASKS: Final[Mapping[str, Task[..., Any]]] = {stage.name: _as_task(stage) for stage in STAGES}


def _run_as_task(stage: Stage[_Arguments, _Result], /, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
    return cast(_Result, TASKS[stage.name](*args, **kwargs))


def _require_path(path: object) -> object:
    """Refuse text that cannot name a file. An empty text would mean the worker's current folder."""
    if isinstance(path, str) and (not path or "\0" in path):
        raise ValueError("expected a path, not empty and without NUL")
    return path


_NamedPath = Annotated[
    Path,
    BeforeValidator(_require_path),
    # The same rule for the server, which applies it before it creates a run.
    WithJsonSchema({"type": "string", "format": "path", "minLength": 1, "pattern": r"^[^\x00]*$"}),
]


def _run_name() -> str:
    """Return the name of a run until its result is known: source and day."""
    return f"{_source_name(flow_run.parameters['source'])}: {dt.datetime.now(dt.UTC):%Y-%m-%d}"


@flow(
    name=FLOW,
    flow_run_name=_run_name,
    persist_result=False,
    timeout_seconds=_TIMEOUT,
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
    """Build and publish a release, unless it would equal the last one.

    Args:
        source: folder with Markdown profiles.
        output: folder for the releases; by default, the one in the settings.
        workers: number of processes that read profiles; by default, it depends on the amount of work.
        config: the operator's settings file; by default, steckbrief.toml in the working directory of the run.
        full: read every file, even if the last release has its rows.
        force: publish even if nothing changed or a gate failed.
    """
    settings = load_settings(source, config, {"output": output, "workers": workers})
    for warning in settings.files.warnings:
        get_run_logger().warning("%s", warning)
    get_run_logger().info("Building %s into %s", source, settings.output)
    progress = ProgressArtifact()
    with watched_by(Both(watcher(), progress)):
        try:
            summary = build(BuildRequest(source, settings, full=full, force=force, direct=False), _run_as_task)
        except GateError as error:
            show_rejected(error.candidate)
            raise
    outcome = f"{summary.profiles} profiles" if summary.published else "nothing changed"
    progress.complete(outcome)
    _rename_run(f"{_source_name(source)}: {outcome}")
    show_build(summary)
    get_run_logger().info("Release %s: %s", summary.release, printable(summary.path))
    return summary


def _source_name(source: str | Path) -> str:
    return printable(Path(source).absolute().name) or str(source)


def _rename_run(name: str) -> None:
    """Give the run a name that says what it built; lists of runs show it."""
    with get_client(sync_client=True) as client:
        client.update_flow_run(flow_run.id, name=name)
