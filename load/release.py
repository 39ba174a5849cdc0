"""The stages from tables to a published release: write, check, judge, and publish or reject.

    with open_staging(output) as staging:
        checked = check(write(tables, staging))
        failed = [each for each in judge(checked, limits, files=files, quarantined=0) if not each.passed]
        outcome = reject(checked, info) if failed else publish(checked, info)

Between stages only small values and paths are passed, so that each can be a task of its own. `publish` takes what
only `check` gives: an unchecked release cannot be published. What `judge` finds binds nobody: whoever calls may publish
past a gate, and `info` records it. The order of steps is the guarantee: everything is
written and flushed under a hidden name, checked there, renamed to releases/<id>, and only then does `latest` move.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from steckbrief.load import gates
from steckbrief.load.checks import violations
from steckbrief.load.disk import sha256_of, swap_link, sync_folder, write_text
from steckbrief.load.errors import CheckError, ReleaseError, UnconfirmedError
from steckbrief.load.formats.csv import neutralise as neutralise_table
from steckbrief.load.formats.csv import write_csv
from steckbrief.load.formats.duckdb import FILE as DUCKDB_FILE
from steckbrief.load.formats.duckdb import write_duckdb
from steckbrief.load.formats.parquet import conform, parquet_path, read_parquet, shape_of, write_parquet
from steckbrief.load.history.changes import compare
from steckbrief.load.history.checks import history_violations
from steckbrief.load.history.versions import carry_on
from steckbrief.load.manifest import (
    FileEntry,
    ReleaseInfo,
    as_json,
    data_package,
    file_entry,
    history_manifest,
    release_manifest,
    table_entries,
    table_manifest,
)
from steckbrief.load.readme import readme
from steckbrief.load.releases import rejected
from steckbrief.load.releases.published import (
    HISTORY,
    LATEST,
    MANIFEST,
    RELEASES,
    Release,
    latest,
    read,
    released_at,
    releases,
)
from steckbrief.load.releases.staging import PUBLISHING, Staging, open_staging, remove, reporting, withdraw
from steckbrief.load.signals import signals_later
from steckbrief.schema.tables import SCHEMA_VERSION, TABLES

__all__ = [
    "Checked",
    "Release",
    "ReleaseInfo",
    "Staging",
    "Written",
    "check",
    "judge",
    "latest",
    "open_staging",
    "publish",
    "reject",
    "releases",
    "table",
    "write",
]


@dataclass(frozen=True, slots=True)
class Written:
    """A release in its staging folder: rows and neutralised CSV cells per table, versions per table with a history.

    `made` are the tables themselves, for the check, which lets go of them.
    """

    staging: Staging
    rows: Mapping[str, int]
    neutralised: Mapping[str, int]
    versions: Mapping[str, int]
    made: Mapping[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Checked:
    """A release that may be published: every file read back, every promise of the schema held."""

    written: Written
    entries: Mapping[str, Mapping[str, FileEntry]]


def write(
    tables: Mapping[str, pa.Table],
    staging: Staging,
    *,
    neutralise: bool = True,
    on_table: Callable[[str], None] | None = None,
) -> Written:
    """Write every table as Parquet, CSV and into steckbrief.duckdb.

    Args:
        tables: every declared table except `changes`, which is made here against the previous release.
        staging: where to.
        neutralise: whether CSV cells that look like formulas get an apostrophe.
        on_table: called with a table's name after its files are written, for progress.

    Raises:
        ValueError: a table is missing, unknown or has other columns than declared.
        OutputError: the disk does not take it (full, gone, not writable).
        ReleaseError: the previous release cannot be read.
    """
    complete = _conforming(tables)
    neutralised: dict[str, int] = {}
    with reporting(staging.output, "write the tables"):
        for name, table in complete.items():
            write_parquet(table, staging.path, name)
        complete["changes"] = compare(staging.path, _previous(staging), complete)
        write_parquet(complete["changes"], staging.path, "changes")
        versions = carry_on(staging.path, complete, _previous(staging), released_at(staging.id))
        for name, table in complete.items():
            safe, neutralised[name] = neutralise_table(table) if neutralise else (table, 0)
            write_csv(safe, staging.path, name)
            if on_table:
                on_table(name)
        write_duckdb(staging.path, complete)
    rows = {name: table.num_rows for name, table in complete.items()}
    return Written(staging, rows, neutralised, versions, complete)


def check(written: Written) -> Checked:
    """Read everything back and hold it against the schema.

    Raises:
        CheckError: a promise is broken; `violations` says which, where and how often. The candidate is kept.
        OutputError: a file cannot be read.
    """
    staging = written.staging
    with reporting(staging.output, "read back the tables"):
        found = violations(staging.path, written.rows, written.neutralised, written.made)
        # Where the tables are wrong, so is their history; that would only be said twice.
        found = found or history_violations(staging.path, _previous(staging), written.made)
        if found:
            rejected.explain(staging, found)
            raise CheckError(found, rejected.set_aside(staging))
        return Checked(replace(written, made={}), table_entries(staging.path))


def judge(checked: Checked, limits: gates.GateLimits, *, files: int, quarantined: int) -> tuple[gates.GateResult, ...]:
    """Ask the gates about a checked release.

    Args:
        checked: the release.
        limits: what it must keep to.
        files: files that were found under a name that counts.
        quarantined: how many of them gave no profile, and therefore count as files with errors.

    Raises OutputError where its files, or those of the last release, cannot be read.
    """
    written, staging = checked.written, checked.written.staging
    with reporting(staging.output, "compare with the last release"):
        diagnostics = read_parquet(staging.path, "diagnostics", ("severity", "source_path"))
        faqs = read_parquet(staging.path, "faqs", ("is_answered",))
        changes = read_parquet(staging.path, "changes", ("table", "change"))
        with_errors = diagnostics.filter(pc.equal(diagnostics["severity"], "error"))
        published = set(read_parquet(staging.path, "profiles", ("source_path",))["source_path"].to_pylist())
        wrong = published & set(with_errors["source_path"].to_pylist())
        figures = gates.Figures(
            rows=written.rows,
            profiles_gone=_count(changes, table="profiles", change="removed"),
            files=files,
            files_with_errors=len(wrong) + quarantined,
            unanswered_faqs=pc.sum(pc.invert(faqs["is_answered"])).as_py() or 0,
            schema_version=SCHEMA_VERSION,
            shape=shape_of(staging.path),
        )
        before = _previous(staging)
        earlier = None
        if before is not None:
            manifest = read(before).manifest
            rows = {name: entry["rows"] for name, entry in manifest["tables"].items()}
            earlier = gates.Earlier(before.name, rows, manifest["schema_version"], shape_of(before))
    return gates.evaluate(figures, earlier, limits)


def publish(checked: Checked, info: ReleaseInfo) -> Release:
    """Add the manifest, give the release its name and move `latest` to it.

    Raises:
        OutputError: the disk does not take it; the release is withdrawn and `latest` is as it was.
        UnconfirmedError: it is published, but may not outlive a power cut.
    """
    with reporting(checked.written.staging.output, "publish the release"):
        _describe(checked, info)
        with signals_later():  # a moment: who is asked to end in it leaves neither half a link nor a mark behind
            folder = _rename(checked.written.staging)
    return read(folder)


def reject(checked: Checked, info: ReleaseInfo) -> Path:
    """Add the manifest and keep the release as a candidate that was not published; gives its folder.

    Raises OutputError where the disk does not take it.
    """
    with reporting(checked.written.staging.output, "keep the rejected candidate"):
        _describe(checked, info)
        return rejected.set_aside(checked.written.staging)


def _describe(checked: Checked, info: ReleaseInfo) -> None:
    """Write what stands beside the tables: data package, README, and last the manifest with all hashes."""
    written, staging = checked.written, checked.written.staging
    write_text(staging.path / "datapackage.json", data_package(staging, written.rows, checked.entries))
    write_text(staging.path / "README.md", readme(staging, written.rows))
    manifest = release_manifest(
        staging,
        info,
        now=dt.datetime.now(dt.UTC),
        tables=table_manifest(written.rows, written.neutralised, checked.entries),
        history=history_manifest(staging.path, written.versions),
        files=[file_entry(staging.path / name) for name in (DUCKDB_FILE, "datapackage.json", "README.md")],
    )
    write_text(staging.path / MANIFEST, as_json(manifest))
    sync_folder(staging.path)


def table(folder: Path, name: str, columns: Iterable[str] | None = None) -> pa.Table:
    """The table `name` of the release in `folder`, as published, or some of its columns.

    A whole table is held against its hash first: what was changed after publication must not be carried on into the
    next release under a hash of its own. ReleaseError where it cannot be read, or is not what was published.
    """
    try:
        if columns is None:
            published = read(folder).manifest["tables"][name]["parquet"]["sha256"]
            found = sha256_of(parquet_path(folder, name))
            if found != published:
                raise ReleaseError(_damaged(folder, name, f"has the SHA-256 {found}, {published} was published"))
        return read_parquet(folder, name, columns)
    except OSError as error:
        raise ReleaseError(_damaged(folder, name, f"cannot be read ({error})")) from error


def _damaged(folder: Path, name: str, found: str) -> str:
    return (
        f"{folder}: the table {name} of this release {found}. Restore the folder from a backup, or point {LATEST} at"
        f" another release (ln -sfn releases/ID {LATEST}), then build again."
    )


def _count(rows: pa.Table, **values: str) -> int:
    """How many rows have these values in these columns."""
    for column, value in values.items():
        rows = rows.filter(pc.equal(rows[column], value))
    return int(rows.num_rows)


def _previous(staging: Staging) -> Path | None:
    return staging.output / RELEASES / staging.previous if staging.previous else None


def _conforming(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    expected = set(TABLES) - {"changes"}
    if set(tables) != expected:
        missing, unknown = sorted(expected - set(tables)), sorted(set(tables) - expected)
        raise ValueError(
            f"Tables missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}. Give every table"
            " of schema.TABLES except changes; schema.empty(name) is one without rows."
        )
    return {name: conform(tables[name], TABLES[name]) for name in TABLES if name in tables}


def _rename(staging: Staging) -> Path:
    """The moment of publication. Where it fails, the release is withdrawn unless `latest` already shows it.

    A link says meanwhile which release is on its way; where the process is killed, the next one withdraws it.
    """
    folder = staging.output / RELEASES / staging.id
    link, marker = staging.output / LATEST, staging.output / PUBLISHING
    target = f"{RELEASES}/{staging.id}"
    swap_link(marker, target)
    try:
        staging.path.rename(folder)
        sync_folder(folder.parent)
        _link_history(staging.output)  # before, so that no moment has a latest whose history cannot be found
        swap_link(link, target)
    except BaseException as error:
        withdraw(staging.output)
        if isinstance(error, OSError) and link.is_symlink() and str(link.readlink()) == target:
            raise UnconfirmedError(
                f"{folder}: this release is published, and {LATEST} leads to it, but the disk did not confirm that this"
                f" lasts ({error}). Look for errors of the disk or the file system, then run steckbrief verify; where"
                " it finds a fault, restore the release from a backup or build again with --force."
            ) from error
        raise
    remove(marker)
    return folder


def _link_history(output: Path) -> None:
    """Let output/history lead to the history of the latest release, whichever that is."""
    link, target = output / HISTORY, f"{LATEST}/{HISTORY}"
    if not link.is_symlink() or str(link.readlink()) != target:
        swap_link(link, target)
