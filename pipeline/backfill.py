"""Backfill: the nights of the past, built from a git history as they would have been built then.

Each night is built on the one before, so it costs what changed; nights without a change publish nothing, and most of
them are known without a look at the files. A night that is there is not built again, so the same backfill goes on where
it was interrupted, and comes to the same releases.
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
from steckbrief.load.releases.staging import lasting_folder
from steckbrief.pipeline import run
from steckbrief.pipeline.backfill_output import require_own
from steckbrief.pipeline.errors import NothingToBuildError, SourceError, UsageError
from steckbrief.pipeline.plan import DATES, cache_of, next_due
from steckbrief.pipeline.provenance import fingerprint, writer
from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.results import Origin
from steckbrief.pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be built: from which repository, which folders of it, on which line of commits, which nights.

    `command` are the words that ask for this, but for the last night: a message builds on them.
    """

    repository: Path
    paths: tuple[str, ...]
    ref: str
    nights: tuple[dt.datetime, ...]
    command: tuple[str, ...]

    def up_to(self, night: dt.datetime) -> str:
        """The command that ends with this night and publishes past gates."""
        return shlex.join([*self.command, "--until", f"{night:%Y-%m-%d}", "--force"])


@dataclass(frozen=True, slots=True)
class Night:
    """What became of a night: its commit, its release where one was published, and a sentence."""

    time: dt.datetime
    commit: str | None
    release: str | None
    told: str


@dataclass(slots=True)
class _Settled:
    """What is known without a look at the files, from the last release and the nights since.

    `commit` is the one that was looked at last, `vacant` whether it gave no profile. `due` is the first day on which
    the files of the last release would give other rows: a date in them comes due, or code or settings are other ones.
    """

    last: Release | None = None
    commit: str | None = None
    vacant: bool = False
    due: dt.date | None = None

    @classmethod
    def of(cls, last: Release | None, paths: tuple[str, ...], settings: Settings, code: str) -> _Settled:
        """After a release, made just now or found; `code` is the fingerprint of what makes rows today."""
        if last is None:
            return cls()
        source = last.manifest["source"]
        commit = source["commit"] if tuple(source.get("paths", ())) == paths else None
        cache = cache_of(last, settings.recorded, code, writer())
        if not cache.current or cache.today is None:
            return cls(last, commit, due=dt.date.min)
        return cls(last, commit, due=next_due(table(last.path, "profiles", DATES), cache.today))

    def holds(self, day: dt.date) -> bool:
        """Whether the files that were looked at last would give on this day what they gave then."""
        return self.vacant or self.due is None or day < self.due


@dataclass(slots=True)
class _Builder:
    """Goes from night to night: `folder` holds the `files` of the commit that was looked at last."""

    wanted: Wanted
    settings: Settings
    past_gates: bool
    code: str
    settled: _Settled
    folder: Path
    files: Mapping[str, GitFile] = field(default_factory=dict)

    def night(self, time: dt.datetime, commit: str | None) -> Night:
        """Build a night whose commit is given, where that is needed."""
        settled = self.settled
        if settled.last is not None and released_at(settled.last.id) >= time:
            return Night(time, None, None, "there already, or followed by a later release")
        if commit is None:
            return Night(time, None, None, "no commit yet")
        holds = settled.holds(time.date())
        if commit == settled.commit and holds:
            return Night(time, commit, None, "no new commit")
        changed = self._bring_to(time, commit)
        if self.files and (changed or not holds):
            return self._built(time, commit)
        settled.commit, settled.vacant = commit, settled.vacant or not self.files
        return Night(time, commit, None, "no profile" if settled.vacant else "nothing changed")

    def _bring_to(self, time: dt.datetime, commit: str) -> bool:
        """Let the folder hold the files of `commit`, touching only what differs; False where it holds them already."""
        repository, largest = self.wanted.repository, self.settings.file_limits.file_bytes
        with _reported(f"The night of {time:%Y-%m-%d}"):
            files = files_of(repository, commit, self.wanted.paths)
            if files == self.files:
                return False
            try:
                export(repository, self.files, files, self.folder, largest)
            except OSError as error:
                error.add_note(_which(time, commit))
                raise
        self.files = files
        return True

    def _built(self, time: dt.datetime, commit: str) -> Night:
        origin = Origin(str(self.wanted.repository), commit, self.wanted.paths, digest_of_files(self.files))
        try:
            summary = run.build(
                BuildRequest(self.folder, self.settings, at=time, origin=origin, past_gates=self.past_gates)
            )
        except NothingToBuildError:
            self.settled.commit, self.settled.vacant = commit, True
            return Night(time, commit, None, "no profile")
        except GateError as error:
            again = GateError(error.failed, error.candidate, self.wanted.up_to(time))
            again.add_note(f"{_which(time, commit)} Once it is published, give the same backfill again to go on.")
            raise again from error
        except Exception as error:
            error.add_note(_which(time, commit))
            raise
        if not summary.published:
            settled = self.settled
            settled.commit, settled.vacant = commit, False
            if settled.last is not None and not settled.holds(time.date()):
                # Looked at with the settings of today, it holds under them until a date comes due.
                settled.due = next_due(table(settled.last.path, "profiles", DATES), time.date())
            return Night(time, commit, None, "nothing changed")
        self.settled = _Settled.of(latest(self.settings.output), self.wanted.paths, self.settings, self.code)
        anew = summary.profiles - summary.reused
        return Night(time, commit, summary.release, f"{summary.profiles:,} profiles, {anew:,} read anew")


def backfill(wanted: Wanted, settings: Settings, *, past_gates: bool = False) -> Iterator[Night]:
    """Build the nights, oldest first, and tell of each as it is done.

    With `past_gates`, a release that fails a gate is published all the same.

    Raises SourceError where the repository cannot be read, UsageError where the output folder holds releases of another
    source or a folder was never in the repository, GateError with the command that goes on, and what else a build
    raises; nights that are done by then stay.
    """
    with _reported("The history"):
        line = line_of(wanted.repository, wanted.ref)
        _require_known(wanted, line.commits[-1])
    require_own(settings.output, wanted.repository, line)
    code = fingerprint(settings.of_rows)
    settled = _Settled.of(latest(settings.output), wanted.paths, settings, code)
    with lasting_folder(settings.output) as folder:
        builder = _Builder(wanted, settings, past_gates, code, settled, folder)
        for time in wanted.nights:
            yield builder.night(time, line.at(time))


def _require_known(wanted: Wanted, commit: str) -> None:
    """UsageError where the line that ends in `commit` never had a file in one of the folders that are asked for."""
    unknown = [path for path in wanted.paths if not was_there(wanted.repository, commit, path)]
    if unknown:
        raise UsageError(
            f"--path: no commit of {wanted.ref} in {wanted.repository} has a file below {', '.join(unknown)}. Expected"
            " folders of the repository, such as content/tools."
        )


def _which(time: dt.datetime, commit: str) -> str:
    return f"This was the night of {time:%Y-%m-%d}, commit {commit}. Nights that are done stay."


@contextmanager
def _reported(what: str) -> Iterator[None]:
    """Turn a RepositoryError inside the block into a SourceError."""
    try:
        yield
    except RepositoryError as error:
        raise SourceError(f"{what} cannot be read from git. {error}. Nights that are done stay.") from error
