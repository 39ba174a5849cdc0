"""Backfill: build the nights of the past from a git history, each as it would have been built then.

Each night reuses the release before it, so it costs only what changed. Most nights without a change are recognized
without looking at the files. Nights that already have a release are skipped, so a repeated backfill continues where
the last one stopped and ends with the same releases.
"""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from steckbrief.extract.git.export import export
from steckbrief.extract.git.read import GitFile, RepositoryError, digest_of_files, files_of, line_of, was_there
from steckbrief.load.errors import GateError
from steckbrief.load.release import table
from steckbrief.load.releases.published import Release, latest, released_at
from steckbrief.load.releases.staging import lasting_folder, open_staging
from steckbrief.pipeline import run
from steckbrief.pipeline.backfill.output import require_own, require_room
from steckbrief.pipeline.errors import NothingToBuildError, SourceError, UsageError
from steckbrief.pipeline.plan import DATES, cache_of, next_due
from steckbrief.pipeline.provenance import fingerprint, writer
from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.results import Origin, counted
from steckbrief.pipeline.settings.load import Settings


@dataclass(frozen=True, slots=True)
class BackfillRequest:
    """The nights to build.

    Attributes:
        repository: a git repository, bare or with a working tree.
        paths: the folders of the repository that hold profiles; () for all.
        ref: the branch, tag or commit whose first parents are followed.
        nights: times of the releases, oldest first.
        command: the command line without its last night; error messages complete it.
    """

    repository: Path
    paths: tuple[str, ...]
    ref: str
    nights: tuple[dt.datetime, ...]
    command: tuple[str, ...]

    def up_to(self, night: dt.datetime) -> str:
        """The command that builds up to and including this night and publishes past failed gates."""
        return shlex.join([*self.command, "--until", f"{night:%Y-%m-%d}", "--force"])


@dataclass(frozen=True, slots=True)
class Night:
    """One night of a backfill: its commit, its release if one was published, and what happened, for a person."""

    time: dt.datetime
    commit: str | None
    release: str | None
    outcome: str


@dataclass(slots=True)
class _Baseline:
    """What the last release and the nights since say about a night, without looking at its files.

    Attributes:
        last: the last release.
        commit: the last commit whose files were examined.
        empty: whether that commit had no profile.
        due: the first day on which the files of the last release would give other rows, because a date in them comes
            due or because code or settings have changed; None if there is no such day.
    """

    last: Release | None = None
    commit: str | None = None
    empty: bool = False
    due: dt.date | None = None

    @classmethod
    def of(cls, last: Release | None, paths: tuple[str, ...], settings: Settings, code: str) -> _Baseline:
        """The baseline after the release `last`; `code` is the fingerprint of today's code and settings."""
        if last is None:
            return cls()
        source = last.manifest["source"]
        commit = source["commit"] if tuple(source.get("paths", ())) == paths else None
        cache = cache_of(last, settings.recorded, code, writer())
        if not cache.current or cache.today is None:
            return cls(last, commit, due=dt.date.min)
        return cls(last, commit, due=next_due(table(last.path, "profiles", DATES), cache.today))

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether the files of `commit` would give the same rows on this day."""
        return self.empty or self.due is None or day < self.due


@dataclass(slots=True)
class _Builder:
    """Builds night after night. `folder` contains the `files` of the last commit that was examined."""

    request: BackfillRequest
    settings: Settings
    past_gates: bool
    code: str
    baseline: _Baseline
    folder: Path
    files: Mapping[str, GitFile] = field(default_factory=dict)

    def night(self, time: dt.datetime, commit: str | None) -> Night:
        """Build a night from its commit, unless its release exists or would equal the last one."""
        baseline = self.baseline
        if baseline.last is not None and released_at(baseline.last.id) >= time:
            return Night(time, None, None, "already built, or followed by a later release")
        if commit is None:
            return Night(time, None, None, "no commit yet")
        valid = baseline.is_valid_on(time.date())
        if commit == baseline.commit and valid:
            return Night(time, commit, None, "no new commit")
        changed = self._check_out(time, commit)
        if self.files and (changed or not valid):
            return self._build(time, commit)
        baseline.commit, baseline.empty = commit, baseline.empty or not self.files
        return Night(time, commit, None, "no profile" if baseline.empty else "nothing changed")

    def _check_out(self, time: dt.datetime, commit: str) -> bool:
        """Bring the folder to the files of `commit`, writing only those that differ; False if there are none."""
        repository, largest = self.request.repository, self.settings.file_limits.file_bytes
        with _as_source_error(f"The night of {time:%Y-%m-%d}"):
            files = files_of(repository, commit, self.request.paths)
            if files == self.files:
                return False
            try:
                export(repository, self.files, files, self.folder, largest)
            except OSError as error:
                error.add_note(_night_note(time, commit))
                raise
        self.files = files
        return True

    def _build(self, time: dt.datetime, commit: str) -> Night:
        origin = Origin(str(self.request.repository), commit, self.request.paths, digest_of_files(self.files))
        try:
            request = BuildRequest(self.folder, self.settings, at=time, origin=origin, past_gates=self.past_gates)
            with open_staging(self.settings.output, now=time) as staging:
                require_room(self.settings.output, time)  # under the lock, so that no other build publishes in between
                summary = run.build_into(staging, request)
        except NothingToBuildError:
            self.baseline.commit, self.baseline.empty = commit, True
            return Night(time, commit, None, "no profile")
        except GateError as error:
            with_command = GateError(error.failed, error.candidate, self.request.up_to(time))
            with_command.add_note(
                f"{_night_note(time, commit)} After publishing it, run the same backfill again to continue."
            )
            raise with_command from error
        except Exception as error:
            error.add_note(_night_note(time, commit))
            raise
        if not summary.published:
            baseline = self.baseline
            baseline.commit, baseline.empty = commit, False
            if baseline.last is not None and not baseline.is_valid_on(time.date()):
                # The build has just shown that today's code and settings give the same rows, so only a date can expire.
                baseline.due = next_due(table(baseline.last.path, "profiles", DATES), time.date())
            return Night(time, commit, None, "nothing changed")
        self.baseline = _Baseline.of(latest(self.settings.output), self.request.paths, self.settings, self.code)
        read = summary.profiles - summary.reused
        return Night(time, commit, summary.release, f"{counted(summary.profiles, 'profile')}, {read:,} read")


def backfill(request: BackfillRequest, settings: Settings, *, past_gates: bool = False) -> Iterator[Night]:
    """Build the nights, oldest first, and yield each when it is done. Finished nights stay if a later one fails.

    Args:
        request: the nights to build.
        settings: the settings to build with.
        past_gates: whether to publish releases that fail a gate.

    Raises:
        SourceError: the repository cannot be read.
        UsageError: the output folder has releases of another source, or a requested folder was never in the repository.
        GateError: a night fails a gate; the message contains the command that continues.
        CommandError, LoadError: a build failed for another reason.
    """
    with _as_source_error("The history"):
        line = line_of(request.repository, request.ref)
        _require_known_paths(request, line.commits[-1])
    require_own(settings.output, request.repository, line)
    code = fingerprint(settings.affecting_rows)
    baseline = _Baseline.of(latest(settings.output), request.paths, settings, code)
    with lasting_folder(settings.output) as folder:
        builder = _Builder(request, settings, past_gates, code, baseline, folder)
        for time in request.nights:
            yield builder.night(time, line.at(time))


def _require_known_paths(request: BackfillRequest, commit: str) -> None:
    """Raise UsageError if no ancestor of `commit` has a file in one of the requested folders."""
    unknown = [path for path in request.paths if not was_there(request.repository, commit, path)]
    if unknown:
        raise UsageError(
            f"--path: no commit of {request.ref} in {request.repository} has a file below {', '.join(unknown)}."
            " Expected folders of the repository, such as content/tools."
        )


def _night_note(time: dt.datetime, commit: str) -> str:
    return f"This was the night of {time:%Y-%m-%d}, commit {commit}. Finished nights stay."


@contextmanager
def _as_source_error(what: str) -> Iterator[None]:
    """Turn a RepositoryError inside the block into a SourceError."""
    try:
        yield
    except RepositoryError as error:
        raise SourceError(f"{what} cannot be read from git. {error}. Finished nights stay.") from error
