"""Publish a checked candidate, or keep it as a rejected candidate."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from steckbrief.load.candidate import Checked
from steckbrief.load.disk import swap_link, sync_folder, write_text
from steckbrief.load.errors import UnconfirmedError
from steckbrief.load.manifest import (
    ReleaseInfo,
    as_json,
    data_package,
    history_manifest,
    other_entries,
    release_manifest,
    table_manifest,
)
from steckbrief.load.readme import readme
from steckbrief.load.releases.published import HISTORY, LATEST, MANIFEST, RELEASES, Release, read
from steckbrief.load.releases.rejected import set_aside
from steckbrief.load.releases.staging import PUBLISHING, Staging, remove, reporting, withdraw


def publish(checked: Checked, info: ReleaseInfo) -> Release:
    """Add the descriptions, rename the candidate to its release folder, and point `latest` at it.

    Raises:
        OutputError: a file operation failed; the release is withdrawn and `latest` is unchanged.
        UnconfirmedError: the release is published, but may not survive a power failure.
    """
    with reporting(checked.written.staging.output, "publish the release"):
        _describe(checked, info)
        folder = _rename(checked.written.staging)
    return read(folder)


def reject(checked: Checked, info: ReleaseInfo) -> Path:
    """Add the descriptions, keep the candidate without publishing it, and return its folder.

    Raises:
        OutputError: a file operation failed.
    """
    with reporting(checked.written.staging.output, "keep the rejected candidate"):
        _describe(checked, info)
        return set_aside(checked.written.staging)


def _describe(checked: Checked, info: ReleaseInfo) -> None:
    """Write the data package, the README, and finally the manifest with all hashes."""
    written, staging = checked.written, checked.written.staging
    write_text(staging.path / "datapackage.json", data_package(staging, written.rows, checked.entries))
    write_text(staging.path / "README.md", readme(staging, written.rows))
    manifest = release_manifest(
        staging,
        info,
        now=dt.datetime.now(dt.UTC),
        tables=table_manifest(written.rows, written.neutralised, checked.entries),
        history=history_manifest(staging.path, written.versions),
        files=other_entries(staging.path),
    )
    write_text(staging.path / MANIFEST, as_json(manifest))
    sync_folder(staging.path)


def _rename(staging: Staging) -> Path:
    """Rename the release and move `latest`. If that fails, withdraw it, unless `latest` already points at it.

    Until `latest` has moved, a marker names the release. If the process dies, the next build withdraws that release.
    """
    folder = staging.output / RELEASES / staging.id
    link, marker = staging.output / LATEST, staging.output / PUBLISHING
    target = f"{RELEASES}/{staging.id}"
    swap_link(marker, target)
    try:
        staging.path.rename(folder)
        sync_folder(folder.parent)
        _link_history(staging.output)  # before `latest` moves, so that readers always find its history
        swap_link(link, target)
    except OSError as error:
        withdraw(staging.output)
        if link.is_symlink() and str(link.readlink()) == target:
            raise UnconfirmedError(
                f"{folder}: this release is published and {LATEST} points at it, but the disk did not confirm that it"
                f" is stored durably ({error}). Look for errors on the disk or in the file system, then run steckbrief"
                " verify. If it reports a fault, restore the release from a backup or build again with --force."
            ) from error
        raise
    remove(marker)
    return folder


def _link_history(output: Path) -> None:
    """Make output/history a link to latest/history."""
    link, target = output / HISTORY, f"{LATEST}/{HISTORY}"
    if not link.is_symlink() or str(link.readlink()) != target:
        swap_link(link, target)
