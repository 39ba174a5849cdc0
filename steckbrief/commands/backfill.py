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
from steckbrief.terminal import remark, say

Repository = Annotated[
    Path, typer.Argument(parser=named_path, metavar="REPO", help="A git repository, bare or with a working tree.")
]
Paths = Annotated[
    list[str] | None, typer.Option("--path", help="Folder of the repository with profiles; may be repeated [all].")
]
Since = Annotated[dt.datetime, typer.Option("--since", formats=["%Y-%m-%d"], help="Day of the first night.")]
Until = Annotated[dt.datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="Day of the last night.")]
Step = Annotated[str, typer.Option("--every", help="One night a day, a week or a month (its last day).")]
Force = Annotated[
    bool, typer.Option("--force", help="Publish nights that fail a gate; those without a change publish nothing.")
]
Ref = Annotated[str, typer.Option("--ref", help="Branch, tag or commit whose line of first parents is followed.")]


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
    """Build the nights of the past from a git history, each as it was then, without checking anything out."""
    import json  # noqa: PLC0415

    from steckbrief.pipeline.backfill import BackfillRequest  # noqa: PLC0415
    from steckbrief.pipeline.backfill import backfill as build_nights  # noqa: PLC0415
    from steckbrief.pipeline.errors import UsageError  # noqa: PLC0415
    from steckbrief.pipeline.nights import Every, nights, past  # noqa: PLC0415
    from steckbrief.pipeline.run import freeze_imports  # noqa: PLC0415
    from steckbrief.pipeline.settings import load_settings, require_utf8  # noqa: PLC0415

    if every not in list(Every):
        raise UsageError(f"--every: found {every!r}, expected {', '.join(Every)}.")
    settings = load_settings(repo, config, {"output": output, "workers": workers})
    for each in path or ():
        require_utf8(Path(each))
    asked = nights(since.date(), until.date(), Every(every))
    over = past(asked, dt.datetime.now(dt.UTC))
    if over != asked:
        remark(f"{asked[len(over)]:%Y-%m-%d} is not over yet (UTC): nights from then on are left out.")
    given = [("--path", each) for each in path or ()]
    given += [("--ref", ref), ("--every", every), ("--since", f"{since:%Y-%m-%d}")]
    given += [(name, str(value)) for name, value in (("--output", output), ("--config", config)) if value]
    command = ("steckbrief", "backfill", str(repo), *(word for pair in given for word in pair))
    request = BackfillRequest(repo, tuple(path or ()), ref, over, command)
    done = []
    freeze_imports()
    try:
        for night in build_nights(request, settings, past_gates=force):
            done.append(night)
            commit = f" {night.commit[:12]}" if night.commit else ""
            remark(f"{night.time:%Y-%m-%d}{commit}: {printable(night.outcome)}")
    except Stopped as stopped:
        remark(f"{stopped}; finished nights stay. Run the same backfill again to continue.")
        raise typer.Exit(stopped.exit_code) from stopped
    published = [each for each in done if each.release]
    if as_json:
        say(json.dumps([asdict(each) | {"time": each.time.isoformat()} for each in done], indent=2))
    else:
        say(f"{len(published):,} of {len(done):,} nights published in {settings.output}.")
