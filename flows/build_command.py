"""The command `steckbrief build`.

Belongs here: its arguments, with or without Prefect, and what it prints. Does not belong here: building (run.py), the
flow (build.py), or the form of the account (report.py).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from flows.arguments import AsJson, Config, Direct, Force, Full, Output, Source, Workers
from flows.errors import CommandError, ServerError, exit_code, message
from flows.signals import Stopped
from flows.terminal import remark, say, shown_progress
from load.errors import GateError, LoadError

if TYPE_CHECKING:
    from flows.report import Summary
    from flows.settings import Settings


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
        from flows.settings import load_settings  # noqa: PLC0415

        # Read before anything else begins, so that a mistake in them costs no time.
        settings = load_settings(source, config, {"output": output, "workers": workers})
        flow = {"output": output, "workers": workers, "config": config}
        summary = _build(source, settings, None if direct else flow, full=full, force=force)
    from flows import report  # noqa: PLC0415

    if as_json:
        say(json.dumps(report.as_json(summary), indent=2, ensure_ascii=False))
    else:
        say(report.as_text(summary, time.monotonic() - began))


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


def _build(source: Path, settings: Settings, flow: dict[str, Any] | None, *, full: bool, force: bool) -> Summary:
    """Build as a flow with these parameters, or without Prefect where None.

    A run that breaks off after publication has published all the same, and says so.
    """
    from flows import run  # noqa: PLC0415

    with shown_progress() as progress:
        try:
            if flow is None:
                run.settle()
                return run.build(source, settings, full=full, force=force)
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


def _with_prefect(source: Path, **parameters: Any) -> Summary:
    """Run the flow on the embedded server, or on PREFECT_API_URL where that is set."""
    from flows import environment  # noqa: PLC0415
    from flows.progress import watcher  # noqa: PLC0415

    watcher().begin("start Prefect")
    from flows.server import run_flow  # noqa: PLC0415

    environment.calm_console()
    return run_flow(source, **parameters)
