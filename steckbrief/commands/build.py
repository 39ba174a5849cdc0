"""The command `steckbrief build`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from steckbrief.commands.arguments import AsJson, Config, Direct, Force, Full, Output, Source, Workers
from steckbrief.load.errors import GateError, LoadError
from steckbrief.pipeline.errors import CommandError, ServerError, exit_code, message
from steckbrief.pipeline.signals import Stopped
from steckbrief.terminal import remark, say, shown_progress

if TYPE_CHECKING:
    from steckbrief.pipeline.settings import Settings
    from steckbrief.pipeline.summary import BuildSummary


def build(  # noqa: PLR0913 - the options of a command
    source: Source = Path("raw"),
    output: Output = None,
    *,
    workers: Workers = None,
    config: Config = None,
    direct: Direct = False,
    full: Full = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Extract, transform, check and publish a release of SOURCE."""
    began = time.monotonic()
    with _failure_as_json(as_json=as_json):
        from steckbrief.pipeline.settings import load_settings  # noqa: PLC0415

        # Read before anything else begins, so that a mistake in them costs no time.
        settings = load_settings(source, config, {"output": output, "workers": workers})
        flow = {"output": output, "workers": workers, "config": config}
        summary = _build(source, settings, None if direct else flow, full=full, force=force)
    from steckbrief import summary as forms  # noqa: PLC0415

    if as_json:
        say(json.dumps(forms.as_json(summary), indent=2, ensure_ascii=False))
    else:
        say(forms.as_text(summary, time.monotonic() - began))


@contextmanager
def _failure_as_json(*, as_json: bool) -> Iterator[None]:
    """Where the account is asked for as JSON, tell of a failure in that form too, before it takes its way."""
    try:
        yield
    except (CommandError, LoadError, OSError) as error:
        if as_json:
            gate = error if isinstance(error, GateError) else None
            told = {
                "published": False,
                "exit_code": int(exit_code(error)),
                "error": message(error),
                "failed_gates": list(gate.failed) if gate else [],
                "candidate": str(gate.candidate) if gate else None,
            }
            say(json.dumps(told, indent=2, ensure_ascii=False))
        raise


def _build(source: Path, settings: Settings, flow: dict[str, Any] | None, *, full: bool, force: bool) -> BuildSummary:
    """Build as a flow with these parameters, or without Prefect where None.

    A run that breaks off after publication has published all the same, and says so.
    """
    from steckbrief.pipeline import run  # noqa: PLC0415

    with shown_progress() as progress:
        try:
            if flow is None:
                run.settle()
                return run.build(run.BuildRequest(source, settings, full=full, force=force))
            return _with_prefect(source, **flow, full=full, force=force)
        except (ServerError, Stopped) as error:
            published = run.published(progress.candidate)
            if published is None:
                raise
            if isinstance(error, Stopped):
                remark(f"{error}, after release {published.release} was published.")
                raise typer.Exit(error.exit_code) from error
            remark(f"Release {published.release} was published, but its run is not recorded in full: {error.reason}.")
            return published


def _with_prefect(source: Path, **parameters: Any) -> BuildSummary:
    """Run the flow on the embedded server, or on PREFECT_API_URL where that is set."""
    from steckbrief.flows import environment  # noqa: PLC0415
    from steckbrief.pipeline.progress import watcher  # noqa: PLC0415

    watcher().begin("start Prefect")
    from steckbrief.flows.server import run_flow  # noqa: PLC0415

    environment.calm_console()
    return run_flow(source, **parameters)
