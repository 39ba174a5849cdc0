"""Finding the files of a source: sorted, bounded, and with every file that is left out accounted for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from steckbrief.extract.model import Problem, Unreadable
from steckbrief.extract.path_filter import ALL, PathFilter

SUFFIXES = (".md", ".markdown")
# Static site generators leave these out as drafts, templates and metadata.
SKIPPED_PREFIXES = ("_", ".")


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a source holds.

    All paths are relative to `root`, POSIX style. `files` are to be read; `skipped` are Markdown files left out by
    rule, because a part of their path starts with "_" or "."; `excluded` are (path, pattern) of Markdown files that a
    pattern leaves out; `unreadable` could not be taken as files; `other` counts the other files. What cannot be printed
    is escaped in all paths but those of `files`.
    """

    root: Path
    files: tuple[str, ...]
    skipped: tuple[str, ...]
    excluded: tuple[tuple[str, str], ...]
    unreadable: tuple[Unreadable, ...]
    other: int


@dataclass(slots=True)
class _Findings:
    path_filter: PathFilter
    files: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    excluded: list[tuple[str, str]] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    other: int = 0

    def leave_out(self, path: str, rule: str, detail: str) -> None:
        self.unreadable.append(Unreadable(_printable(path), Problem(rule, values={"detail": _printable(detail)})))


def discover(root: Path, path_filter: PathFilter = ALL) -> Discovered:
    """Find the Markdown files below `root` that `path_filter` lets in, sorted by path.

    Symbolic links are reported and not followed: they can loop, or lead out of the source. Raises
    NotADirectoryError when `root` is no folder, OSError when it cannot be listed.
    """
    if not root.is_dir():
        message = (
            f"{root}: the source folder does not exist or is no folder. Name a folder that holds Markdown profiles."
        )
        raise NotADirectoryError(message)
    found = _Findings(path_filter, folders=[""])
    while found.folders:
        folder = found.folders.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    _take(entry, f"{folder}/{entry.name}" if folder else entry.name, found)
        except OSError as error:
            if not folder:
                raise
            found.leave_out(folder, "folder-unreadable", error.strerror or type(error).__name__)
    return Discovered(
        root=root,
        files=tuple(sorted(found.files)),
        skipped=tuple(sorted(map(_printable, found.skipped))),
        excluded=tuple(sorted((_printable(path), pattern) for path, pattern in found.excluded)),
        unreadable=tuple(sorted(found.unreadable, key=lambda each: (each.path, each.problem.rule))),
        other=found.other,
    )


def _take(entry: os.DirEntry[str], path: str, found: _Findings) -> None:
    """Decide about one entry of a folder."""
    markdown = entry.name.lower().endswith(SUFFIXES)
    try:
        link, folder, file = (
            entry.is_symlink(),
            entry.is_dir(follow_symlinks=False),
            entry.is_file(follow_symlinks=False),
        )
        target = os.readlink(entry.path) if link else ""  # noqa: PTH115  (Path would mend the text of the link)
    except OSError as error:
        # It vanished, or its file system fails.
        found.leave_out(path, "file-unreadable", error.strerror or type(error).__name__)
        return
    if folder and path == found.path_filter.not_source:
        return
    if folder:
        found.folders.append(path)
    if _is_left_out(path, found, counts=markdown and not folder):
        return
    if link:
        if markdown or _is_folder(entry):
            found.leave_out(path, "symlink-not-followed", target)
    elif not markdown:
        found.other += not folder
    elif not file:
        found.leave_out(path, "not-a-file", "a folder" if folder else "a special file")
    elif _printable(path) != path:
        found.leave_out(path, "file-name-unusable", path)
    else:
        found.files.append(path)


def _is_folder(link: os.DirEntry[str]) -> bool:
    """Whether a symbolic link leads to a folder; one that loops or leads nowhere does not."""
    try:
        return link.is_dir()
    except OSError:
        return False


def _is_left_out(path: str, found: _Findings, *, counts: bool) -> bool:
    """Whether the names in a path or the patterns leave it out; what `counts`, a Markdown file, is then counted."""
    if any(part.startswith(SKIPPED_PREFIXES) for part in path.split("/")):
        if counts:
            found.skipped.append(path)
        return True
    pattern = found.path_filter.left_out_by(path) if counts else None
    if pattern is not None:
        found.excluded.append((path, pattern))
    return pattern is not None


def _printable(text: str) -> str:
    """Text that any terminal and file can hold: control and format characters and bytes that are no UTF-8 escaped."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
