"""The `steckbrief` command: assembles the commands and turns errors into exit codes.

Commands import heavy modules only when they run, so `steckbrief --help` answers at once.
"""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from steckbrief.commands.backfill import backfill
from steckbrief.commands.build import build
from steckbrief.commands.check import check
from steckbrief.commands.diff import diff
from steckbrief.commands.nightly import nightly
from steckbrief.commands.prune import prune
from steckbrief.commands.releases import releases
from steckbrief.commands.verify import verify
from steckbrief.commands.vocabulary import vocabulary
from steckbrief.extract.printable import printable
from steckbrief.load.errors import LoadError
from steckbrief.pipeline.errors import CommandError, exit_code, message
from steckbrief.pipeline.signals import Stopped, raise_on_signals
from steckbrief.terminal import prepare_streams, remark, say

app: Final = typer.Typer(
    help="Turn a folder of Markdown profiles into normalized, versioned, analysis-ready tables.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(requested: bool) -> None:  # noqa: FBT001 - Typer passes an option's value by position
    if requested:
        from steckbrief.pipeline.provenance import version  # noqa: PLC0415

        say(f"steckbrief {version()}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """The options of the command line itself."""


for _command in (build, check, vocabulary, diff, releases, verify, prune, backfill, nightly):
    app.command()(_command)


def main() -> None:
    """Run the command line and exit with the exit code of its outcome."""
    prepare_streams()
    raise_on_signals()
    try:
        app(prog_name="steckbrief")  # not "python -m steckbrief", which no shell can complete
    except (CommandError, LoadError, OSError) as error:
        lines = [f"error: {message(error)}", *getattr(error, "__notes__", ())]
        remark("\n".join(printable(line) for text in lines for line in text.splitlines()))
        sys.exit(exit_code(error))
    except Stopped as stopped:
        remark(f"{stopped}; nothing was published.")
        sys.exit(stopped.exit_code)


if __name__ == "__main__":
    main()
