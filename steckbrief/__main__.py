"""The `steckbrief` command: arguments in, exit code out.

Everything heavy is imported inside the commands, so that `steckbrief --help` answers at once.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from steckbrief.commands.arguments import AsJson, Config, Source, Workers
from steckbrief.commands.backfill import backfill
from steckbrief.commands.build import build
from steckbrief.commands.diff import diff
from steckbrief.commands.nightly import nightly
from steckbrief.commands.releases import prune, releases, verify
from steckbrief.extract.printable import printable
from steckbrief.lint import Format
from steckbrief.load.errors import LoadError
from steckbrief.pipeline.errors import CommandError, ExitCode, exit_code, message
from steckbrief.pipeline.signals import Stopped, raise_on_signals
from steckbrief.terminal import prepare_streams, remark, say, shown_progress

if TYPE_CHECKING:
    from steckbrief.pipeline.settings import Settings

app: Final = typer.Typer(
    help="Turn a folder of Markdown profiles into normalized, versioned, analysis-ready tables.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(build)

Select = Annotated[
    list[str] | None,
    typer.Option("--select", metavar="CODES", help="Rules to report, by code or its start, comma-separated [all]."),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="CODES", help="Rules to leave out, likewise; wins over --select."),
]
Explain = Annotated[
    str | None,
    typer.Option("--explain", metavar="HEADING", help="Say which entry gives a heading its kind, and why."),
]
Title = Annotated[str, typer.Option("--title", help="Title of the profile in which the heading to explain stands.")]
Language = Annotated[str, typer.Option("--language", help="Language of that profile, such as de [default: unknown].")]
Form = Annotated[Format, typer.Option("--format", help="How diagnostics are written.")]


@app.command()
def check(
    source: Source = Path("raw"),
    *,
    form: Form = Format.TEXT,
    select: Select = None,
    ignore: Ignore = None,
    workers: Workers = None,
    config: Config = None,
) -> None:
    """Lint the profiles of SOURCE and publish nothing; exit code 1 where one has an error that is reported."""
    from steckbrief.pipeline.rule_filter import read_selection  # noqa: PLC0415
    from steckbrief.transform.checks.rules import rules  # noqa: PLC0415

    selection = read_selection(select or (), ignore or (), rules())
    settings = _settings(source, config, {"workers": workers})
    from steckbrief import lint  # noqa: PLC0415
    from steckbrief.pipeline import run  # noqa: PLC0415
    from steckbrief.pipeline.findings import finding  # noqa: PLC0415
    from steckbrief.pipeline.provenance import version  # noqa: PLC0415

    with shown_progress(), run.inspected(source, settings) as tables:
        rows = tables["diagnostics"].to_pylist()
    findings = selection.of(finding(row, str(source)) for row in rows)
    declared = [
        lint.Rule(each.code, each.severity, each.meaning, each.remedy, each.example.strip())
        for each in rules().values()
    ]
    for line in lint.write(findings, declared, version(), form):
        say(line)
    errors = sum(each.severity == "error" for each in findings)
    if form is Format.TEXT:
        remark(f"{len(findings)} diagnostics, {errors} of them errors.")
    if errors:
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def vocabulary(  # noqa: PLR0913 - the options of a command
    source: Source = Path("raw"),
    *,
    explain: Explain = None,
    title: Title = "",
    language: Language = "und",
    as_json: AsJson = False,
    workers: Workers = None,
    config: Config = None,
) -> None:
    """List the headings of SOURCE that the vocabulary does not know, most frequent first; or explain one heading."""
    import json  # noqa: PLC0415

    if explain is not None:
        # Without a source at hand, the vocabularies alone can be asked.
        alone = source == Path("raw") and not source.is_dir() and config is None
        headings = {} if alone else _settings(source, config, {}).headings
        from steckbrief.explain import as_lines, explained  # noqa: PLC0415

        why = explained(explain, title, language, headings)
        say(json.dumps(why.as_json(), indent=2, ensure_ascii=False) if as_json else as_lines(why))
        return
    settings = _settings(source, config, {"workers": workers})
    from steckbrief.pipeline import run  # noqa: PLC0415
    from steckbrief.unknown_headings import as_text, unknown_headings  # noqa: PLC0415

    with shown_progress(), run.inspected(source, settings) as tables:
        unknown = unknown_headings(tables)
    say(json.dumps([asdict(each) for each in unknown], indent=2, ensure_ascii=False) if as_json else as_text(unknown))


for _command in (diff, releases, verify, prune, backfill, nightly):
    app.command()(_command)


def main() -> None:
    """Run the command line and end the process with the exit code that says how it went."""
    prepare_streams()
    raise_on_signals()
    try:
        app()
    except (CommandError, LoadError, OSError) as error:
        told = (f"error: {message(error)}", *getattr(error, "__notes__", ()))
        remark("\n".join(printable(line) for each in told for line in each.splitlines()))
        sys.exit(exit_code(error))
    except Stopped as stopped:
        remark(f"{stopped}; nothing was published.")
        sys.exit(stopped.exit_code)


def _settings(source: Path, config: Path | None, flags: dict[str, object]) -> Settings:
    """The settings of what publishes nothing, read before anything else begins: a mistake in them costs no time."""
    from steckbrief.pipeline.settings import load_settings  # noqa: PLC0415

    return load_settings(source, config, flags, publishing=False)


if __name__ == "__main__":
    main()
