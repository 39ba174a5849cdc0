"""The command `steckbrief build`."""

from __future__ import annotations

import atexit
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import typer

from steckbrief.commands.arguments import AsJson, Config, Direct, Force, Full, Output, Prefect, Source, Workers
from steckbrief.load.errors import GateError, LoadError, UnconfirmedError
from steckbrief.pipeline.errors import CommandError, ServerError, UsageError, exit_code, message
from steckbrief.pipeline.signals import Stopped
from steckbrief.terminal import remark, say, shown_progress, warn

if TYPE_CHECKING:
    from steckbrief.pipeline.settings.load import Settings
    from steckbrief.pipeline.summary import BuildSummary

_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # A server that ends with the build needs no pages.
        "PREFECT_SERVER_UI_ENABLED": "false",
        # A local server that does not answer after two retries is gone. Prefect's default of five retries takes
        # minutes for each request.
        "PREFECT_CLIENT_MAX_RETRIES": "2",
    }
)
"""Settings for a server that runs for one build."""


def build(  # noqa: PLR0913 - the options of a command
    source: Source = Path("raw"),
    output: Output = None,
    *,
    workers: Workers = None,
    config: Config = None,
    prefect: Prefect = False,
    direct: Direct = False,
    full: Full = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Extract, transform, check and publish a release of SOURCE."""
    began = time.monotonic()
    with _failure_as_json(as_json=as_json):
        if prefect and direct:
            raise UsageError("--prefect and --direct cannot be used together. Choose one.")
        from steckbrief.pipeline.settings.load import load_settings  # noqa: PLC0415

        # The settings come first, so that a mistake in them costs no time.
        settings = load_settings(source, config, {"output": output, "workers": workers})
        warn(settings.files.warnings)
        if direct or not (prefect or _is_server_configured()):
            run = partial(_run_directly, source, settings)
        else:
            run = partial(_run_flow, source, own_server=prefect, output=output, workers=workers, config=config)
        summary = _with_progress(partial(run, full=full, force=force))
    from steckbrief import summary as forms  # noqa: PLC0415

    if as_json:
        say(json.dumps(forms.as_json(summary), indent=2, ensure_ascii=False))
    else:
        say(forms.as_text(summary, time.monotonic() - began))


@contextmanager
def _failure_as_json(*, as_json: bool) -> Iterator[None]:
    """If the result is to be JSON, report a failure as JSON too, then re-raise it."""
    try:
        yield
    except (CommandError, LoadError, OSError) as error:
        if as_json:
            gate = error if isinstance(error, GateError) else None
            report = {
                "published": isinstance(error, UnconfirmedError),
                "exit_code": int(exit_code(error)),
                "error": message(error),
                "failed_gates": list(gate.failed) if gate else [],
                "candidate": str(gate.candidate) if gate else None,
            }
            say(json.dumps(report, indent=2, ensure_ascii=False))
        raise


def _with_progress(run: Callable[[], BuildSummary]) -> BuildSummary:
    """Show the progress of a run. If it breaks off after publication, say so; the release counts."""
    from steckbrief.pipeline.run import published  # noqa: PLC0415

    with shown_progress() as progress:
        try:
            return run()
        except (ServerError, Stopped) as error:
            release = published(progress.candidate)
            if release is None:
                raise
            if isinstance(error, Stopped):
                remark(f"{error}, after release {release.release} was published.")
                raise typer.Exit(error.exit_code) from error
            remark(f"Release {release.release} was published, but its run is not recorded in full: {error.reason}.")
            return release


def _run_directly(source: Path, settings: Settings, *, full: bool, force: bool) -> BuildSummary:
    from steckbrief.pipeline import run  # noqa: PLC0415

    run.freeze_imports()
    return run.build(run.BuildRequest(source, settings, full=full, force=force))


def _is_server_configured() -> bool:
    from steckbrief.flows.server import is_configured  # noqa: PLC0415

    return is_configured()


def _run_flow(source: Path, *, own_server: bool, **parameters: Any) -> BuildSummary:
    """Run the flow on the configured server, or on a server started for this run."""
    from steckbrief.flows.server import server  # noqa: PLC0415
    from steckbrief.pipeline.progress import watcher  # noqa: PLC0415

    watcher().begin("start Prefect")
    if own_server:
        # It runs until this process exits, because that is when Prefect sends the last log lines and events.
        stack = ExitStack()
        atexit.register(stack.close)
        stack.enter_context(server(_home(), settings=_SETTINGS)).adopt()
    from steckbrief.flows.client import run_flow  # noqa: PLC0415 - imports Prefect, which then reads its settings

    return run_flow(source, **parameters)


def _home() -> Path:
    """Return the PREFECT_HOME of servers that run for one build, in the user's state folder (XDG base directories)."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "steckbrief" / "prefect"
