"""Publication: which file each profile_id is published from, and why other files are not published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

import pyarrow as pa

from steckbrief.extract.model import Problem
from steckbrief.schema.rows import DiagnosticRow
from steckbrief.transform.checks.diagnostics import diagnostic_row
from steckbrief.transform.fields import KEYS
from steckbrief.transform.identity import compose
from steckbrief.transform.options import Options
from steckbrief.transform.parts import Kept
from steckbrief.transform.paths import folder_pages, newest_dated, read_path
from steckbrief.transform.records import read_records


@dataclass(frozen=True, slots=True)
class Publication:
    """The files of a release.

    Attributes:
        files: the numbers of the published files, in order of profile_id.
        folder_pages: the paths of index and README files that are not profiles.
        replaced: the number of dated files that give way to another date.
        diagnostics: a finding for every file that is not published.
    """

    files: tuple[int, ...]
    folder_pages: frozenset[str] = frozenset()
    replaced: int = 0
    diagnostics: Sequence[DiagnosticRow] = field(default=())

    @property
    def left_out(self) -> int:
        """The number of files that are left out on purpose, not because they are wrong."""
        return len(self.folder_pages) + self.replaced


class _Profile(NamedTuple):
    profile_id: str
    slug: str
    source_path: str
    front_matter_raw: str | None


class _File(NamedTuple):
    """A profile with the column FILE of parts."""

    profile_id: str
    slug: str
    source_path: str
    front_matter_raw: str | None
    file: int


def choose_files(
    profiles: pa.Table, options: Options, kept: Kept | None = None, previous_paths: Mapping[str, str] | None = None
) -> Publication:
    """Choose the file from which each profile_id is published.

    An index or README file with other profiles in its folder, or below it, is the folder's page and not a profile,
    unless its front matter names a slug. If several files claim one profile_id, dated files that another one replaces
    drop out. Of the others, the file of the previous release wins, then a file that is named like its slug, then the
    first by path: a copy must not take over a profile.

    Args:
        profiles: the profiles that were read, with the column FILE.
        options: the site's settings.
        kept: the rows of an earlier release for unchanged files.
        previous_paths: profile_id -> source_path in the previous release. Full and incremental builds must pass the
            same, so that both give the same rows.
    """
    files = read_records(profiles, _File)
    if kept:
        rows = read_records(kept.tables["profiles"], _Profile)
        files += [_File(*row, file=kept.files[row.profile_id]) for row in rows if row.profile_id in kept.files]
    pages = folder_pages([file.source_path for file in files], options)
    pages = {file.source_path for file in files if file.source_path in pages and not _names_slug(file, options)}
    diagnostics = [diagnostic_row(Problem("folder-page", 1, 1, {}), path, None) for path in pages]
    candidates = sorted(file for file in files if file.source_path not in pages)
    previous_paths = previous_paths or {}
    published = []
    replaced = 0
    for profile_id, group in groupby(candidates, key=lambda file: file.profile_id):
        claims = list(group)
        rivals = newest_dated([file.source_path for file in claims], options) if len(claims) > 1 else ()
        winner, *others = sorted(
            claims,
            key=lambda file: (
                file.source_path not in rivals,
                file.source_path != previous_paths.get(profile_id),
                read_path(file.source_path, options).slug != compose(file.slug).lower(),
                file.source_path,
            ),
        )
        published.append(winner.file)
        replaced += len(claims) - len(rivals) if others else 0
        diagnostics.extend(_lost(winner, others, rivals))
    return Publication(tuple(published), frozenset(pages), replaced, tuple(diagnostics))


def _lost(winner: _File, others: Sequence[_File], rivals: Sequence[str]) -> Iterator[DiagnosticRow]:
    """Yield a finding for every other file of one profile_id."""
    for file in others:
        rule = "profile-id-collision" if file.source_path in rivals else "profile-replaced"
        values = {"profile_id": file.profile_id, "other": winner.source_path}
        yield diagnostic_row(Problem(rule, 1, 1, values), file.source_path, file.profile_id)


def _names_slug(file: _File, options: Options) -> bool:
    """Return whether the front matter of a file has a slug; YAML, TOML and JSON write keys alike."""
    keys = (*KEYS["slug"], *(key for key, column in options.aliases.items() if column == "slug"))
    names = "|".join(map(re.escape, keys))
    return (
        re.search(rf"^\W*(?:{names})[\"']?[ \t]*[:=][ \t]*[\"']?[^\s#\"']", file.front_matter_raw or "", re.MULTILINE)
        is not None
    )
