"""Arguments and options that several commands share, each declared once with its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def named_path(text: str) -> Path:
    """A path as a person gave it. The empty text would mean the working directory, and comes from a variable unset."""
    if not text:
        raise typer.BadParameter("found an empty text, expected a path.")
    return Path(text)


Source = Annotated[Path, typer.Argument(parser=named_path, metavar="SOURCE", help="Folder with Markdown profiles.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", parser=named_path, metavar="<path>", help="Folder for the releases [default: output]."
    ),
]
Releases = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        parser=named_path,
        metavar="<path>",
        help="Folder with the releases [default: as set, else output].",
    ),
]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Processes that read profiles [default: by the work to do].")
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        parser=named_path,
        metavar="<path>",
        help="The operator's settings file [default: steckbrief.toml in the working directory].",
    ),
]
Prefect = Annotated[bool, typer.Option("--prefect", help="Run as a Prefect flow, on a server started for this run.")]
Direct = Annotated[
    bool,
    typer.Option("--direct", help="Run without Prefect [default: as a flow if a Prefect server is configured]."),
]
Full = Annotated[bool, typer.Option("--full", help="Read every file, whatever the last release has of it.")]
Force = Annotated[bool, typer.Option("--force", help="Publish although nothing changed or a gate failed.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]
