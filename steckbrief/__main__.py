"""The `steckbrief` command: it assembles the commands and turns errors into exit codes.

Every command imports what is heavy when it runs, so that `steckbrief --help` answers at once.
"""

from __future__ import annotations

import sys
from typing import Final

import typer

from steckbrief.commands.backfill import backfill
from steckbrief.commands.build import build
from steckbrief.commands.check import check
from steckbrief.commands.diff import diff
from steckbrief.commands.prune import prune
from steckbrief.commands.releases import releases
from steckbrief.commands.verify import verify
from steckbrief.commands.vocabulary import vocabulary
from steckbrief.extract.printable import printable
from steckbrief.load.errors import LoadError
from steckbrief.pipeline.errors import CommandError, exit_code, message
from steckbrief.pipeline.signals import Stopped, raise_on_signals
from steckbrief.terminal import prepare_streams, remark

app: Final = typer.Typer(
    help="Turn a folder of Markdown profiles into normalized, versioned, analysis-ready tables.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for _command in (build, check, vocabulary, diff, releases, verify, prune, backfill):
    app.command()(_command)


def main() -> None:
    """Run the command line and end the process with the exit code that says how it went."""
    prepare_streams()
    raise_on_signals()
    try:
        app()
    except (CommandError, LoadError, OSError) as error:
        lines = [f"error: {message(error)}", *getattr(error, "__notes__", ())]
        remark("\n".join(printable(line) for text in lines for line in text.splitlines()))
        sys.exit(exit_code(error))
    except Stopped as stopped:
        remark(f"{stopped}; nothing was published.")
        sys.exit(stopped.exit_code)


if __name__ == "__main__":
    main()
