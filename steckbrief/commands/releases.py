"""The commands about releases that are there: `steckbrief releases`, `verify` and `prune`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from steckbrief.commands.arguments import AsJson, Releases
from steckbrief.extract.printable import printable
from steckbrief.pipeline.errors import ExitCode
from steckbrief.pipeline.results import counted
from steckbrief.terminal import remark, say

_MEGABYTE: Final = 10**6
_COMMIT: Final = 12  # digits of a commit: enough to tell it from every other

Which = Annotated[str, typer.Argument(metavar="RELEASE", help="Id of a release or candidate, latest or previous.")]
All = Annotated[bool, typer.Option("--all", help="Check every release that is there.")]
Keep = Annotated[int, typer.Option("--keep", min=1, help="How many of the newest releases stay.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")]


def releases(*, output: Releases = None, as_json: AsJson = False) -> None:
    """List the releases, newest first, with what each holds and what leads to it."""
    from steckbrief.load.releases.pins import held_by_links  # noqa: PLC0415
    from steckbrief.load.releases.published import release_ids  # noqa: PLC0415
    from steckbrief.pipeline.settings import output_folder  # noqa: PLC0415

    folder = output_folder(output)
    held = held_by_links(folder)
    found = [_told(folder, each, held.get(each)) for each in reversed(release_ids(folder))]
    if as_json:
        _say_json(found)
        return
    if not found:
        say(f"{folder}: no release is there yet.")
    for each in found:
        say(_line(each))


def verify(release: Which = "latest", *, every: All = False, output: Releases = None, as_json: AsJson = False) -> None:
    """Check that a release is as it was published: every file and hash, keys and foreign keys, history."""
    from steckbrief.load.errors import ReleaseError  # noqa: PLC0415
    from steckbrief.load.releases.published import named, release_ids  # noqa: PLC0415
    from steckbrief.load.releases.verify import verify as verify_release  # noqa: PLC0415
    from steckbrief.load.releases.verify import verify_latest  # noqa: PLC0415
    from steckbrief.pipeline.settings import output_folder  # noqa: PLC0415

    folder = output_folder(output)
    faults: list[object] = list(verify_latest(folder))
    wanted = release_ids(folder) if every else [named(folder, release).id]
    for each in wanted:
        try:
            faults += verify_release(named(folder, each))
        except ReleaseError as error:
            faults.append(str(error))
    if as_json:
        _say_json({"releases": wanted, "faults": [str(each) for each in faults]})
    else:
        for fault in faults:
            say(printable(str(fault)))
    if faults:
        remark(f"{counted(len(faults), 'fault')} in {counted(len(wanted), 'release')}.")
        raise typer.Exit(ExitCode.FAILED)
    if not as_json:
        say(f"{counted(len(wanted), 'release')} as published: {', '.join(wanted)}")


def prune(*, keep: Keep = 30, dry_run: DryRun = False, output: Releases = None, as_json: AsJson = False) -> None:
    """Remove old releases but the newest, the last of each month, the latest and the pinned; the history stays."""
    from steckbrief.load.releases.retention import prune as prune_releases  # noqa: PLC0415
    from steckbrief.pipeline.settings import output_folder  # noqa: PLC0415

    done = prune_releases(output_folder(output), keep, dry_run=dry_run)
    if as_json:
        _say_json({"removed": done.removed, "kept": dict(done.kept), "bytes": done.bytes, "dry_run": dry_run})
        return
    for each, why in done.kept.items():
        say(f"kept     {each}  {printable(why)}")
    for each in done.removed:
        say(f"{'old' if dry_run else 'removed':<7}  {each}")
    would = "would be " if dry_run else ""
    say(f"{counted(len(done.removed), 'release')} {would}removed, {done.bytes / _MEGABYTE:,.1f} MB {would}freed.")


def _told(folder: Path, release_id: str, held: str | None) -> dict[str, Any]:
    """What is told of one release; of a damaged one, that it is."""
    from steckbrief.load.errors import ReleaseError  # noqa: PLC0415
    from steckbrief.load.releases.published import RELEASES, read  # noqa: PLC0415

    told: dict[str, Any] = {"release": release_id, "held": held}
    try:
        manifest = read(folder / RELEASES / release_id).manifest
        tables = manifest["tables"]
        return told | {
            "created_at": manifest["created_at"],
            "profiles": tables["profiles"]["rows"],
            "changes": tables["changes"]["rows"],
            "bytes": sum(entry[kind]["bytes"] for entry in tables.values() for kind in ("parquet", "csv"))
            + sum(entry["bytes"] for entry in (*manifest["files"], *manifest.get("history", {}).values())),
            "commit": manifest["source"]["commit"],
            "schema_version": manifest["schema_version"],
            "forced": manifest.get("forced", False),
        }
    except (ReleaseError, KeyError, TypeError) as error:
        return told | {"damaged": str(error)}


def _line(told: dict[str, Any]) -> str:
    held = f"  ({printable(told['held'])})" if told["held"] else ""
    if "damaged" in told:
        return f"{told['release']}  damaged: {printable(told['damaged'])}{held}"
    commit, mark, dirty = (told["commit"] or "").partition("-")
    commit = f"  {printable(commit[:_COMMIT] + mark + dirty)}" if commit else ""
    forced = "  forced" if told["forced"] else ""
    return (
        f"{told['release']:<19}  {counted(told['profiles'], 'profile'):>16}  {counted(told['changes'], 'change'):>16}"
        f"  {told['bytes'] / _MEGABYTE:>8,.1f} MB{commit}{forced}{held}"
    )


def _say_json(value: object) -> None:
    import json  # noqa: PLC0415

    say(json.dumps(value, indent=2, ensure_ascii=False))
