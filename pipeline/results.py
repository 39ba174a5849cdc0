"""Results of the stages: small frozen values, never tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from steckbrief.load.gates import GateResult
    from steckbrief.load.release import Checked  # imports DuckDB, which the command line does without


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the profiles come from: a folder, or a repository from which they were exported.

    `paths` are the requested folders of the repository, () for all. `contents` is the digest of the files exported from
    `commit`; None for a folder that is read directly.
    """

    root: str
    commit: str | None
    paths: tuple[str, ...] = ()
    contents: str | None = None


@dataclass(frozen=True, slots=True)
class Updated:
    """Result of update: the folder with the files, and where they come from.

    If `unchanged`, the last release was built from the same files. Then nothing was exported, and `folder` does not
    exist.
    """

    folder: Path
    origin: Origin
    fetched: bool = False
    unchanged: bool = False

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""
        action = "fetched" if self.fetched else "not fetched"
        commit = f"commit {self.origin.commit}" if self.origin.commit else "no commit"
        unchanged = "; nothing changed: the last release was built from the same files" if self.unchanged else ""
        return f"{self.origin.root} {action}, {commit}{unchanged}"


@dataclass(frozen=True, slots=True)
class Discovered:
    """Result of discover: counts of files.

    Attributes:
        files: profiles to read.
        skipped: files that their name excludes.
        excluded: files that a pattern of the settings excludes, by pattern.
        unreadable: files that cannot be read as a profile, for example because of their name.
        other: files that are not Markdown.
    """

    files: int
    skipped: int
    excluded: Mapping[str, int]
    unreadable: int
    other: int

    @property
    def by_pattern(self) -> str:
        """The patterns that excluded files, with their counts, as the end of a sentence."""
        return "excluded by " + ", ".join(f"{pattern} ({number:,})" for pattern, number in self.excluded.items())

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""
        excluded = f" {sum(self.excluded.values())} {self.by_pattern}," if self.excluded else ""
        return (
            f"{counted(self.files, 'profile file')}; {self.skipped} skipped by name,{excluded} {self.unreadable}"
            f" unreadable, {counted(self.other, 'file')} of other kinds"
        )


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """Result of read: readable files, their total size, and unreadable files including those of discover."""

    files: int
    bytes: int
    unreadable: int

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""
        return f"{counted(self.files, 'file')}, {self.bytes:,} bytes; {self.unreadable} unreadable"


@dataclass(frozen=True, slots=True)
class Planned:
    """Result of plan: files to read, profiles to reuse from the last release, and whether nothing changed."""

    to_read: int
    reused: int
    unchanged: bool

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""
        if self.unchanged:
            files = counted(self.to_read + self.reused, "file")
            return f"nothing changed: the last release was built from the same {files}"
        return (
            f"{counted(self.to_read, 'file')} to read, {counted(self.reused, 'profile')} reused from the last release"
        )


@dataclass(frozen=True, slots=True)
class Extracted:
    """Result of extract: documents, files that gave no document, batches, and processes that read them."""

    documents: int
    unreadable: int
    batches: int
    workers: int

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""
        return (
            f"{counted(self.documents, 'document')} in {counted(self.batches, 'batch', 'batches')} by"
            f" {counted(self.workers, 'process', 'processes')}; {counted(self.unreadable, 'file')} without a document"
        )


@dataclass(frozen=True, slots=True)
class Transformed:
    """Result of transform: rows of every table except changes, which load computes.

    `inputs` is the digest of the files that the rows were made from. `unread` is the number of files that could not be
    opened, perhaps only this time. `left_out` is the number of files that are rightly not profiles.
    """

    rows: Mapping[str, int]
    inputs: str
    unread: int
    left_out: int = 0

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""
        return f"{sum(self.rows.values()):,} rows in {counted(len(self.rows), 'table')}"


@dataclass(frozen=True, slots=True)
class CheckedRelease:
    """Result of check: a release that is written and checked, but not yet published."""

    checked: Checked

    @property
    def rows(self) -> Mapping[str, int]:
        """Rows by table."""
        return self.checked.written.rows

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""
        return f"{counted(len(self.checked.entries), 'table')} written, read back and checked against the schema"


@dataclass(frozen=True, slots=True)
class Gated:
    """Result of gate: the result of every gate."""

    results: tuple[GateResult, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """A sentence about every gate that failed."""
        return tuple(f"{gate.gate}: {gate.message}" for gate in self.results if not gate.passed)

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""
        if not self.failed:
            return f"{counted(len(self.results), 'gate')} passed"
        names = ", ".join(gate.gate for gate in self.results if not gate.passed)
        return f"{len(self.failed)} of {counted(len(self.results), 'gate')} failed: {names}"


@dataclass(frozen=True, slots=True)
class Built:
    """Result of publish: id and folder of the release."""

    release: str
    path: Path

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""
        return f"release {self.release} in {self.path}"


def inputs(discovered: Discovered, read_files: ReadFiles) -> dict[str, Any]:
    """Return the counts of files as release.json records them."""
    return {
        "found": discovered.files + discovered.unreadable,
        "read": read_files.files,
        "bytes": read_files.bytes,
        "skipped": discovered.skipped + sum(discovered.excluded.values()),
        "excluded": dict(discovered.excluded),
        "other": discovered.other,
    }


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> counted(1, "file"), counted(1119, "profile"), counted(2, "batch", "batches")
    ('1 file', '1,119 profiles', '2 batches')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
