"""What goes into a run and what each stage hands on: small frozen values, never tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from steckbrief.extract.limits import FileLimits
from steckbrief.extract.path_filter import ALL, PathFilter
from steckbrief.pipeline.plan import Cache
from steckbrief.transform.options import Options

if TYPE_CHECKING:
    from steckbrief.load.gates import GateResult
    from steckbrief.load.release import Checked  # a worker, which reads this module for Job, need not load a database


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be read and how: the same for a build and for a check that publishes nothing.

    `path_filter` says which files count. `cache` is the last release, None where nothing of it is to be used. `workers`
    is the number of processes asked for; None leaves the choice to the extract stage.
    """

    source: Path
    work: Path
    options: Options
    limits: FileLimits
    workers: int | None = None
    path_filter: PathFilter = ALL
    cache: Cache | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the profiles of a source folder come from: the folder, or the repository of which it is a copy.

    `paths` are the folders of the repository that were asked for; none where all were. `contents` is the digest of the
    files that were copied from `commit`; None for a folder that is read as it is.
    """

    root: str
    commit: str | None
    paths: tuple[str, ...] = ()
    contents: str | None = None


@dataclass(frozen=True, slots=True)
class Updated:
    """After update: the folder with the files, and where they come from.

    `held` where the last release has all of it already; then nothing was exported, and there is no such folder.
    """

    folder: Path
    origin: Origin
    fetched: bool = False
    held: bool = False

    @property
    def sentence(self) -> str:
        """What a person reads about it."""
        how = "fetched" if self.fetched else "as it is"
        commit = f"commit {self.origin.commit}" if self.origin.commit else "no commit"
        held = ": nothing changed, the last release was made from the same files" if self.held else ""
        return f"{self.origin.root} {how}, {commit}{held}"


@dataclass(frozen=True, slots=True)
class Found:
    """After discover. Counts of files: to read, skipped by rule, left out by patterns, no files at all, not Markdown.

    `excluded` are counts by the pattern that leaves the files out.
    """

    files: int
    skipped: int
    excluded: Mapping[str, int]
    unreadable: int
    other: int

    @property
    def by_pattern(self) -> str:
        """Which patterns left files out, as the end of a sentence."""
        return "excluded by " + ", ".join(f"{pattern} ({number:,})" for pattern, number in self.excluded.items())

    @property
    def sentence(self) -> str:
        """What a person reads about it."""
        excluded = f" {sum(self.excluded.values())} {self.by_pattern}," if self.excluded else ""
        return (
            f"{counted(self.files, 'profile file')}; {self.skipped} skipped by name,{excluded} {self.unreadable}"
            f" unusable, {counted(self.other, 'file')} of other kinds"
        )


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """After read. Files that can be opened, their bytes in all, and files that cannot, discovery's included."""

    files: int
    bytes: int
    unreadable: int

    @property
    def sentence(self) -> str:
        """What a person reads about it."""
        return f"{counted(self.files, 'file')}, {self.bytes:,} bytes; {self.unreadable} unreadable"


@dataclass(frozen=True, slots=True)
class Planned:
    """After plan. Files to be read anew, profiles that the last release already has, and whether nothing changed."""

    anew: int
    kept: int
    unchanged: bool

    @property
    def sentence(self) -> str:
        """What a person reads about it."""
        if self.unchanged:
            return f"nothing changed: the last release was made from the same {counted(self.anew + self.kept, 'file')}"
        return f"{counted(self.anew, 'file')} to read anew, {counted(self.kept, 'profile')} kept from the last release"


@dataclass(frozen=True, slots=True)
class Extracted:
    """After extract. Documents with rows, files that gave none, batches written, and processes that wrote them."""

    documents: int
    unreadable: int
    batches: int
    workers: int

    @property
    def sentence(self) -> str:
        """What a person reads about it."""
        return (
            f"{counted(self.documents, 'document')} in {counted(self.batches, 'batch', 'batches')} by"
            f" {counted(self.workers, 'process', 'processes')}; {counted(self.unreadable, 'file')} without a document"
        )


@dataclass(frozen=True, slots=True)
class Transformed:
    """After transform. Rows of every table of the release but the change set, which load computes.

    `inputs` is the digest of the files the rows were made from, `unread` the number of those that could not be opened,
    perhaps only this time.
    """

    rows: Mapping[str, int]
    inputs: str
    unread: int

    @property
    def sentence(self) -> str:
        """What a person reads about it."""
        return f"{sum(self.rows.values()):,} rows in {counted(len(self.rows), 'table')}"


@dataclass(frozen=True, slots=True)
class CheckedRelease:
    """After check: the release as load hands it on, written and read back, not yet published."""

    checked: Checked

    @property
    def rows(self) -> Mapping[str, int]:
        """Rows by table."""
        return self.checked.written.rows

    @property
    def sentence(self) -> str:
        """What a person reads about it."""
        return f"{counted(len(self.checked.entries), 'table')} written, read back and held against the schema"


@dataclass(frozen=True, slots=True)
class Gated:
    """After the gates: what each of them found."""

    results: tuple[GateResult, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """What failed, a sentence for each gate."""
        return tuple(f"{each.gate}: {each.message}" for each in self.results if not each.passed)

    @property
    def sentence(self) -> str:
        """What a person reads about it."""
        if not self.failed:
            return f"{counted(len(self.results), 'gate')} passed"
        names = ", ".join(each.gate for each in self.results if not each.passed)
        return f"{len(self.failed)} of {counted(len(self.results), 'gate')} failed: {names}"


@dataclass(frozen=True, slots=True)
class Built:
    """After publish: the release's id and folder."""

    release: str
    path: Path

    @property
    def sentence(self) -> str:
        """What a person reads about it."""
        return f"release {self.release} in {self.path}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 file", "2 files", "1,119 profiles"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
