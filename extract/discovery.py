"""Find the files of a source, and list every Markdown file that is left out with the reason."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from steckbrief.extract.model import Problem, Unreadable
from steckbrief.extract.path_filter import ALL, PathFilter
from steckbrief.extract.printable import printable

SUFFIXES = (".md", ".markdown")
# Static site generators leave these out as drafts, templates and metadata.
SKIPPED_PREFIXES = ("_", ".")


@dataclass(frozen=True, slots=True)
class Discovered:
    """The files of a source, with paths relative to `root` in POSIX style.

    `files` are the profiles to read. The other lists name Markdown files that are left out, with printable paths:
    `skipped`, because a part of the path starts with "_" or "."; `excluded`, as (path, pattern), because of a pattern;
    `unreadable`, because they are not regular files with a usable name. `other` counts all other files.
    """

    root: Path
    files: tuple[str, ...]
    skipped: tuple[str, ...]
    excluded: tuple[tuple[str, str], ...]
    unreadable: tuple[Unreadable, ...]
    other: int


@dataclass(slots=True)
class _Collector:
    """Sorts the entries of a source into the lists of Discovered."""

    path_filter: PathFilter
    files: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    excluded: list[tuple[str, str]] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    other: int = 0

    def report(self, path: str, rule: str, detail: str) -> None:
        self.unreadable.append(Unreadable(printable(path), Problem(rule, values={"detail": printable(detail)})))

    def add(self, path: str, entry: os.DirEntry[str]) -> None:
        """Add one entry of a folder to the list it belongs to."""
        markdown = entry.name.lower().endswith(SUFFIXES)
        is_link, is_folder = entry.is_symlink(), entry.is_dir(follow_symlinks=False)
        if self._leaves_out(path, profile=markdown and not is_folder):
            return
        if is_link:
            if markdown or _is_folder(entry, follow_symlinks=True):
                target = os.readlink(entry.path)  # noqa: PTH115  (Path would normalise the text of the link)
                self.report(path, "symlink-not-followed", target)
        elif not markdown:
            self.other += not is_folder
        elif not entry.is_file(follow_symlinks=False):
            self.report(path, "not-a-file", "a folder" if is_folder else "a special file")
        elif printable(path) != path:
            self.report(path, "file-name-unusable", path)
        else:
            self.files.append(path)

    def _leaves_out(self, path: str, *, profile: bool) -> bool:
        """Return whether a name in `path` or a pattern leaves it out; record it if it could be a profile."""
        if any(part.startswith(SKIPPED_PREFIXES) for part in path.split("/")):
            if profile:
                self.skipped.append(path)
            return True
        pattern = self.path_filter.left_out_by(path) if profile else None
        if pattern is not None:
            self.excluded.append((path, pattern))
        return pattern is not None


def discover(root: Path, path_filter: PathFilter = ALL) -> Discovered:
    """Find the Markdown files below `root` that `path_filter` accepts, sorted by path.

    Symbolic links are reported and not followed, because they can loop or lead out of the source.

    Raises:
        NotADirectoryError: `root` is not a folder.
        OSError: `root` cannot be listed.
    """
    if not root.is_dir():
        message = f"{root}: the source folder does not exist or is not a folder. Name a folder with Markdown profiles."
        raise NotADirectoryError(message)
    collector = _Collector(path_filter)

    for path, entry in walk(root, lambda folder: folder != path_filter.not_source):
        if isinstance(entry, OSError):
            collector.report(path, "folder-unreadable", entry.strerror or type(entry).__name__)
            continue
        try:
            collector.add(path, entry)
        except OSError as error:
            # The entry has vanished, or its file system fails.
            collector.report(path, "file-unreadable", error.strerror or type(error).__name__)
    return Discovered(
        root=root,
        files=tuple(sorted(collector.files)),
        skipped=tuple(sorted(map(printable, collector.skipped))),
        excluded=tuple(sorted((printable(path), pattern) for path, pattern in collector.excluded)),
        unreadable=tuple(sorted(collector.unreadable, key=lambda item: (item.path, item.problem.rule))),
        other=collector.other,
    )


def walk(root: Path, enters: Callable[[str], bool]) -> Iterator[tuple[str, os.DirEntry[str] | OSError]]:
    """Yield path and entry of everything below `root`, without following symbolic links.

    Folders whose path `enters` rejects are neither yielded nor listed. A folder that cannot be listed is yielded a
    second time, with the error. Raises OSError if `root` itself cannot be listed.
    """
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    if _is_folder(entry, follow_symlinks=False):
                        if not enters(path):
                            continue
                        pending.append(path)
                    yield path, entry
        except OSError as error:
            if not folder:
                raise
            yield folder, error


def _is_folder(entry: os.DirEntry[str], *, follow_symlinks: bool) -> bool:
    """Return whether an entry is a folder or a link to one; a link that loops or dangles is neither."""
    try:
        return entry.is_dir(follow_symlinks=follow_symlinks)
    except OSError:
        return False
