"""The command `steckbrief vocabulary`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from steckbrief.commands.arguments import AsJson, Config, Source, Workers
from steckbrief.terminal import say, say_json, shown_progress, warn

Explain = Annotated[
    str | None,
    typer.Option("--explain", metavar="HEADING", help="Show which vocabulary entry gives this heading its kind."),
]
Title = Annotated[str, typer.Option("--title", help="Title of the profile that contains the heading.")]
Language = Annotated[str, typer.Option("--language", help="Language of that profile, such as de [default: unknown].")]


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
    """List the headings in SOURCE that the vocabulary does not know, most frequent first, or explain one heading."""
    from steckbrief.pipeline.settings.load import load_settings  # noqa: PLC0415

    if explain is not None:
        from steckbrief.explain import explain_heading, explanation_as_text  # noqa: PLC0415

        # Without a source there are no settings, so only the vocabularies decide.
        no_source = source == Path("raw") and not source.is_dir() and config is None
        headings = {} if no_source else load_settings(source, config, {}, publishing=False).headings
        explanation = explain_heading(explain, title, language, headings)
        if as_json:
            say_json(asdict(explanation))
        else:
            say(explanation_as_text(explanation))
        return
    settings = load_settings(source, config, {"workers": workers}, publishing=False)
    warn(settings.files.warnings)
    from steckbrief.pipeline import run  # noqa: PLC0415
    from steckbrief.unknown_headings import headings_as_text, unknown_headings  # noqa: PLC0415

    with shown_progress(), run.inspected(source, settings) as tables:
        unknown = unknown_headings(tables)
    if as_json:
        say_json([asdict(heading) for heading in unknown])
    else:
        say(headings_as_text(unknown))
