"""Patterns of paths to include and to exclude, with the syntax of .gitignore."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import re2

EVERYTHING = ("**",)
NOT_INCLUDED = "no pattern of include"
"""The reason why a path is left out if it matches none of the patterns to include."""

MOST_PATTERNS = 100
"""Patterns in one setting; every path is matched against all of them."""

LONGEST_PATTERN = 500
"""Characters of one pattern; nearly every path is shorter."""

_OPTIONS = re2.Options()
_OPTIONS.dot_nl = True  # a name may contain a line break
_OPTIONS.log_errors = False  # RE2 would also write every refused pattern to standard error
# To git, [!a] is a character of one name; to pathspec it can be a slash.
_NEGATED_CLASS = re.compile(r"\[\^(\]?)")


@dataclass(frozen=True, slots=True)
class PathFilter:
    """The paths that match a pattern of `include` and none of `exclude`.

    `not_source` is a folder below the source that is left out whatever the patterns say: the folder of releases.
    """

    include: tuple[str, ...] = EVERYTHING
    exclude: tuple[str, ...] = ()
    not_source: str | None = None

    def left_out_by(self, path: str) -> str | None:
        """Return the pattern that leaves `path` out, NOT_INCLUDED if none includes it, or None if the path counts."""
        excluding = next((pattern for pattern in self.exclude if matches(pattern, path)), None)
        if excluding is not None or any(matches(pattern, path) for pattern in self.include):
            return excluding
        return NOT_INCLUDED


ALL = PathFilter()
"""Every path."""


def matches(pattern: str, path: str) -> bool:
    """Return whether `pattern` matches `path` or one of the folders that contain it.

    The syntax is that of .gitignore, and every pattern starts at the source folder: `*` and `?` match characters of one
    name, `[a-c]` and `[!a-c]` one of several characters, and `**` between slashes any number of folders.

    >>> matches("apps/*.md", "apps/krita.md"), matches("*.md", "apps/krita.md"), matches("**/*.md", "apps/krita.md")
    (True, False, True)
    >>> matches("apps", "apps/krita.md"), matches("drafts/", "apps/drafts/krita.md")
    (True, False)
    """
    # Bytes of a name that are not UTF-8 become "?", which wildcards match.
    return pattern in EVERYTHING or _compile(pattern).search(path.encode(errors="replace")) is not None


def check_pattern(pattern: str) -> str:
    """Return `pattern` if it can match a path.

    Raises ValueError if it is empty or too long, or has a backslash, an empty part, a part "." or "..", or a range from
    high to low.

    >>> check_pattern("apps/**/*.md")
    'apps/**/*.md'
    """
    _compile(pattern)
    return pattern


@lru_cache(maxsize=2 * MOST_PATTERNS)
def _compile(pattern: str) -> re2._Regexp:
    # Importing pathspec takes as long as reading six profiles, and most sites set no patterns.
    from pathspec.patterns.gitignore.basic import GitIgnoreBasicPattern  # noqa: PLC0415

    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"a pattern of {len(pattern)} characters is too long; write at most {LONGEST_PATTERN}")
    parts = pattern.removeprefix("/").removesuffix("/").split("/")
    if "\\" in pattern or any(part in ("", ".", "..") for part in parts):
        raise ValueError(
            f"{pattern!r} is not a pattern for paths below the source; write a path with / between folders, such as"
            " apps/**/*.md"
        )
    source, _ = GitIgnoreBasicPattern.pattern_to_regex(f"/{'/'.join(parts)}{'/' * pattern.endswith('/')}")
    try:
        return re2.compile(_NEGATED_CLASS.sub(r"[^\1/", source), _OPTIONS)
    except re2.error as error:
        (reason,) = error.args
        raise ValueError(
            f"{pattern!r} is not a valid pattern ({reason.decode(errors='replace')}); write ranges from low to high,"
            " such as [a-z]"
        ) from error
