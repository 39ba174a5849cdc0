"""The summary of a build, for the command line, the run page and programs."""

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
"""Examples per rule: enough to start looking, few enough for the summary to fit on a screen."""

_MESSAGE_WIDTH: Final = 160
"""Characters of a message in the summary; the diagnostics table has the whole message."""


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule was broken, with the first places."""

    rule: str
    severity: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """What a build did. If nothing changed, `release`, `path`, `rows` and `diagnostics` are those of the last release.

    Attributes:
        source: the source folder, absolute like all paths.
        release: the release that `latest` leads to.
        path: folder of the release.
        latest: the symlink `latest`.
        direct: whether the build ran without Prefect.
        files: files that count; each of them is a profile, quarantined, or rightly not a profile (the page of a
            folder, or replaced by a file with another date).
        bytes: their total size.
        profiles: rows of the table profiles.
        skipped: files that their name or a pattern of the settings excludes.
        other: files that are not Markdown.
        quarantined: files that gave no profile because of an error.
        rows: rows by table.
        diagnostics: counts of the diagnostics by rule.
        seconds: wall time of the build.
        excluded: files that a pattern excludes, by pattern; they count in `skipped` too.
        reused: profiles reused from the last release.
        published: whether the release is new.
        failed_gates: sentences about failed gates, without the full stop.
        warnings: sentences about the settings files and the output folder, without the full stop.
        site_file: the settings file of the site, if there is one.
        operator_file: the settings file of the operator, if there is one.
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
    site_file: str | None = None
    operator_file: str | None = None


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
    """Summarize a build.

    Args:
        request: the request for the build.
        release_id: the release that `latest` leads to afterwards.
        files: the counts of files, as release.json records them.
        rows: rows by table.
        diagnostics: the table of that name.
        warnings: sentences about the output folder.
        seconds: wall time of the build.
        failed_gates: sentences about failed gates.
        published: whether the release is new.
    """
    output, settings_files = request.settings.output, request.settings.files
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
        warnings=(*settings_files.warnings, *warnings),
        site_file=settings_files.site_path,
        operator_file=settings_files.operator_path,
        seconds=seconds,
        failed_gates=failed_gates,
        published=published,
    )


def summarize_unchanged(
    request: BuildRequest, previous: Release, files: Mapping[str, Any], warnings: tuple[str, ...], seconds: float
) -> BuildSummary:
    """Summarize a build that published nothing, because its release would have equalled `previous`."""
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
    # Table.group_by would import more of pyarrow than counting costs.
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
    shortened = message if len(message) <= _MESSAGE_WIDTH else f"{message[: _MESSAGE_WIDTH - 3]}..."
    return f"{place(row['source_path'], row['line_start'])}{printable(shortened)}"


def absolute(path: Path) -> str:
    """Return a path as the summary reports it: absolute, so that it works in any shell.

    >>> absolute(Path("/srv/../srv/raw"))
    '/srv/../srv/raw'
    """
    return str(path.absolute())
