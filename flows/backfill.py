"""Backfill: the nights of the past, built from a git history as they would have been built then.

Belongs here: going through the nights, and which of them need a build. Does not belong here: which days have a night
(nights.py), building one (run.py), git (extract/), or arguments (backfill_command.py).

Each night is built on the one before, so it costs what changed; nights without a change publish nothing, and most of
them are known without a look at the files. A night that is there is not built again, so the same backfill goes on where
it was interrupted, and comes to the same releases.
"""

from __future__ import annotations

import datetime as dt
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from extract.export import export
from extract.git import RepositoryError
from extract.repository import Entry, files_of, line_of
from flows import run
from flows.errors import NothingToBuildError, SourceError
from flows.own import require_own, require_room
from flows.plan import DATES, cache_of, next_due
from flows.provenance import fingerprint
from flows.run import Origin
from flows.settings import Settings
from load.errors import GateError
from load.published import Release, latest, released_at
from load.release import table


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
    """What the last release and the nights since have answered: which commit was looked at, and until when it holds.

    `due` is the first day on which the same files would give other rows: a date in them comes due, or the code is
    another.
    """

    last: Release | None = None
    commit: str | None = None
    due: dt.date | None = None

    @classmethod
    def of(cls, last: Release | None, wanted: Wanted, code: str) -> _Settled:
        """After a release, made just now or found; `code` is the fingerprint of what makes rows today."""
        if last is None:
            return cls()
        source = last.manifest["source"]
        same = tuple(source.get("paths", ())) == wanted.paths
        cache = cache_of(last.path, last.manifest, code)
        if not cache.usable or cache.today is None:
            return cls(last, due=dt.date.min)
        profiles = table(last.path, "profiles", DATES)
        return cls(last, source["commit"] if same else None, next_due(profiles, cache.today))

    def answers(self, commit: str, day: dt.date) -> bool:
        """Whether a build of this commit on this day is known to change nothing."""
        return commit == self.commit and (self.due is None or day < self.due)


@dataclass(slots=True)
class _Tree:
    """A folder that is brought from commit to commit, touching only what differs."""

    folder: Path
    files: Mapping[str, Entry] = field(default_factory=dict)

    def bring_to(self, commit: str, wanted: Wanted, largest: int) -> bool:
        """Let the folder hold the files of `commit`; False, and all as it was, where the commit has none."""
        files = files_of(wanted.repository, commit, wanted.paths)
        if files:
            export(wanted.repository, self.files, files, self.folder, largest)
            self.files = files
        return bool(files)


def backfill(wanted: Wanted, settings: Settings, *, past_gates: bool = False) -> Iterator[Night]:
    """Build the nights, oldest first, and tell of each as it is done.

    With `past_gates`, a release that fails a gate is published all the same.

    Raises SourceError where the repository cannot be read, UsageError where the output folder holds releases of another
    source, GateError with the command that goes on, and what else a build raises; nights that are done by then stay.
    """
    code = fingerprint(settings.of_rows)
    with _named("The history"):
        line = line_of(wanted.repository, wanted.ref)
    require_own(settings.output, wanted.repository, line)
    with tempfile.TemporaryDirectory(prefix="steckbrief-") as name:
        tree = _Tree(Path(name))
        settled = _Settled.of(latest(settings.output), wanted, code)
        for time in wanted.nights:
            if settled.last is not None and released_at(settled.last.id) >= time:
                yield Night(time, None, None, "there already, or followed by a later release")
                continue
            commit = line.at(time)
            if commit is None or settled.answers(commit, time.date()):
                yield Night(time, commit, None, "no new commit" if commit else "no commit yet")
                continue
            require_room(settings.output, time)
            with _named(f"The night of {time:%Y-%m-%d}"):
                found = tree.bring_to(commit, wanted, settings.file_limits.file_bytes)
            night = _built(time, commit, tree.folder, wanted, settings, past_gates=past_gates) if found else None
            if night is not None and night.release:
                settled = _Settled.of(latest(settings.output), wanted, code)
            else:
                settled.commit = commit
                settled.due = settled.due if night else None
            yield night or Night(time, commit, None, "no profile")


def _built(
    time: dt.datetime, commit: str, folder: Path, wanted: Wanted, settings: Settings, *, past_gates: bool
) -> Night | None:
    """Build a night; None where no file of it can be read as a profile."""
    origin = Origin(str(wanted.repository), commit, wanted.paths)
    try:
        summary = run.build(folder, settings, at=time, origin=origin, past_gates=past_gates)
    except NothingToBuildError:
        return None
    except GateError as error:
        again = GateError(error.failed, error.candidate, wanted.up_to(time))
        again.add_note(f"{_which(time, commit)} Once it is published, give the same backfill again to go on.")
        raise again from error
    except Exception as error:
        error.add_note(_which(time, commit))
        raise
    if not summary.published:
        return Night(time, commit, None, "nothing changed")
    anew = summary.profiles - summary.reused
    return Night(time, commit, summary.release, f"{summary.profiles:,} profiles, {anew:,} read anew")


def _which(time: dt.datetime, commit: str) -> str:
    return f"This was the night of {time:%Y-%m-%d}, commit {commit}."


@contextmanager
def _named(what: str) -> Iterator[None]:
    try:
        yield
    except RepositoryError as error:
        raise SourceError(f"{what} cannot be read from git. {error}. Nights that are done stay.") from error
