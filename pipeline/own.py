"""Whether an output folder is one that a backfill can write to: the past must come first, and from one source."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from steckbrief.extract.git.read import Line
from steckbrief.load.releases.published import LATEST, REJECTED, RELEASES, Release, release_ids, released_at, releases
from steckbrief.pipeline.errors import UsageError


def require_own(output: Path, repository: Path, line: Line) -> None:
    """UsageError where `output` holds releases of another source than `repository`, whose commits are `line`."""
    commits = frozenset(line.commits)
    foreign = next((each for each in releases(output) if not _is_own(each, repository, commits)), None)
    if foreign is not None:
        raise UsageError(
            f"{output} holds releases that were not made from {repository}, such as {foreign.id} from"
            f" {foreign.manifest['source']['root']}: the past must come first. Name a new folder with --output; nightly"
            " builds can go on in it."
        )


def require_room(output: Path, night: dt.datetime) -> None:
    """UsageError where a release or a rejected candidate is from after `night`: ids only grow.

    The night would be published under a later id, and `latest` would lead from the later release back to it.
    """
    end = night + dt.timedelta(seconds=1)
    published, rejected = (
        [each for each in release_ids(output, kind) if released_at(each) > end] for kind in (RELEASES, REJECTED)
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
    """Whether a release was made from `repository`, however that is spelt."""
    root = Path(release.manifest["source"]["root"])
    if root.resolve() == repository.resolve():
        return True
    # A relative path was given in a working directory that is not recorded; then the commit tells.
    return not root.is_absolute() and release.manifest["source"]["commit"] in commits
