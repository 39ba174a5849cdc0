"""Identity from the path: the slug, locale and date in a file's path, and the pages that only describe a folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from steckbrief.transform.identity import locale_code, locale_folder, slug_from_name
from steckbrief.transform.options import Options

EXTENSIONS: Final = (".md", ".markdown", ".mdx")
"""Extensions of links to other profiles, in lower case."""

# Files of these names stand for their folder, as in Hugo, Astro, Nuxt and MkDocs.
_INDEX_NAMES = frozenset({"index", "readme"})
# A year alone is a date only as a folder, and within these limits: 2048 is a game.
_YEAR = re.compile(r"(?:199\d|20[0-3]\d)")
_MONTH, _DAY = re.compile(r"0?[1-9]|1[0-2]"), re.compile(r"0?[1-9]|[12]\d|3[01]")
_DATE_FOLDER = re.compile(rf"({_YEAR.pattern})[-_.]((?:0[1-9]|1[0-2]))(?:[-_.](0[1-9]|[12]\d|3[01]))?")
_DATED_NAME = re.compile(rf"{_DATE_FOLDER.pattern}[-_. ]+(?P<name>[^\W_].*)")


class PathIdentity(NamedTuple):
    """What a path says about its profile.

    Attributes:
        slug: the slug; never empty.
        locale: the locale in the file name or the folders; None if they name none.
        date: the numbers of the date in the path (year, month, day, as far as given); empty without one.
        folder: for index and README files, the folder that they stand for ("" for the source); None for other files.
    """

    slug: str
    locale: str | None
    date: tuple[int, ...]
    folder: str | None


def read_path(path: str, options: Options) -> PathIdentity:
    """Return what the path of a file says about its profile.

    >>> read_path("en/tools/krita/index.md", Options())
    PathIdentity(slug='krita', locale='en', date=(), folder='en/tools/krita')
    >>> read_path("posts/2024-05-01-krita.md", Options())
    PathIdentity(slug='krita', locale=None, date=(2024, 5, 1), folder=None)
    >>> read_path("tools/krita.de.md", Options(locale_suffixes=True))[:2]
    ('krita', 'de')
    >>> read_path("apps/office/krita.md", Options(slug_from="full_path")).slug
    'apps-office-krita'
    """
    *folders, file_name = PurePosixPath(path).parts
    name, suffix_locale = _split_locale(PurePosixPath(file_name).stem, options)
    at = locale_folder(folders, options.locales)
    locale = suffix_locale or (at[1] if at else None)
    dates = _date_folders(folders)
    named = [i for i in range(len(folders)) if i not in dates and not (at and i == at[0])]
    folder = None
    if name.casefold() in _INDEX_NAMES:
        folder = "/".join(folders[: named[-1] + 1]) if named else ""
        name = folders[named.pop()] if named else name
    date = tuple(int(number) for i in dates for number in re.findall(r"\d+", folders[i]))
    if dated := _DATED_NAME.fullmatch(name):
        date = tuple(int(number) for number in dated.groups()[:3] if number)
        name = dated["name"]
    parts = [*(folders[i] for i in named), name] if options.slug_from == "full_path" else [name]
    if options.dated_files == "separate":
        parts.insert(-1, "-".join(f"{number:02}" for number in date))
    slug = slug_from_name("-".join(filter(None, parts)))
    return PathIdentity(slug or f"profile-{hashlib.sha256(path.encode()).hexdigest()[:8]}", locale, date, folder)


def folder_pages(paths: Iterable[str], options: Options) -> set[str]:
    """Return the index and README files that have other profiles in their folder or below it.

    The same page in another language ("index.de.md", "de/index.md") is not another profile.

    >>> sorted(folder_pages(["tools/README.md", "tools/krita/index.md", "tools/krita/index.de.md"], Options()))
    ['tools/README.md']
    """
    subjects = {path: read_path(path, options).folder for path in paths}
    below: dict[str, set[str]] = {}
    for path, subject in subjects.items():
        for parent in PurePosixPath(path).parents:
            members = below.setdefault(str(parent), set())
            if len(members) < 2:  # two different subjects are enough to know
                members.add(f"/{path}" if subject is None else subject)
    return {
        path
        for path, subject in subjects.items()
        if subject is not None and len(below[str(PurePosixPath(path).parent)]) > 1
    }


def newest_dated(paths: Sequence[str], options: Options) -> list[str]:
    """Return `paths` without the dated files that another of them replaces.

    >>> newest_dated(["2023/krita.md", "2024/krita.md", "krita.md"], Options())
    ['2024/krita.md', 'krita.md']
    """
    dates = {path: read_path(path, options).date for path in paths}
    dated = [date for date in dates.values() if date]
    if options.dated_files == "separate" or not dated:
        return list(paths)
    winner = min(dated) if options.dated_files == "oldest" else max(dated)
    return [path for path in paths if dates[path] in ((), winner)]


def _split_locale(stem: str, options: Options) -> tuple[str, str | None]:
    """Split a language code from a file name, if the site uses them or the name stands for a folder."""
    name, _, code = stem.rpartition(".")
    if not name or not (options.locale_suffixes or name.casefold() in _INDEX_NAMES):
        return stem, None
    locale = _named_locale(code, options.locales)
    return (name, locale) if locale else (stem, None)


def _named_locale(code: str, locales: Mapping[str, str | None]) -> str | None:
    return locales[code.casefold()] if code.casefold() in locales else locale_code(code)


def _date_folders(folders: Sequence[str]) -> list[int]:
    """Return the indexes of folders that are dates: "2024", "2024/05", "2024/05/01" or "2024-05-01"."""
    for i, folder in enumerate(folders):
        if _DATE_FOLDER.fullmatch(folder):
            return [i]
        if _YEAR.fullmatch(folder):
            run = [i]
            for pattern, following in zip((_MONTH, _DAY), folders[i + 1 : i + 3], strict=False):
                if not pattern.fullmatch(following):
                    break
                run.append(run[-1] + 1)
            return run
    return []
