"""Gates: whether a checked release may be published, judged by limits and by the previous release.

A profile is lost if its profile_id is gone, whatever replaced it, because dashboards and notebooks name profiles by it.
For rows only the number counts, because an edited row is one removed and one added. Fewer than FEW rows, files or
questions, or FEW_PROFILES profiles, pass whatever their share: one edited profile must not stop a small catalogue. Two
things never pass as few: anything at all if the limit is 0, and all profiles or all rows of a table, because then
something is no longer read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from steckbrief.schema.compatibility import Shape, bump_made, bump_needed, went_back
from steckbrief.schema.tables import TABLES

FEW: Final = 20
"""From this number on, a share of rows, files or questions counts. It is what one or two profiles hold of a table."""

FEW_PROFILES: Final = 3
"""The same for profiles."""

LOSABLE: Final = tuple(name for name in TABLES if name not in {"profiles", "templates", "diagnostics", "changes"})
"""Tables of which an analyst misses rows that are gone. Profiles have a gate of their own. The others tell of rows that
stand elsewhere: fewer texts that several profiles share, fewer problems, fewer changes are no loss."""


@dataclass(frozen=True, slots=True)
class GateLimits:
    """What a release must keep to. Shares are from 0 to 1; 1 lets everything pass.

    minimum_profiles: fewest profiles of a release.
    profiles_lost: largest share of the last release's profiles that may be gone.
    rows_lost: largest share of the last release's rows by which each table of LOSABLE may have fewer.
    files_with_errors: largest share of the files found that have an error or are quarantined.
    unanswered_faqs: largest share of questions without an answer.
    """

    minimum_profiles: int = 1
    profiles_lost: float = 0.1
    rows_lost: float = 0.2
    files_with_errors: float = 0.2
    unanswered_faqs: float = 0.5


@dataclass(frozen=True, slots=True)
class Figures:
    """What gates look at: rows by table, profiles gone, files found or faulty, unanswered questions, the schema."""

    rows: Mapping[str, int]
    profiles_gone: int
    files: int
    files_with_errors: int
    unanswered_faqs: int
    schema_version: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same of the last release, as far as gates compare it."""

    release: str
    rows: Mapping[str, int]
    schema_version: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class GateResult:
    """What a gate found: the figure and its limit (None where there is none), and a sentence for a person."""

    gate: str
    passed: bool
    found: float | str | None
    limit: float | str | None
    message: str

    def as_json(self) -> dict[str, Any]:
        """The result as release.json has it."""
        return asdict(self)


def evaluate(figures: Figures, earlier: Earlier | None, limits: GateLimits) -> tuple[GateResult, ...]:
    """Ask every gate; `earlier` is None for a first release, which loses nothing."""
    return tuple(_results(figures, earlier, limits))


def _results(figures: Figures, earlier: Earlier | None, limits: GateLimits) -> Iterator[GateResult]:
    profiles, least = figures.rows["profiles"], limits.minimum_profiles
    enough = f"{profiles:,} profiles, at least {least:,} expected"
    yield GateResult("minimum-profiles", profiles >= least, profiles, least, enough)
    yield _profiles_lost(figures, earlier, limits.profiles_lost)
    for table in LOSABLE:
        yield _rows_lost(table, figures, earlier, limits.rows_lost)
    faulty, unanswered = limits.files_with_errors, limits.unanswered_faqs
    what = "files have an error or are quarantined"
    yield _share("files-with-errors", figures.files_with_errors, figures.files, faulty, what)
    what = "questions have no answer"
    yield _share("unanswered-faqs", figures.unanswered_faqs, figures.rows["faqs"], unanswered, what)
    yield _schema(figures, earlier)


def _profiles_lost(figures: Figures, earlier: Earlier | None, limit: float) -> GateResult:
    gate, gone = "profiles-lost", figures.profiles_gone
    if earlier is None:
        return GateResult(gate, passed=True, found=None, limit=limit, message="no earlier release")
    before = earlier.rows.get("profiles", 0)
    share = gone / before if before else 0.0
    message = (
        f"{gone:,} of {before:,} profiles of release {earlier.release} are gone, {share:.1%} of at most {limit:.1%}"
    )
    few = gone < min(FEW_PROFILES, before)
    return GateResult(gate, _within(share, limit, few=few), round(share, 4), limit, message)


def _rows_lost(table: str, figures: Figures, earlier: Earlier | None, limit: float) -> GateResult:
    gate = f"rows-lost-{table}"
    if earlier is None:
        return GateResult(gate, passed=True, found=None, limit=limit, message="no earlier release")
    before, now = earlier.rows.get(table, 0), figures.rows[table]
    lost = max(before - now, 0)
    share = lost / before if before else 0.0
    message = f"{table}: {now:,} after {before:,} in release {earlier.release}, {share:.1%} lost of at most {limit:.1%}"
    few = lost < min(FEW, before)
    return GateResult(gate, _within(share, limit, few=few), round(share, 4), limit, message)


def _share(gate: str, part: int, whole: int, limit: float, what: str) -> GateResult:
    share = part / whole if whole else 0.0
    message = f"{part:,} of {whole:,} {what}, {share:.1%} of at most {limit:.1%}"
    return GateResult(gate, _within(share, limit, few=part < FEW), round(share, 4), limit, message)


def _within(share: float, limit: float, *, few: bool) -> bool:
    """Whether a share keeps to its limit; a few pass whatever their share, unless nothing at all may."""
    return share <= limit or (few and limit > 0)


def _schema(figures: Figures, earlier: Earlier | None) -> GateResult:
    gate, found = "schema-version", figures.schema_version
    if earlier is None:
        return GateResult(gate, passed=True, found=found, limit=None, message="no earlier release")
    needed = bump_needed(earlier.shape, figures.shape)
    made, back = bump_made(earlier.schema_version, found), went_back(earlier.schema_version, found)
    step = "the version went back, which it never may" if back else f"the version makes a {made} one"
    message = (
        f"schema version {found} after {earlier.schema_version} in release {earlier.release}; the tables ask for a"
        f" {needed} change, {step}"
    )
    return GateResult(gate, made >= needed and not back, found, earlier.schema_version, message)
