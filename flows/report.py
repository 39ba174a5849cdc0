"""What a build did, for a person and for a machine: one account, two forms.

Belongs here: the summary's content and its two forms. Does not belong here: where it is printed (cli.py), or the run
page, which shows the same figures (artifacts.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flows.job import counted
from flows.lint import place
from flows.terminal import printable
from schema.values import SEVERITIES

if TYPE_CHECKING:
    import pyarrow as pa

EXAMPLES: Final = 2
"""Places named per rule: enough to go and look, few enough that the summary fits on a screen."""

_MESSAGE_WIDTH: Final = 160  # characters of a message in the summary; the diagnostics table has all of it


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule was met, and the first places where."""

    rule: str
    severity: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did. Counts are files unless said otherwise; `seconds` is wall time.

    `files` were found under a name that counts; each of them is a profile or quarantined. `skipped` were left out by
    their name or by a pattern of the settings, `excluded` are those among them that a pattern left out, by pattern;
    `other` are no Markdown. `reused` are profiles that were taken from the last release. Where nothing changed,
    `published` is False, and `release`, `path`, rows and diagnostics are those of the last release. `warnings` are
    about the output folder; they are sentences without their full stop, like `failed_gates`.
    """

    source: str
    release: str
    path: str
    latest: str
    direct: bool
    files: int
    bytes: int
    profiles: int
    skipped: int
    other: int
    quarantined: int
    rows: Mapping[str, int]
    diagnostics: tuple[RuleCount, ...]
    seconds: float
    excluded: Mapping[str, int] = field(default_factory=dict)
    reused: int = 0
    published: bool = True
    failed_gates: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def count_rules(diagnostics: pa.Table) -> tuple[RuleCount, ...]:
    """Count a diagnostics table by rule: most severe first, then most frequent, then by name."""
    import pyarrow.compute as pc  # noqa: PLC0415 - costs half a second that --help must not pay

    # Not Table.group_by: its first use imports more of pyarrow than counting costs.
    found = Counter(zip(*(diagnostics[each].to_pylist() for each in ("rule", "severity")), strict=True))
    order = list(SEVERITIES)
    counts = []
    for (rule, severity), count in sorted(found.items(), key=lambda each: (order.index(each[0][1]), -each[1], each[0])):
        first = diagnostics.filter(pc.equal(diagnostics["rule"], rule)).slice(0, EXAMPLES).to_pylist()
        counts.append(RuleCount(rule, severity, count, tuple(map(_example, first))))
    return tuple(counts)


def as_json(summary: Summary) -> dict[str, Any]:
    """The summary as a JSON document; keys are stable, paths absolute."""
    return asdict(summary)


def as_text(summary: Summary, waited: float) -> str:
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


def _outcome(summary: Summary) -> list[str]:
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


def _example(row: Mapping[str, Any]) -> str:
    message = row["message"]
    shown = message if len(message) <= _MESSAGE_WIDTH else f"{message[: _MESSAGE_WIDTH - 3]}..."
    return f"{place(row['source_path'], row['line_start'])}{printable(shown)}"


def absolute(path: Path) -> str:
    """A path as it is reported: absolute, so that it can be pasted anywhere."""
    return str(path.absolute())
