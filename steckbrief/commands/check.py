"""The command `steckbrief check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from steckbrief.commands.arguments import Config, Source, Workers
from steckbrief.lint import Format
from steckbrief.pipeline.errors import ExitCode
from steckbrief.terminal import remark, say, shown_progress, warn

Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select", metavar="CODES", help="Codes or prefixes of rules to report, comma-separated [default: all]."
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="CODES", help="Rules to leave out; takes precedence over --select."),
]
Form = Annotated[Format, typer.Option("--format", help="Output format.")]


def check(
    source: Source = Path("raw"),
    *,
    form: Form = Format.TEXT,
    select: Select = None,
    ignore: Ignore = None,
    workers: Workers = None,
    config: Config = None,
) -> None:
    """Lint the profiles in SOURCE without publishing anything; the exit code is 1 if an error is reported."""
    from steckbrief.pipeline.rule_filter import read_rule_filter  # noqa: PLC0415
    from steckbrief.pipeline.settings.load import load_settings  # noqa: PLC0415
    from steckbrief.transform.checks.rules import rules  # noqa: PLC0415

    # Checked before the files are read, so that a mistake costs no time.
    rule_filter = read_rule_filter(select or (), ignore or (), rules())
    settings = load_settings(source, config, {"workers": workers}, publishing=False)
    warn(settings.files.warnings)
    from steckbrief import lint  # noqa: PLC0415
    from steckbrief.pipeline import run  # noqa: PLC0415
    from steckbrief.pipeline.findings import finding  # noqa: PLC0415
    from steckbrief.pipeline.provenance import version  # noqa: PLC0415
    from steckbrief.pipeline.results import counted  # noqa: PLC0415

    with shown_progress(), run.inspected(source, settings) as tables:
        rows = tables["diagnostics"].to_pylist()
    findings = rule_filter.apply(finding(row, str(source)) for row in rows)
    declared = [
        lint.Rule(rule.code, rule.severity, rule.meaning, rule.remedy, rule.example.strip())
        for rule in rules().values()
    ]
    for line in lint.write(findings, declared, version(), form):
        say(line)
    errors = [diagnostic.severity for diagnostic in findings].count("error")
    if form is Format.TEXT:
        remark(f"{counted(len(findings), 'diagnostic')}, of which {counted(errors, 'error')}.")
    if errors:
        raise typer.Exit(ExitCode.FAILED)
