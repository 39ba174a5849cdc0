"""Checks that a backfill can write to an output folder: one source, and no later releases."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from steckbrief.extract.git.read import Line
from steckbrief.load.releases.published import LATEST, REJECTED, RELEASES, Release, release_ids, released_at, releases
from steckbrief.pipeline.errors import UsageError


def require_own(output: Path, repository: Path, line: Line) -> None:
    """Raise UsageError if `output` has releases of a source other than `repository`, whose commits are `line`."""
    commits = frozenset(line.commits)
    foreign = next((release for release in releases(output) if not _is_own(release, repository, commits)), None)
    if foreign is not None:
        raise UsageError(
            f"{output} has releases that were not built from {repository}, such as {foreign.id} from"
            f" {foreign.manifest['source']['root']}. A backfill must come before other releases. Name a new folder with"
            " --output; nightly builds can continue there."
        )


def require_room(output: Path, night: dt.datetime) -> None:
    """Raise UsageError if a release or a rejected candidate is later than `night`.

    Release ids only increase, so the night would get a later id than its own, and `latest` would move back in time.
    """
    end = night + dt.timedelta(seconds=1)
    published, rejected = (
        [release_id for release_id in release_ids(output, kind) if released_at(release_id) > end]
        for kind in (RELEASES, REJECTED)
    )
    if published:
        raise UsageError(
            f"{output / RELEASES} has {published[-1]}, a release later than the night of {night:%Y-%m-%d}. A backfill"
            " must come before later releases. Backfill into a new folder with --output. If the later releases were"
            f" withdrawn ({LATEST} leads to an earlier one), move their folders away, then run the same backfill again."
        )
    if rejected:
        raise UsageError(
            f"{output / REJECTED} has {rejected[-1]}, a candidate later than the night of {night:%Y-%m-%d}, so the"
            " night cannot get its own time as id. Inspect the candidate and remove it, then run the same backfill"
            " again."
        )


def _is_own(release: Release, repository: Path, commits: frozenset[str]) -> bool:
    """Whether a release was built from `repository`, however its path was written."""
    root = Path(release.manifest["source"]["root"])
    if root.resolve() == repository.resolve():
        return True
    # A relative path depends on a working directory that nobody recorded, so the commit decides.
    return not root.is_absolute() and release.manifest["source"]["commit"] in commits
