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
    typer.Option("--select", metavar="CODES", help="Rules to report, by code or its start, comma-separated [all]."),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="CODES", help="Rules to leave out, likewise; wins over --select."),
]
Form = Annotated[Format, typer.Option("--format", help="How diagnostics are written.")]


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
    from steckbrief.pipeline.rule_filter import read_rule_filter  # noqa: PLC0415
    from steckbrief.pipeline.settings import load_settings  # noqa: PLC0415
    from steckbrief.transform.checks.rules import rules  # noqa: PLC0415

    # Both are read before anything else begins, so that a mistake in them costs no time.
    rule_filter = read_rule_filter(select or (), ignore or (), rules())
    settings = load_settings(source, config, {"workers": workers}, publishing=False)
    warn(settings.files.warnings)
    from steckbrief import lint  # noqa: PLC0415
    from steckbrief.pipeline import run  # noqa: PLC0415
    from steckbrief.pipeline.findings import finding  # noqa: PLC0415
    from steckbrief.pipeline.provenance import version  # noqa: PLC0415

    with shown_progress(), run.inspected(source, settings) as tables:
        rows = tables["diagnostics"].to_pylist()
    findings = rule_filter.apply(finding(row, str(source)) for row in rows)
    declared = [
        lint.Rule(rule.code, rule.severity, rule.meaning, rule.remedy, rule.example.strip())
        for rule in rules().values()
    ]
    for line in lint.write(findings, declared, version(), form):
        say(line)
    errors = [found.severity for found in findings].count("error")
    if form is Format.TEXT:
        remark(f"{len(findings)} diagnostics, {errors} of them errors.")
    if errors:
        raise typer.Exit(ExitCode.FAILED)
