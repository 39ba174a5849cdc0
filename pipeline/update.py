"""The first stage of a build: bringing a source that lives in git up to date, and making it a folder of files.

What was fetched is read from the repository, not from the working tree: no file of it changes, so nothing can be left
half changed, and what somebody is editing there is not read.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from steckbrief.extract.git.command import RepositoryError
from steckbrief.extract.git.export import export
from steckbrief.extract.git.fetch import fetch
from steckbrief.extract.git.repository import commit_of, digest_of_files, files_of, is_bare
from steckbrief.extract.git.working_tree import commit_of_folder, place_in_repository
from steckbrief.pipeline.errors import NothingToBuildError, SourceError
from steckbrief.pipeline.git_settings import GitSettings
from steckbrief.pipeline.results import Origin, Updated


def bring(source: Path, work: Path, settings: GitSettings, largest: int, held: str | None) -> Updated:
    """Fetch into the repository of `source` where that is set; what was fetched, or is bare, is exported into `work`.

    `work` lies in the folder for the releases, which is no part of the source even inside it. `largest` is the number
    of bytes beyond which a file is refused. Files with the digest `held` need not be exported: the last release was
    made from them, and would be made again. Raises SourceError where git fails or the commit has nothing in a folder
    that is asked for, NothingToBuildError where it has no Markdown file at all.
    """
    with _reported("be read from git"):
        bare = is_bare(source)
        if not (bare or settings.update):
            return Updated(source, Origin(str(source), commit_of_folder(source, not_source=work.parent)))
        below = "" if bare else place_in_repository(source)
        paths = settings.paths if bare else ()
    with _reported("be brought up to date" if settings.update else "be read from git"):
        fetched = fetch(source, settings.ref, settings.timeout) if settings.update else None
        commit = fetched or commit_of(source, settings.ref)
    with _reported("be read from git"):
        files = files_of(source, commit, paths, below)
        if not files:
            where = " below " + ", ".join(paths or [below]) if paths or below else ""
            raise NothingToBuildError(
                f"{source}: no profile in commit {commit}{where}. Expected at least one file *.md. Nothing was"
                " published."
            )
        absent = [path for path in paths if not any(each.startswith(f"{path.strip('/')}/") for each in files)]
        if absent:
            raise SourceError(
                f"{source}: no profile in commit {commit} below {', '.join(absent)}, though git.paths names it. Correct"
                " the setting, or restore the folder. Nothing was published; the last release stands."
            )
        origin = Origin(str(source), commit, paths, digest_of_files(files))
        folder = work / "source"
        if origin.contents == held:
            return Updated(folder, origin, fetched=fetched is not None, held=True)
        if folder.exists():  # left by an earlier try of this stage
            shutil.rmtree(folder)
        export(source, {}, files, folder, largest)
    return Updated(folder, origin, fetched=fetched is not None)


@contextmanager
def _reported(what: str) -> Iterator[None]:
    """Turn a RepositoryError inside the block into a SourceError."""
    try:
        yield
    except RepositoryError as error:
        raise SourceError(
            f"The source cannot {what}. {error}. Nothing was published; the last release stands.",
            passing=error.passing,
        ) from error
