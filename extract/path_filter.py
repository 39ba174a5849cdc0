"""Which paths of a source count: patterns to include and to exclude.

A pattern is matched against a whole path below the source, with "/" between folders. `*` and `?` stand for characters
of one name, `[a-c]` and `[!a-c]` for one of several characters, `**` as a part of its own for any number of folders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

EVERYTHING = ("**",)
NOT_INCLUDED = "no pattern of include"
"""What a path is left out by where it matches none of the patterns to include."""

_STARS = re.compile(r"\*+")


@dataclass(frozen=True, slots=True)
class Selection:
    """The paths that match a pattern of `include` and none of `exclude`.

    `not_source` is a folder below the source that is none of it, whatever the patterns say: the folder of releases.
    """

    include: tuple[str, ...] = EVERYTHING
    exclude: tuple[str, ...] = ()
    not_source: str | None = None

    def left_out_by(self, path: str) -> str | None:
        """The pattern that leaves `path` out, NOT_INCLUDED where none lets it in, None where it counts."""
        excluding = next((pattern for pattern in self.exclude if compile_pattern(pattern).fullmatch(path)), None)
        if excluding is not None or any(compile_pattern(pattern).fullmatch(path) for pattern in self.include):
            return excluding
        return NOT_INCLUDED


ALL = Selection()
"""Every path."""


@lru_cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A glob pattern as a regular expression for whole paths.

    Raises ValueError where it can match no path: it is empty, absolute, or has a backslash, or a part "." or "..".
    """
    parts = pattern.split("/")
    if "\\" in pattern or any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"{pattern!r} is no pattern for paths below the source, such as apps/**/*.md")
    *folders, last = parts
    sources = ["(?:[^/]+/)*" if part == "**" else f"{_part(part)}/" for part in folders]
    try:
        return re.compile("".join(sources) + (".+" if last == "**" else _part(last)), re.DOTALL)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no pattern: {error}") from error


def _part(glob: str) -> str:
    """The pattern of one name."""
    translated = []
    for sign in re.findall(r"\[!?\]?[^\]]*\]|.", _STARS.sub("*", glob), re.DOTALL):
        if sign == "*":
            translated.append("[^/]*")
        elif sign == "?":
            translated.append("[^/]")
        elif len(sign) > 1:
            inner = re.sub(r"([\\\[&~|^])", r"\\\1", sign[1:-1].removeprefix("!"))
            translated.append(f"(?!/)[{'^' if sign[1] == '!' else ''}{inner}]")
        else:
            translated.append(re.escape(sign))
    return "".join(translated)
