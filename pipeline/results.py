"""What each stage returns: small frozen values, never tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from steckbrief.load.gates import GateResult
    from steckbrief.load.release import Checked  # loads a database, and the command line only counts


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the profiles of a source folder come from: the folder, or the repository of which it is a copy.

    `paths` are the requested folders of the repository, () for all. `contents` is the digest of the files that were
    copied from `commit`; None for a folder that is read as it is.
    """

    root: str
    commit: str | None
    paths: tuple[str, ...] = ()
    contents: str | None = None


@dataclass(frozen=True, slots=True)
class Updated:
    """After update: the folder with the files, and where they come from.

    If `held`, the last release was made from the same files; then nothing was exported, and the folder does not exist.
    """

    folder: Path
    origin: Origin
    fetched: bool = False
    held: bool = False

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""
        how = "fetched" if self.fetched else "as it is"
        commit = f"commit {self.origin.commit}" if self.origin.commit else "no commit"
        held = ": nothing changed, the last release was made from the same files" if self.held else ""
        return f"{self.origin.root} {how}, {commit}{held}"


@dataclass(frozen=True, slots=True)
class Found:
    """After discover. Counts of files: to read, skipped by name, left out by patterns, unusable, not Markdown.

    `excluded` counts files by the pattern that leaves them out.
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
        """What the stage did, for a person."""
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
        """What the stage did, for a person."""
        return f"{counted(self.files, 'file')}, {self.bytes:,} bytes; {self.unreadable} unreadable"


@dataclass(frozen=True, slots=True)
class Planned:
    """After plan. Files to read, profiles to keep from the last release, and whether nothing changed."""

    to_read: int
    kept: int
    unchanged: bool

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""
        if self.unchanged:
            return (
                f"nothing changed: the last release was made from the same {counted(self.to_read + self.kept, 'file')}"
            )
        return (
            f"{counted(self.to_read, 'file')} to read anew, {counted(self.kept, 'profile')} kept from the last release"
        )


@dataclass(frozen=True, slots=True)
class Extracted:
    """After extract. Documents with rows, files that gave none, batches written, and processes that wrote them."""

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
    """After transform. Rows of every table except changes, which load computes.

    `inputs` is the digest of the files the rows were made from, `unread` the number of files that could not be opened,
    perhaps only this time, `left_out` the number of files that are not profiles on purpose.
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
    """After check: the release as load hands it on, written and read back, not yet published."""

    checked: Checked

    @property
    def rows(self) -> Mapping[str, int]:
        """Rows by table."""
        return self.checked.written.rows

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""
        return f"{counted(len(self.checked.entries), 'table')} written, read back and held against the schema"


@dataclass(frozen=True, slots=True)
class Gated:
    """After the gates: the result of each."""

    results: tuple[GateResult, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """A sentence about each gate that failed."""
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
    """After publish: the release's id and folder."""

    release: str
    path: Path

    @property
    def sentence(self) -> str:
        """What the stage did, for a person."""
        return f"release {self.release} in {self.path}"


def inputs(found: Found, read_files: ReadFiles) -> dict[str, Any]:
    """The counts of files as release.json records them."""
    return {
        "found": found.files + found.unreadable,
        "read": read_files.files,
        "bytes": read_files.bytes,
        "skipped": found.skipped + sum(found.excluded.values()),
        "excluded": dict(found.excluded),
        "other": found.other,
    }


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> counted(1, "file"), counted(1119, "profile"), counted(2, "batch", "batches")
    ('1 file', '1,119 profiles', '2 batches')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
