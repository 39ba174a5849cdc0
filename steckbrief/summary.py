"""The summary of a build, for a person and for a program."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from steckbrief.extract.printable import printable
from steckbrief.pipeline.results import counted
from steckbrief.pipeline.summary import BuildSummary, RuleCount


def as_json(summary: BuildSummary) -> dict[str, Any]:
    """The summary as a JSON document; keys are stable, paths absolute."""
    return asdict(summary)


def as_text(summary: BuildSummary, waited: float) -> str:
    """The summary as lines for a person, safe for a terminal whatever the profiles hold.

    `waited` is how long the person waited in seconds: the build and everything around it.
    """
    how = "directly, without Prefect: no run was recorded" if summary.direct else "by Prefect as build_dataset"
    width = max(len(name) for name in summary.rows)
    by_name = summary.skipped - sum(summary.excluded.values())
    files = f"{counted(summary.files, 'file')} ({summary.bytes:,} bytes)"
    lines = [
        f"{counted(summary.profiles, 'profile')} from {files} in {summary.source}",
        f"{by_name:,} skipped by name, {summary.quarantined:,} quarantined, {summary.other:,} no Markdown",
        *(f"{number:,} excluded by {pattern}" for pattern, number in summary.excluded.items()),
        f"{summary.reused:,} unchanged since the last release, {summary.profiles - summary.reused:,} read anew",
        *(f"Site file: {path}" for path in (summary.site_file,) if path),
        *(f"Operator's settings: {path}" for path in (summary.operator_file,) if path),
        "",
        "Rows",
        *(f"  {name:<{width}}  {rows:>10,}" for name, rows in summary.rows.items()),
        "",
        *_rules_as_text(summary.diagnostics),
        "",
        *_outcome(summary),
        *(f"Warning: {each}." for each in summary.warnings),
        f"Latest: {summary.latest}",
        f"Run {how}.",
        f"Done in {summary.seconds:.1f} s; {waited:.1f} s with starting and ending.",
    ]
    return "\n".join(printable(line) for line in lines)


def _outcome(summary: BuildSummary) -> list[str]:
    if summary.published:
        forced = [f"Published by force past a gate: {each}" for each in summary.failed_gates]
        return [*forced, f"Release {summary.release}: {summary.path}"]
    return [
        f"Nothing changed since release {summary.release}, so nothing was published (--force publishes it again).",
        f"Release {summary.release}: {summary.path}",
    ]


def _rules_as_text(diagnostics: tuple[RuleCount, ...]) -> list[str]:
    if not diagnostics:
        return ["No diagnostics"]
    lines = ["Diagnostics"]
    for each in diagnostics:
        lines.append(f"  {each.count:>6,}  {each.severity:<7}  {each.rule}")
        lines.extend(f"            {example}" for example in each.examples)
    return lines
