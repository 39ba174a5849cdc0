"""What a build did: the figures that the command line, the run page and programs show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from steckbrief.extract.printable import printable
from steckbrief.pipeline.findings import place
from steckbrief.schema.values import SEVERITIES

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
class BuildSummary:
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


def _example(row: Mapping[str, Any]) -> str:
    message = row["message"]
    shown = message if len(message) <= _MESSAGE_WIDTH else f"{message[: _MESSAGE_WIDTH - 3]}..."
    return f"{place(row['source_path'], row['line_start'])}{printable(shown)}"


def absolute(path: Path) -> str:
    """A path as it is reported: absolute, so that it can be pasted anywhere."""
    return str(path.absolute())
