"""What a build did: the figures that the command line, the run page and programs show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from steckbrief.extract.printable import printable
from steckbrief.load.release import Release, table
from steckbrief.load.releases.published import LATEST, RELEASES
from steckbrief.pipeline.findings import place
from steckbrief.pipeline.request import BuildRequest
from steckbrief.schema.values import SEVERITIES

EXAMPLES: Final = 2
"""Places named per rule: enough to go and look, few enough that the summary fits on a screen."""

_MESSAGE_WIDTH: Final = 160  # characters of a message in the summary; the diagnostics table has all of it


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule was found, and the first places."""

    rule: str
    severity: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """What a build did. Counts are of files unless stated otherwise; `seconds` is wall time.

    `files` were found under a name that counts; each of them is a profile, the page of a folder, replaced by a file
    with another date, or quarantined. `skipped` files were left out by their name or by a pattern of the settings;
    `excluded` counts those that a pattern left out, by pattern; `other` files are not Markdown. `reused` profiles
    were taken from the last release. If nothing changed, `published` is False, and `release`, `path`, rows and
    diagnostics are those of the last release. `warnings` are about the output folder; they are sentences without
    their full stop, like `failed_gates`.
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


def summarize(  # noqa: PLR0913 - figures from every stage, most of them by name
    request: BuildRequest,
    release_id: str,
    files: Mapping[str, Any],
    rows: Mapping[str, int],
    diagnostics: pa.Table,
    *,
    warnings: tuple[str, ...],
    seconds: float,
    failed_gates: tuple[str, ...] = (),
    published: bool = True,
) -> BuildSummary:
    """Sum up a build.

    Args:
        request: what was asked for.
        release_id: the release that `latest` leads to afterwards.
        files: the counts of files, as release.json records them.
        rows: rows by table.
        diagnostics: the table of that name.
        warnings: about the output folder.
        seconds: how long the build has taken.
        failed_gates: what each failed gate says.
        published: whether the release is new.
    """
    output = request.settings.output
    return BuildSummary(
        source=absolute(request.source),
        release=release_id,
        path=absolute(output / RELEASES / release_id),
        latest=absolute(output / LATEST),
        direct=request.direct,
        files=files["found"],
        bytes=files["bytes"],
        profiles=rows["profiles"],
        skipped=files["skipped"],
        other=files["other"],
        quarantined=files["quarantined"],
        rows=rows,
        diagnostics=count_rules(diagnostics),
        excluded=dict(files["excluded"]),
        reused=files["reused"],
        warnings=warnings,
        seconds=seconds,
        failed_gates=failed_gates,
        published=published,
    )


def summarize_unchanged(
    request: BuildRequest, previous: Release, files: Mapping[str, Any], warnings: tuple[str, ...], seconds: float
) -> BuildSummary:
    """Sum up a build that published nothing, because it would have made the release `previous` again."""
    rows = {name: entry["rows"] for name, entry in previous.manifest["tables"].items()}
    return summarize(
        request,
        previous.id,
        {**files, "reused": rows["profiles"], "quarantined": previous.manifest["inputs"]["quarantined"]},
        rows,
        table(previous.path, "diagnostics"),
        published=False,
        warnings=warnings,
        seconds=seconds,
    )


def count_rules(diagnostics: pa.Table) -> tuple[RuleCount, ...]:
    """Count a diagnostics table by rule: most severe first, then most frequent, then by name."""
    # Not Table.group_by: its first use imports more of pyarrow than counting costs.
    totals = Counter(zip(diagnostics["rule"].to_pylist(), diagnostics["severity"].to_pylist(), strict=True))
    severities = list(SEVERITIES)

    def severity_frequency_name(entry: tuple[tuple[str, str], int]) -> tuple[int, int, str]:
        (rule, severity), count = entry
        return severities.index(severity), -count, rule

    counts = []
    for (rule, severity), count in sorted(totals.items(), key=severity_frequency_name):
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
