"""The summary of a build as text and JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from steckbrief.extract.printable import printable
from steckbrief.pipeline.results import counted
from steckbrief.pipeline.summary import BuildSummary, RuleCount


def as_json(summary: BuildSummary) -> dict[str, Any]:
    """Return the summary as a JSON document with stable keys and absolute paths."""
    return asdict(summary)


def as_text(summary: BuildSummary, waited: float) -> str:
    """Return the summary for a person, with control characters in profiles escaped.

    `waited` is the time in seconds since the command started, which is longer than the build itself.
    """
    how = "directly, without Prefect" if summary.direct else "as the Prefect flow build_dataset"
    width = max(len(name) for name in summary.rows)
    by_name = summary.skipped - sum(summary.excluded.values())
    files = f"{counted(summary.files, 'file')} ({summary.bytes:,} bytes)"
    lines = [
        f"{counted(summary.profiles, 'profile')} from {files} in {summary.source}",
        f"{by_name:,} skipped by name, {summary.quarantined:,} quarantined, {summary.other:,} not Markdown",
        *(f"{number:,} excluded by {pattern}" for pattern, number in summary.excluded.items()),
        f"{summary.reused:,} unchanged since the last release, {summary.profiles - summary.reused:,} read",
        *(f"Site file: {path}" for path in (summary.site_file,) if path),
        *(f"Operator's settings: {path}" for path in (summary.operator_file,) if path),
        "",
        "Rows",
        *(f"  {name:<{width}}  {rows:>10,}" for name, rows in summary.rows.items()),
        "",
        *_rules_as_text(summary.diagnostics),
        "",
        *_outcome(summary),
        *(f"Warning: {warning}." for warning in summary.warnings),
        f"Latest: {summary.latest}",
        f"Run {how}.",
        f"Done in {summary.seconds:.1f} s; {waited:.1f} s including startup.",
    ]
    return "\n".join(printable(line) for line in lines)


def _outcome(summary: BuildSummary) -> list[str]:
    if summary.published:
        forced = [f"Published by force although a gate failed: {gate}" for gate in summary.failed_gates]
        return [*forced, f"Release {summary.release}: {summary.path}"]
    return [
        f"Nothing changed since release {summary.release}, so nothing was published. (--force publishes anyway.)",
        f"Release {summary.release}: {summary.path}",
    ]


def _rules_as_text(diagnostics: tuple[RuleCount, ...]) -> list[str]:
    if not diagnostics:
        return ["No diagnostics"]
    lines = ["Diagnostics"]
    for rule in diagnostics:
        lines.append(f"  {rule.count:>6,}  {rule.severity:<7}  {rule.rule}")
        lines.extend(f"            {example}" for example in rule.examples)
    return lines
