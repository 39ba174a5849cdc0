"""Gates: decide from limits and the previous release whether a checked release may be published.

A profile is lost if its profile_id no longer exists, whatever replaced it, because dashboards and notebooks refer to
it. For rows only the number counts, because an edited row is one removed and one added row. Fewer than FEW rows, files
or questions, or FEW_PROFILES profiles, pass whatever their share, so that one edited profile does not stop a small
catalogue. There are two exceptions: a limit of 0 allows none, and losing all profiles or all rows of a table always
counts, because something is probably no longer read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from steckbrief.schema.compatibility import Shape, bump_made, bump_needed, went_back
from steckbrief.schema.tables import TABLES

FEW: Final = 20
"""The least number of rows, files or questions whose share counts. One or two profiles have fewer rows in a table."""

FEW_PROFILES: Final = 3
"""The least number of profiles whose share counts."""

LOSABLE: Final = tuple(name for name in TABLES if name not in {"profiles", "templates", "diagnostics", "changes"})
"""Tables in which fewer rows are a loss for analysts. Profiles have their own gate; fewer templates, diagnostics or
changes are not a loss."""


@dataclass(frozen=True, slots=True)
class GateLimits:
    """The limits of the gates. Shares are between 0 and 1; 1 disables a gate.

    minimum_profiles: the least number of profiles in a release.
    profiles_lost: the largest share of the previous release's profiles that may be lost.
    rows_lost: the largest share of the previous release's rows that each table in LOSABLE may lose.
    files_with_errors: the largest share of files that may have an error or be quarantined.
    unanswered_faqs: the largest share of questions that may have no answer.
    """

    minimum_profiles: int = 1
    profiles_lost: float = 0.1
    rows_lost: float = 0.2
    files_with_errors: float = 0.2
    unanswered_faqs: float = 0.5


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a candidate that the gates judge."""

    rows: Mapping[str, int]
    profiles_gone: int
    files: int
    files_with_errors: int
    unanswered_faqs: int
    schema_version: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Earlier:
    """The figures of the previous release that the gates compare."""

    release: str
    rows: Mapping[str, int]
    schema_version: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class GateResult:
    """The result of a gate: the figure and its limit (None if there is none), and a message for a person."""

    gate: str
    passed: bool
    found: float | str | None
    limit: float | str | None
    message: str

    def as_json(self) -> dict[str, Any]:
        """Return the result as in release.json."""
        return asdict(self)


def evaluate(figures: Figures, earlier: Earlier | None, limits: GateLimits) -> tuple[GateResult, ...]:
    """Return the result of every gate; `earlier` is None for the first release, which cannot lose anything."""
    return tuple(_results(figures, earlier, limits))


def _results(figures: Figures, earlier: Earlier | None, limits: GateLimits) -> Iterator[GateResult]:
    profiles, least = figures.rows["profiles"], limits.minimum_profiles
    enough = f"{profiles:,} profiles, at least {least:,} expected"
    yield GateResult("minimum-profiles", profiles >= least, profiles, least, enough)
    yield _profiles_lost(figures, earlier, limits.profiles_lost)
    for table in LOSABLE:
        yield _rows_lost(table, figures, earlier, limits.rows_lost)
    faulty, unanswered = limits.files_with_errors, limits.unanswered_faqs
    label = "files have an error or are quarantined"
    yield _share("files-with-errors", figures.files_with_errors, figures.files, faulty, label)
    label = "questions have no answer"
    yield _share("unanswered-faqs", figures.unanswered_faqs, figures.rows["faqs"], unanswered, label)
    yield _schema(figures, earlier)


def _profiles_lost(figures: Figures, earlier: Earlier | None, limit: float) -> GateResult:
    gate, gone = "profiles-lost", figures.profiles_gone
    if earlier is None:
        return GateResult(gate, passed=True, found=None, limit=limit, message="no earlier release")
    previous = earlier.rows.get("profiles", 0)
    share = gone / previous if previous else 0.0
    message = (
        f"{gone:,} of {previous:,} profiles of release {earlier.release} are missing, {share:.1%} (limit {limit:.1%})"
    )
    few = gone < min(FEW_PROFILES, previous)
    return GateResult(gate, _within(share, limit, few=few), round(share, 4), limit, message)


def _rows_lost(table: str, figures: Figures, earlier: Earlier | None, limit: float) -> GateResult:
    gate = f"rows-lost-{table}"
    if earlier is None:
        return GateResult(gate, passed=True, found=None, limit=limit, message="no earlier release")
    previous, now = earlier.rows.get(table, 0), figures.rows[table]
    lost = max(previous - now, 0)
    share = lost / previous if previous else 0.0
    message = (
        f"{table}: {now:,} rows after {previous:,} in release {earlier.release}, {share:.1%} lost (limit {limit:.1%})"
    )
    few = lost < min(FEW, previous)
    return GateResult(gate, _within(share, limit, few=few), round(share, 4), limit, message)


def _share(gate: str, part: int, whole: int, limit: float, label: str) -> GateResult:
    share = part / whole if whole else 0.0
    message = f"{part:,} of {whole:,} {label}, {share:.1%} (limit {limit:.1%})"
    return GateResult(gate, _within(share, limit, few=part < FEW), round(share, 4), limit, message)


def _within(share: float, limit: float, *, few: bool) -> bool:
    """Return whether a share is within its limit. A few always pass, unless the limit is 0.

    >>> _within(0.2, 0.1, few=False), _within(0.2, 0.1, few=True), _within(0.2, 0.0, few=True)
    (False, True, False)
    """
    return share <= limit or (few and limit > 0)


def _schema(figures: Figures, earlier: Earlier | None) -> GateResult:
    gate, version = "schema-version", figures.schema_version
    if earlier is None:
        return GateResult(gate, passed=True, found=version, limit=None, message="no earlier release")
    needed = bump_needed(earlier.shape, figures.shape)
    made, back = bump_made(earlier.schema_version, version), went_back(earlier.schema_version, version)
    problem = "but the version went back" if back else f"and the version makes a {made} one"
    message = (
        f"schema version {version} after {earlier.schema_version} in release {earlier.release}; the tables require a"
        f" {needed} change, {problem}"
    )
    return GateResult(gate, made >= needed and not back, version, earlier.schema_version, message)
