"""The stage update: fetch a source in git and export its files into a folder.

A fetched commit is read from the repository. The working tree does not change, and its edited files are not read.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from steckbrief.extract.git.export import export
from steckbrief.extract.git.fetch import fetch
from steckbrief.extract.git.read import (
    GitFile,
    RepositoryError,
    commit_of,
    commit_of_folder,
    digest_of_files,
    files_of,
    is_bare,
    place_in_repository,
)
from steckbrief.pipeline.errors import NothingToBuildError, SourceError
from steckbrief.pipeline.results import Origin, Updated
from steckbrief.pipeline.settings.operator import GitSettings


def update(source: Path, work: Path, settings: GitSettings, largest: int, last_contents: str | None) -> Updated:
    """Fetch into the repository of `source` if the settings say so, and export a fetched or bare source into `work`.

    Args:
        source: a folder of files, or a bare repository.
        work: the work folder; it is in the output folder, which never counts as part of the source.
        settings: whether and how to fetch, and what to read from a bare repository.
        largest: size in bytes above which a file is refused.
        last_contents: digest of the files of the last release; equal files are not exported again.

    Raises:
        SourceError: git fails, or the commit has no Markdown file in one of the folders that the settings name.
        NothingToBuildError: the commit has no Markdown file at all.
    """
    with _as_source_error("be read from git"):
        bare = is_bare(source)
        if not (bare or settings.update):
            return Updated(source, Origin(str(source), commit_of_folder(source, not_source=work.parent)))
        below = "" if bare else place_in_repository(source)
        paths = settings.paths if bare else ()
    with _as_source_error("be brought up to date" if settings.update else "be read from git"):
        fetched = fetch(source, settings.ref, settings.timeout) if settings.update else None
        commit = fetched or commit_of(source, settings.ref)
    with _as_source_error("be read from git"):
        files: Mapping[str, GitFile] = files_of(source, commit, paths, below)
        if not bare:
            files = _without_releases(files, source, work.parent)
        if not files:
            where = " below " + ", ".join(paths or [below]) if paths or below else ""
            raise NothingToBuildError(
                f"{source}: no profile in commit {commit}{where}. Expected at least one file *.md. Nothing was"
                " published."
            )
        absent = [path for path in paths if not any(file.startswith(f"{path.strip('/')}/") for file in files)]
        if absent:
            raise SourceError(
                f"{source}: no profile in commit {commit} below {', '.join(absent)}, though git.paths names it. Correct"
                " the setting, or restore the folder. Nothing was published; the last release stands."
            )
        origin = Origin(str(source), commit, paths, digest_of_files(files))
        folder = work / "source"
        if origin.contents == last_contents:
            return Updated(folder, origin, fetched=fetched is not None, unchanged=True)
        if folder.exists():  # left by an earlier attempt at this stage
            shutil.rmtree(folder)
        export(source, {}, files, folder, largest)
    return Updated(folder, origin, fetched=fetched is not None)


def _without_releases(files: Mapping[str, GitFile], source: Path, output: Path) -> Mapping[str, GitFile]:
    """Return the files outside `output`, because somebody may have committed releases."""
    source, output = source.resolve(), output.resolve()
    if not output.is_relative_to(source):
        return files
    prefix = f"{output.relative_to(source).as_posix()}/"
    return {path: file for path, file in files.items() if not path.startswith(prefix)}


@contextmanager
def _as_source_error(what: str) -> Iterator[None]:
    """Turn a RepositoryError inside the block into a SourceError."""
    try:
        yield
    except RepositoryError as error:
        raise SourceError(
            f"The source cannot {what}. {error}. Nothing was published; the last release stands.",
            passing=error.passing,
        ) from error
