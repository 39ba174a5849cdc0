"""The figures of a candidate and of the previous release, and what the gates say about them."""

from __future__ import annotations

import pyarrow.compute as pc

from steckbrief.load.candidate import Checked
from steckbrief.load.formats.parquet import read_parquet, shape_of
from steckbrief.load.gates import Earlier, Figures, GateLimits, GateResult, evaluate
from steckbrief.load.releases.published import read
from steckbrief.load.releases.staging import Staging, reporting
from steckbrief.schema.tables import SCHEMA_VERSION


def judge(checked: Checked, limits: GateLimits, *, files: int, quarantined: int) -> tuple[GateResult, ...]:
    """Ask the gates about a checked candidate.

    Args:
        checked: the candidate.
        limits: what it must keep to.
        files: number of files that were found under a name that counts.
        quarantined: how many of them gave no profile, and therefore count as files with errors.

    Raises:
        OutputError: its files, or those of the previous release, cannot be read.
    """
    with reporting(checked.written.staging.output, "compare with the last release"):
        figures = _figures(checked, files, quarantined)
        return evaluate(figures, _earlier(checked.written.staging), limits)


def _figures(checked: Checked, files: int, quarantined: int) -> Figures:
    folder = checked.written.staging.path
    diagnostics = read_parquet(folder, "diagnostics", ("severity", "source_path"))
    answered = read_parquet(folder, "faqs", ("is_answered",))["is_answered"]
    changes = read_parquet(folder, "changes", ("table", "change"))
    published = set(read_parquet(folder, "profiles", ("source_path",))["source_path"].to_pylist())
    errors = diagnostics.filter(pc.equal(diagnostics["severity"], "error"))
    gone = pc.and_(pc.equal(changes["table"], "profiles"), pc.equal(changes["change"], "removed"))
    return Figures(
        rows=checked.written.rows,
        profiles_gone=pc.sum(gone).as_py() or 0,
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
