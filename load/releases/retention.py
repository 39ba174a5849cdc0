"""Retention: which releases stay, and removing the others so that nobody ever sees half of one.

The newest N stay, and of each month (UTC) the last one; so do the one `latest` leads to and every one that is pinned:
that a symbolic link in the output folder or in its folder `pins` leads to. The history outlives what is removed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from steckbrief.load.disk import delete, sync_folder
from steckbrief.load.errors import OutputError
from steckbrief.load.releases.pins import held_by_links
from steckbrief.load.releases.published import LATEST, RELEASES, release_ids
from steckbrief.load.releases.staging import REMOVING, locked, reporting


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a pruning removed and kept (id -> why), oldest first, and the bytes that were freed."""

    removed: tuple[str, ...]
    kept: Mapping[str, str]
    bytes: int


def keep(ids: Sequence[str], held: Mapping[str, str], newest: int) -> dict[str, str]:
    """The releases that stay, with the reason; `ids` are all, oldest first, `held` are those that must, with theirs."""
    last_of_month = {each[:6]: each for each in ids}
    reasons = {each: f"the last of {month[:4]}-{month[4:]}" for month, each in last_of_month.items()}
    reasons |= dict.fromkeys(ids[max(len(ids) - newest, 0) :], f"one of the newest {newest}")
    reasons |= {each: why for each, why in held.items() if each in ids}
    return {each: reasons[each] for each in ids if each in reasons}


def prune(output: Path, newest: int, *, dry_run: bool = False) -> Pruned:
    """Remove the releases that the policy does not keep; with `dry_run`, only tell which.

    Raises OutputBusyError while a build is at work, OutputError where a release cannot be removed or `latest` leads
    to none.
    """
    with locked(output):
        ids = release_ids(output)
        held = held_by_links(output)
        if ids and not (output / LATEST).is_dir():
            raise OutputError(
                f"{output / LATEST} leads to no release, so nothing was removed. Point it at one first: ln -sfn"
                f" {RELEASES}/ID {LATEST}."
            )
        kept = keep(ids, held, newest)
        removed = tuple(each for each in ids if each not in kept)
        size = sum(_size(output / RELEASES / each) for each in removed)
        if not dry_run:
            with reporting(output, "remove old releases"):
                _remove(output, removed)
        return Pruned(removed, kept, size)


def _remove(output: Path, ids: Collection[str]) -> None:
    """Remove releases by first giving them a name nobody looks for; what is left by a kill the next build removes."""
    hidden = []
    for each in ids:
        target = output / f"{REMOVING}{each}"
        (output / RELEASES / each).rename(target)
        hidden.append(target)
    if hidden:
        sync_folder(output / RELEASES)
    for target in hidden:
        delete(target)


def _size(folder: Path) -> int:
    """Bytes that removing `folder` frees: files with a second name elsewhere count nothing."""
    return sum(stat.st_size for path in folder.rglob("*") if path.is_file() and (stat := path.lstat()).st_nlink == 1)
