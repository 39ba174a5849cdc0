"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def named_path(text: str) -> Path:
    """Return the path that an argument names.

    Empty text usually comes from an unset shell variable. As a path it would mean the working directory.

    Raises:
        typer.BadParameter: the text is empty.
    """
    if not text:
        raise typer.BadParameter("found empty text, expected a path.")
    return Path(text)


Source = Annotated[Path, typer.Argument(parser=named_path, metavar="SOURCE", help="Folder with Markdown profiles.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", parser=named_path, metavar="<path>", help="Folder to publish releases in [default: output]."
    ),
]
Releases = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        parser=named_path,
        metavar="<path>",
        help="Folder that contains the releases [default: the setting, or output].",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", help="Number of processes that read profiles [default: automatic]."),
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
Prefect = Annotated[
    bool, typer.Option("--prefect", help="Run as a Prefect flow on a server that is started for this run.")
]
Direct = Annotated[
    bool,
    typer.Option("--direct", help="Run without Prefect [default: as a flow if a Prefect server is configured]."),
]
Full = Annotated[
    bool, typer.Option("--full", help="Read every file again, even if the last release already contains it.")
]
Force = Annotated[bool, typer.Option("--force", help="Publish even if nothing changed or a gate failed.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]
