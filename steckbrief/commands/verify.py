"""The command `steckbrief verify`."""

from __future__ import annotations

from typing import Annotated

import typer

from steckbrief.commands.arguments import AsJson, Releases
from steckbrief.extract.printable import printable
from steckbrief.pipeline.errors import ExitCode
from steckbrief.pipeline.results import counted
from steckbrief.terminal import remark, say, say_json

Which = Annotated[str, typer.Argument(metavar="RELEASE", help="The id of a release or candidate, latest or previous.")]
All = Annotated[bool, typer.Option("--all", help="Check every release.")]


def verify(release: Which = "latest", *, every: All = False, output: Releases = None, as_json: AsJson = False) -> None:
    """Check that a release is undamaged: files and hashes, keys and foreign keys, history."""
    from steckbrief.load.errors import ReleaseError  # noqa: PLC0415
    from steckbrief.load.releases.published import named, release_ids  # noqa: PLC0415
    from steckbrief.load.releases.verify import verify as verify_release  # noqa: PLC0415
    from steckbrief.load.releases.verify import verify_latest  # noqa: PLC0415
    from steckbrief.pipeline.settings.load import output_folder  # noqa: PLC0415

    folder = output_folder(output)
    faults: list[object] = list(verify_latest(folder))
    ids = release_ids(folder) if every else [named(folder, release).id]
    for release_id in ids:
        try:
            faults += verify_release(named(folder, release_id))
        except ReleaseError as error:
            faults.append(str(error))
    if as_json:
        say_json({"releases": ids, "faults": [str(fault) for fault in faults]})
    else:
        for fault in faults:
            say(printable(str(fault)))
    if faults:
        remark(f"{counted(len(faults), 'fault')} in {counted(len(ids), 'release')}.")
        raise typer.Exit(ExitCode.FAILED)
    if not as_json:
        say(f"{counted(len(ids), 'release')} undamaged: {', '.join(ids)}")
