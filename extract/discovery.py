"""Finding the files of a source: sorted, bounded, and with every file that is left out accounted for.

Belongs here: walking the source folder and the rules on which names count. Does not belong here: reading a file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from extract.model import Problem, Unreadable

SUFFIXES = (".md", ".markdown")
# Static site generators leave these out as drafts, templates and metadata.
SKIPPED_PREFIXES = ("_", ".")


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a source holds.

    All paths are relative to `root`, POSIX style. `files` are to be read; `skipped` are Markdown files left out by rule, because a part of their path starts with
    "_" or "."; `unreadable` could not be taken as files; `other` counts files that are no Markdown.
    """

    root: Path
    files: tuple[str, ...]
    skipped: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]
    other: int


def discover(root: Path) -> Discovery:
    """Find all Markdown files below `root`, sorted by path.

    Symbolic links are reported and not followed: they can loop, or lead out of the source. Raises
    NotADirectoryError when `root` is no folder, OSError when it cannot be listed.
    """
    if not root.is_dir():
        message = (
            f"{root}: the source folder does not exist or is no folder. Name a folder that holds Markdown profiles."
        )
        raise NotADirectoryError(message)
    files: list[str] = []
    skipped: list[str] = []
    unreadable: list[Unreadable] = []
    other = 0
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            entries = list(os.scandir(root / folder))
        except OSError as error:
            if not folder:
                raise
            unreadable.append(_unreadable(folder, "folder-unreadable", error.strerror or type(error).__name__))
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            markdown = entry.name.lower().endswith(SUFFIXES)
            if entry.is_symlink():
                if markdown or entry.is_dir():
                    unreadable.append(_unreadable(path, "symlink-not-followed", os.readlink(entry.path)))
            elif entry.is_dir(follow_symlinks=False):
                pending.append(path)
                if markdown:
                    unreadable.append(_unreadable(path, "not-a-file", "a folder"))
            elif not markdown:
                other += 1
            elif _is_skipped(path):
                skipped.append(path)
            elif not entry.is_file(follow_symlinks=False):
                unreadable.append(_unreadable(path, "not-a-file", "a special file"))
            elif not path.isprintable() or _printable(path) != path:
                unreadable.append(_unreadable(path, "file-name-unusable", _printable(path)))
            else:
                files.append(path)
    return Discovery(
        root=root,
        files=tuple(sorted(files)),
        skipped=tuple(sorted(_printable(path) for path in skipped)),
        unreadable=tuple(sorted(unreadable, key=lambda each: each.path)),
        other=other,
    )


def _is_skipped(path: str) -> bool:
    return any(part.startswith(SKIPPED_PREFIXES) for part in path.split("/"))


def _unreadable(path: str, rule: str, found: str) -> Unreadable:
    return Unreadable(_printable(path), Problem(rule, values={"detail": _printable(found)}))


def _printable(path: str) -> str:
    """A path that any output can hold: bytes that are not UTF-8 (Python keeps them as surrogates) are escaped."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
