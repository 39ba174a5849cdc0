"""The first stage of a build: bringing a source that lives in git up to date, and making it a folder of files.

Belongs here: what is done for a working tree, for a bare repository and for a plain folder. Does not belong here: git
itself (extract/repository.py).
"""

from __future__ import annotations

from pathlib import Path

from extract import repository
from flows.errors import SourceError
from flows.git_settings import GitSettings
from flows.job import Updated
from flows.provenance import source_commit


def bring(source: Path, work: Path, settings: GitSettings, largest: int) -> Updated:
    """Fetch into `source` where that is set; where it is a bare repository, export its files into `work`.

    `largest` is the number of bytes beyond which a file is refused. Raises SourceError where git fails.
    """
    try:
        if settings.update:
            repository.update(source, settings.timeout)
        if not repository.is_bare(source):
            return Updated(source, str(source), source_commit(source), fetched=settings.update)
        commit = repository.commit_of(source, settings.ref)
        files = repository.files_of(source, commit, settings.paths)
        folder = work / "source"
        folder.mkdir()
        repository.export(source, {}, files, folder, largest)
    except repository.RepositoryError as error:
        raise SourceError(
            f"The source cannot be brought up to date. {error}. Nothing was published; the last release stands.",
            passing=error.passing,
        ) from error
    return Updated(folder, str(source), commit, fetched=settings.update)
