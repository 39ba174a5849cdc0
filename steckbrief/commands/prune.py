"""The command `steckbrief prune`."""

from __future__ import annotations

from typing import Annotated

import typer

from steckbrief.commands.arguments import AsJson, Releases
from steckbrief.extract.printable import printable
from steckbrief.pipeline.results import counted
from steckbrief.terminal import MEGABYTE, say, say_json

Keep = Annotated[int, typer.Option("--keep", min=1, help="Number of newest releases to keep.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be removed, and remove nothing.")]


def prune(*, keep: Keep = 30, dry_run: DryRun = False, output: Releases = None, as_json: AsJson = False) -> None:
    """Remove old releases. The newest, the last of each month, latest, pinned ones and the history are kept."""
    from steckbrief.load.releases.retention import prune as prune_releases  # noqa: PLC0415
    from steckbrief.pipeline.settings.load import output_folder  # noqa: PLC0415

    outcome = prune_releases(output_folder(output), keep, dry_run=dry_run)
    if as_json:
        say_json({"removed": outcome.removed, "kept": dict(outcome.kept), "bytes": outcome.bytes, "dry_run": dry_run})
        return
    for release_id, reason in outcome.kept.items():
        say(f"kept     {release_id}  {printable(reason)}")
    for release_id in outcome.removed:
        say(f"{'old' if dry_run else 'removed':<7}  {release_id}")
    would = "would be " if dry_run else ""
    freed = f"{outcome.bytes / MEGABYTE:,.1f} MB {would}freed"
    say(f"{counted(len(outcome.removed), 'release')} {would}removed, {freed}.")
