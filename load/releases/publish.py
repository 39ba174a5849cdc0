"""How a checked candidate becomes a release, or a rejected candidate."""

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
    """Add the descriptions, give the release its name and move `latest` to it.

    Raises:
        OutputError: the disk does not accept it; the release is withdrawn and `latest` is as it was.
        UnconfirmedError: it is published, but may not survive a power cut.
    """
    with reporting(checked.written.staging.output, "publish the release"):
        _describe(checked, info)
        folder = _rename(checked.written.staging)
    return read(folder)


def reject(checked: Checked, info: ReleaseInfo) -> Path:
    """Add the descriptions and keep the release as a candidate that was not published; returns its folder.

    Raises:
        OutputError: the disk does not accept it.
    """
    with reporting(checked.written.staging.output, "keep the rejected candidate"):
        _describe(checked, info)
        return set_aside(checked.written.staging)


def _describe(checked: Checked, info: ReleaseInfo) -> None:
    """Write the data package, the README, and last the manifest with all hashes."""
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
    """Give the release its name and move `latest`. If that fails, withdraw it unless `latest` already leads to it.

    Meanwhile a marker names the release. If the process dies, the next build finds the marker and withdraws it.
    """
    folder = staging.output / RELEASES / staging.id
    link, marker = staging.output / LATEST, staging.output / PUBLISHING
    target = f"{RELEASES}/{staging.id}"
    swap_link(marker, target)
    try:
        staging.path.rename(folder)
        sync_folder(folder.parent)
        _link_history(staging.output)  # before `latest` moves, so that its history can always be found
        swap_link(link, target)
    except OSError as error:
        withdraw(staging.output)
        if link.is_symlink() and str(link.readlink()) == target:
            raise UnconfirmedError(
                f"{folder}: this release is published, and {LATEST} leads to it, but the disk did not confirm that this"
                f" lasts ({error}). Look for errors of the disk or the file system, then run steckbrief verify; where"
                " it finds a fault, restore the release from a backup or build again with --force."
            ) from error
        raise
    remove(marker)
    return folder


def _link_history(output: Path) -> None:
    """Make output/history lead to the history of the latest release, whichever that is."""
    link, target = output / HISTORY, f"{LATEST}/{HISTORY}"
    if not link.is_symlink() or str(link.readlink()) != target:
        swap_link(link, target)
