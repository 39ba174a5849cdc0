"""The command `steckbrief backfill`."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from steckbrief.commands.arguments import AsJson, Config, Output, Workers, named_path
from steckbrief.extract.printable import printable
from steckbrief.pipeline.signals import Stopped
from steckbrief.terminal import remark, say, warn

Repository = Annotated[
    Path, typer.Argument(parser=named_path, metavar="REPO", help="A git repository, bare or with a working tree.")
]
Paths = Annotated[
    list[str] | None,
    typer.Option("--path", help="Folder of the repository that contains profiles; repeatable [default: all]."),
]
Since = Annotated[dt.datetime, typer.Option("--since", formats=["%Y-%m-%d"], help="Date of the first night.")]
Until = Annotated[dt.datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="Date of the last night.")]
Step = Annotated[str, typer.Option("--every", help="One build per day, week or month (on its last day).")]
Force = Annotated[
    bool,
    typer.Option("--force", help="Publish nights that fail a gate. A night without changes still publishes nothing."),
]
Ref = Annotated[str, typer.Option("--ref", help="Branch, tag or commit whose first-parent history is followed.")]


def backfill(  # noqa: PLR0913 - the options of a command
    repo: Repository,
    *,
    since: Since,
    until: Until,
    path: Paths = None,
    every: Step = "day",
    ref: Ref = "HEAD",
    output: Output = None,
    workers: Workers = None,
    config: Config = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Build releases of past nights from a git history, without checking anything out."""
    import json  # noqa: PLC0415

    from steckbrief.pipeline.backfill.builder import BackfillRequest  # noqa: PLC0415
    from steckbrief.pipeline.backfill.builder import backfill as build_nights  # noqa: PLC0415
    from steckbrief.pipeline.backfill.nights import Every, nights, past  # noqa: PLC0415
    from steckbrief.pipeline.errors import UsageError  # noqa: PLC0415
    from steckbrief.pipeline.run import freeze_imports  # noqa: PLC0415
    from steckbrief.pipeline.settings.load import load_settings, require_utf8  # noqa: PLC0415

    if every not in list(Every):
        raise UsageError(f"--every: found {every!r}, expected {', '.join(Every)}.")
    settings = load_settings(repo, config, {"output": output, "workers": workers})
    warn(settings.files.warnings)
    folders = tuple(path or ())
    for folder in folders:
        require_utf8(Path(folder))
    requested_nights = nights(since.date(), until.date(), Every(every))
    past_nights = past(requested_nights, dt.datetime.now(dt.UTC))
    if past_nights != requested_nights:
        remark(f"{requested_nights[len(past_nights)]:%Y-%m-%d} (UTC) is not over yet; the backfill stops before it.")
    options = [("--path", folder) for folder in folders]
    options += [("--ref", ref), ("--every", every), ("--since", f"{since:%Y-%m-%d}")]
    options += [(name, str(value)) for name, value in (("--output", output), ("--config", config)) if value]
    command = ("steckbrief", "backfill", str(repo), *(word for option in options for word in option))
    request = BackfillRequest(repo, folders, ref, past_nights, command)
    results = []
    freeze_imports()
    try:
        for night in build_nights(request, settings, past_gates=force):
            results.append(night)
            commit = f" {night.commit[:12]}" if night.commit else ""
            remark(f"{night.time:%Y-%m-%d}{commit}: {printable(night.outcome)}")
    except Stopped as stopped:
        remark(f"{stopped}; the finished nights are kept. Run the same command again to continue.")
        raise typer.Exit(stopped.exit_code) from stopped
    if as_json:
        say(json.dumps([asdict(night) | {"time": night.time.isoformat()} for night in results], indent=2))
    else:
        published = sum(night.release is not None for night in results)
        say(f"{published:,} of {len(results):,} nights published in {settings.output}.")
