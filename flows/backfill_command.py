"""The command `steckbrief backfill`.

Belongs here: its arguments and what it prints. Does not belong here: which nights there are and how they are built
(backfill.py).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.arguments import AsJson, Config, Force, Output, Workers
from flows.terminal import printable, remark, say

Repository = Annotated[Path, typer.Argument(metavar="REPO", help="A git repository, bare or with a working tree.")]
Paths = Annotated[
    list[str] | None, typer.Option("--path", help="Folder of the repository with profiles; may be repeated [all].")
]
Since = Annotated[dt.datetime, typer.Option("--since", formats=["%Y-%m-%d"], help="Day of the first night.")]
Until = Annotated[dt.datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="Day of the last night.")]
Step = Annotated[str, typer.Option("--every", help="One night a day, a week or a month (its last day).")]
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

    from flows.backfill import Every, Wanted, nights  # noqa: PLC0415
    from flows.backfill import backfill as build_nights  # noqa: PLC0415
    from flows.errors import UsageError  # noqa: PLC0415
    from flows.settings import load_settings  # noqa: PLC0415

    if every not in list(Every):
        raise UsageError(f"--every: found {every!r}, expected {', '.join(Every)}.")
    settings = load_settings(repo, config, {"output": output, "workers": workers})
    days = nights(since.date(), until.date(), Every(every))
    done = []
    for night in build_nights(Wanted(repo, tuple(path or ()), ref, days), settings, force=force):
        done.append(night)
        commit = f" {night.commit[:12]}" if night.commit else ""
        remark(f"{night.time:%Y-%m-%d}{commit}: {printable(night.told)}")
    published = [each for each in done if each.release]
    if as_json:
        say(json.dumps([asdict(each) | {"time": each.time.isoformat()} for each in done], indent=2))
    else:
        say(f"{len(published):,} of {len(done):,} nights published in {settings.output}.")
