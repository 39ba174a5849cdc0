"""Checks that a backfill can write to an output folder: one source, and no later releases."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from steckbrief.extract.git.read import Line
from steckbrief.load.releases.published import LATEST, REJECTED, RELEASES, Release, release_ids, released_at, releases
from steckbrief.pipeline.errors import UsageError


def require_own(output: Path, repository: Path, line: Line) -> None:
    """UsageError if `output` holds releases of another source than `repository`, whose commits are `line`."""
    commits = frozenset(line.commits)
    foreign = next((release for release in releases(output) if not _is_own(release, repository, commits)), None)
    if foreign is not None:
        raise UsageError(
            f"{output} holds releases that were not made from {repository}, such as {foreign.id} from"
            f" {foreign.manifest['source']['root']}: the past must come first. Name a new folder with --output; nightly"
            " builds can go on in it."
        )


def require_room(output: Path, night: dt.datetime) -> None:
    """UsageError if a release or a rejected candidate is later than `night`: ids only grow.

    The night would get a later id, and `latest` would lead from the later release back to it.
    """
    end = night + dt.timedelta(seconds=1)
    published, rejected = (
        [release_id for release_id in release_ids(output, kind) if released_at(release_id) > end]
        for kind in (RELEASES, REJECTED)
    )
    if published:
        raise UsageError(
            f"{output / RELEASES} holds {published[-1]}, a release from after the night of {night:%Y-%m-%d}: the past"
            " must come first. Backfill into a new folder with --output. Or, where the releases from after this night"
            f" were withdrawn ({LATEST} leads to an earlier one), move their folders away, then give the same backfill"
            " again."
        )
    if rejected:
        raise UsageError(
            f"{output / REJECTED} holds {rejected[-1]}, a candidate from after the night of {night:%Y-%m-%d}, which"
            " could not get its own time any more. Remove the candidate once it was looked into, then give the same"
            " backfill again."
        )


def _is_own(release: Release, repository: Path, commits: frozenset[str]) -> bool:
    """Whether a release was made from `repository`, however its path was written."""
    root = Path(release.manifest["source"]["root"])
    if root.resolve() == repository.resolve():
        return True
    # A relative path depends on a working directory that is not recorded, so the commit decides.
    return not root.is_absolute() and release.manifest["source"]["commit"] in commits
