"""The command `steckbrief releases`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from steckbrief.commands.arguments import AsJson, Releases
from steckbrief.extract.printable import printable
from steckbrief.pipeline.results import counted
from steckbrief.terminal import MEGABYTE, say, say_json

_COMMIT_DIGITS: Final = 12  # enough to identify a commit in any repository


def releases(*, output: Releases = None, as_json: AsJson = False) -> None:
    """List the releases, newest first, with their size and the links that protect them."""
    from steckbrief.load.releases.pins import pinned  # noqa: PLC0415
    from steckbrief.load.releases.published import release_ids  # noqa: PLC0415
    from steckbrief.pipeline.settings.load import output_folder  # noqa: PLC0415

    folder = output_folder(output)
    links = pinned(folder)
    listed = [_description(folder, release_id, links.get(release_id)) for release_id in reversed(release_ids(folder))]
    if as_json:
        say_json(listed)
        return
    if not listed:
        say(f"{folder} contains no release yet.")
    for release in listed:
        say(_line(release))


def _description(folder: Path, release_id: str, links: str | None) -> dict[str, Any]:
    """Return the facts listed about one release, or the damage that keeps it from being read."""
    from steckbrief.load.errors import ReleaseError  # noqa: PLC0415
    from steckbrief.load.releases.published import RELEASES, read  # noqa: PLC0415

    identity: dict[str, Any] = {"release": release_id, "held": links}
    try:
        manifest = read(folder / RELEASES / release_id).manifest
        tables = manifest["tables"]
        return identity | {
            "created_at": manifest["created_at"],
            "profiles": tables["profiles"]["rows"],
            "changes": tables["changes"]["rows"],
            "bytes": sum(entry[kind]["bytes"] for entry in tables.values() for kind in ("parquet", "csv"))
            + sum(entry["bytes"] for entry in (*manifest["files"], *manifest.get("history", {}).values())),
            "commit": manifest["source"]["commit"],
            "schema_version": manifest["schema_version"],
            "forced": manifest.get("forced", False),
        }
    except (ReleaseError, KeyError, TypeError) as error:
        return identity | {"damaged": str(error)}


def _line(release: dict[str, Any]) -> str:
    links = f"  ({printable(release['held'])})" if release["held"] else ""
    if "damaged" in release:
        return f"{release['release']}  damaged: {printable(release['damaged'])}{links}"
    commit, mark, dirty = (release["commit"] or "").partition("-")
    commit = f"  {printable(commit[:_COMMIT_DIGITS] + mark + dirty)}" if commit else ""
    forced = "  forced" if release["forced"] else ""
    return (
        f"{release['release']:<19}  {counted(release['profiles'], 'profile'):>16}"
        f"  {counted(release['changes'], 'change'):>16}"
        f"  {release['bytes'] / MEGABYTE:>8,.1f} MB{commit}{forced}{links}"
    )
