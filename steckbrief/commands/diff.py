"""The command `steckbrief diff`."""

from __future__ import annotations

from typing import Annotated

import typer

from steckbrief.commands.arguments import Releases
from steckbrief.differences import DiffFormat
from steckbrief.terminal import say

ReleaseA = Annotated[
    str, typer.Argument(metavar="A", help="The earlier release: the id of a release or candidate, latest or previous.")
]
ReleaseB = Annotated[str, typer.Argument(metavar="B", help="The later release, in the same form.")]
Form = Annotated[DiffFormat, typer.Option("--format", help="A summary, a tab-separated table, or JSON.")]


def diff(
    before: ReleaseA = "previous",
    after: ReleaseB = "latest",
    *,
    output: Releases = None,
    form: Form = DiffFormat.TEXT,
) -> None:
    """Show the rows that were added, removed or changed between two releases, with their old and new values."""
    from steckbrief.differences import write  # noqa: PLC0415
    from steckbrief.load.history.changes import compare  # noqa: PLC0415
    from steckbrief.load.releases.published import named  # noqa: PLC0415
    from steckbrief.pipeline.settings.load import output_folder  # noqa: PLC0415

    folder = output_folder(output)
    old, new = named(folder, before), named(folder, after)
    for line in write(compare(new.path, old.path).to_pylist(), old.id, new.id, form):
        say(line)
