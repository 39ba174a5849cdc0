"""Collect the figures of a candidate and the previous release, and judge them at the gates."""

from __future__ import annotations

import pyarrow.compute as pc

from steckbrief.load.candidate import Checked
from steckbrief.load.formats.parquet import read_parquet, shape_of
from steckbrief.load.gates import Earlier, Figures, GateLimits, GateResult, evaluate
from steckbrief.load.releases.published import read
from steckbrief.load.releases.staging import Staging, reporting
from steckbrief.schema.tables import SCHEMA_VERSION


def judge(checked: Checked, limits: GateLimits, *, files: int, quarantined: int) -> tuple[GateResult, ...]:
    """Return the results of all gates for a checked candidate.

    Args:
        checked: the candidate.
        limits: the limits of the gates.
        files: the number of files whose names are those of profiles.
        quarantined: the number of those files that gave no profile; they count as files with errors.

    Raises:
        OutputError: the files of the candidate or of the previous release cannot be read.
    """
    with reporting(checked.written.staging.output, "compare with the previous release"):
        figures = _figures(checked, files, quarantined)
        return evaluate(figures, _earlier(checked.written.staging), limits)


def _figures(checked: Checked, files: int, quarantined: int) -> Figures:
    folder = checked.written.staging.path
    diagnostics = read_parquet(folder, "diagnostics", ("severity", "source_path"))
    answered = read_parquet(folder, "faqs", ("is_answered",))["is_answered"]
    changes = read_parquet(folder, "changes", ("table", "change"))
    published = set(read_parquet(folder, "profiles", ("source_path",))["source_path"].to_pylist())
    errors = diagnostics.filter(pc.equal(diagnostics["severity"], "error"))
    removed = pc.and_(pc.equal(changes["table"], "profiles"), pc.equal(changes["change"], "removed"))
    return Figures(
        rows=checked.written.rows,
        profiles_gone=pc.sum(removed).as_py() or 0,
        files=files,
        files_with_errors=len(published & set(errors["source_path"].to_pylist())) + quarantined,
        unanswered_faqs=pc.sum(pc.invert(answered)).as_py() or 0,
        schema_version=SCHEMA_VERSION,
        shape=shape_of(folder),
    )


def _earlier(staging: Staging) -> Earlier | None:
    folder = staging.previous_folder
    if folder is None:
        return None
    manifest = read(folder).manifest
    rows = {name: entry["rows"] for name, entry in manifest["tables"].items()}
    return Earlier(folder.name, rows, manifest["schema_version"], shape_of(folder))
