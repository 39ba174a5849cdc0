"""The stages from tables to a published release: write, check, judge, and publish or reject.

    with open_staging(output) as staging:
        checked = check(write(tables, staging))
        failed = [result for result in judge(checked, limits, files=files, quarantined=0) if not result.passed]
        outcome = reject(checked, info) if failed else publish(checked, info)

`publish` accepts only what `check` returns, so an unchecked release cannot be published. The caller may publish despite
a failed gate, and records this in `info`. Readers never see a partial release, because all files are written, flushed
and checked under a hidden name, then the folder is renamed to releases/<id>, and only then does `latest` move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pyarrow as pa

from steckbrief.load.candidate import Checked, Written
from steckbrief.load.checks import violations
from steckbrief.load.errors import CheckError
from steckbrief.load.formats.formulas import neutralise as neutralise_table
from steckbrief.load.formats.parquet import conform
from steckbrief.load.formats.registry import DATABASE_FORMATS, FORMATS, TABLE_FORMATS
from steckbrief.load.history.changes import compare
from steckbrief.load.history.checks import history_violations
from steckbrief.load.history.versions import extend
from steckbrief.load.judge import judge
from steckbrief.load.manifest import ReleaseInfo, table_entries
from steckbrief.load.releases.publish import publish, reject
from steckbrief.load.releases.published import Release, latest, released_at, releases, table
from steckbrief.load.releases.rejected import explain, set_aside
from steckbrief.load.releases.staging import Staging, open_staging, reporting
from steckbrief.schema.tables import TABLES

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


def write(
    tables: Mapping[str, pa.Table],
    staging: Staging,
    *,
    neutralise: bool = True,
    on_table: Callable[[str], None] | None = None,
) -> Written:
    """Write every table in every format, and the history.

    Args:
        tables: every declared table except `changes`, which is computed here from the previous release.
        staging: the staging directory.
        neutralise: whether texts that look like formulas get an apostrophe in formats for spreadsheets.
        on_table: called with a table's name after its files are written, to report progress.

    Raises:
        ValueError: a table is missing or unknown, or its columns are not the declared ones.
        OutputError: the files cannot be written.
        ReleaseError: the previous release cannot be read.
    """
    complete = _conforming(tables)
    neutralised: dict[str, int] = {}
    with reporting(staging.output, "write the tables"):
        complete["changes"] = compare(complete, staging.previous_folder)
        for name, original in complete.items():
            safe, neutralised[name] = neutralise_table(original) if neutralise else (original, 0)
            for table_format in TABLE_FORMATS:
                table_format.write(safe if table_format.for_spreadsheets else original, staging.path, name)
            if on_table:
                on_table(name)
        for database_format in DATABASE_FORMATS:
            database_format.write(complete, staging.path)
        versions = extend(staging.path, complete, staging.previous_folder, released_at(staging.id))
    rows = {name: complete_table.num_rows for name, complete_table in complete.items()}
    return Written(staging, rows, neutralised, versions, complete)


def check(written: Written) -> Checked:
    """Read every file back, and check the tables against the schema and the history against the tables.

    Raises:
        CheckError: a check failed; `violations` says what, where and how often. The candidate is kept.
        OutputError: a file cannot be read.
    """
    staging, tables = written.staging, written.tables
    with reporting(staging.output, "read back the tables"):
        failures = violations(staging.path, FORMATS, tables.__getitem__, written.neutralised)
        # Wrong tables have a wrong history, so reporting both would report everything twice.
        failures = failures or history_violations(staging.path, staging.previous_folder, tables)
        if failures:
            explain(staging, failures)
            raise CheckError(failures, set_aside(staging))
        return Checked(replace(written, tables={}), table_entries(staging.path))


def _conforming(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    expected = set(TABLES) - {"changes"}
    if set(tables) != expected:
        missing, unknown = sorted(expected - set(tables)), sorted(set(tables) - expected)
        raise ValueError(
            f"Tables missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}. Pass every table"
            " in schema.TABLES except changes; schema.empty(name) returns a table without rows."
        )
    return {name: conform(tables[name], TABLES[name]) for name in TABLES if name in tables}
