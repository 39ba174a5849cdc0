"""Read the bytes of a source file."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from steckbrief.extract.limits import FileLimits
from steckbrief.extract.model import Problem, Unreadable

# Since discovery, a file may have been replaced by a pipe or a link: opening a pipe must not wait for a writer, and a
# link must not lead out of the source.
_FLAGS = os.O_NONBLOCK | os.O_NOFOLLOW


@dataclass(frozen=True, slots=True)
class FileHash:
    """The identity of a source file's content: its `size` in bytes and the SHA-256 of the stored bytes, in hex."""

    path: str
    size: int
    sha256: str


def read_bytes(root: Path, path: str, limits: FileLimits) -> bytes | Unreadable:
    """Read the file at `path` below `root`; Unreadable if it cannot be read or is larger than the limit."""
    try:
        with open(root / path, "rb", opener=_open) as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                return Unreadable(path, Problem("not-a-file", values={"detail": "a special file"}))
            # Read the known size first: allocating a buffer of the limit costs more than reading. Then read the rest
            # of a file that has grown since.
            data = stream.read(min(status.st_size, limits.file_bytes) + 1)
            if len(data) > status.st_size:
                data += stream.read(limits.file_bytes + 1 - len(data))
    except OSError as error:
        return Unreadable(path, Problem("file-unreadable", values={"detail": error.strerror or type(error).__name__}))
    if len(data) > limits.file_bytes:
        return Unreadable(path, Problem("file-too-large", values={"limit": str(limits.file_bytes)}))
    return data


def hash_file(root: Path, path: str, limits: FileLimits) -> FileHash | Unreadable:
    """Hash the file at `path` below `root`; Unreadable if it cannot be read or is larger than the limit."""
    data = read_bytes(root, path, limits)
    if isinstance(data, Unreadable):
        return data
    return FileHash(path, len(data), hashlib.sha256(data).hexdigest())


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | _FLAGS)
