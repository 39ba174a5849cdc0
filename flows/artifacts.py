"""What the page of a run shows: progress, gates, rows per table, diagnostics by rule, and the release."""

from __future__ import annotations

from pathlib import Path
from typing import cast
from uuid import UUID

from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from steckbrief.flows.markdown import code, escaped, gates_as_markdown, rules_as_markdown
from steckbrief.load.releases.published import read
from steckbrief.pipeline.progress import Progress
from steckbrief.pipeline.stages import STAGES
from steckbrief.pipeline.summary import BuildSummary


class ProgressArtifact(Progress):
    """Progress as an artifact of the run, with one step per stage."""

    def __init__(self) -> None:
        self._stages_done = 0
        # In a synchronous flow, Prefect returns the id itself and not a coroutine.
        self._artifact = cast(UUID, create_progress_artifact(0.0, key="progress", description="Stages that are done"))

    def end(self, stage: str, sentence: str) -> None:
        """Count the stage and show what it did."""
        self._stages_done += 1
        percent = min(100.0 * self._stages_done / len(STAGES), 100.0)
        update_progress_artifact(self._artifact, progress=percent, description=escaped(f"{stage}: {sentence}"))

    def complete(self, outcome: str) -> None:
        """Show that the run is done. It may have needed fewer stages: a night without changes ends after the plan."""
        update_progress_artifact(self._artifact, progress=100.0, description=escaped(outcome))


def show_build(summary: BuildSummary) -> None:
    """Show the figures of a build on the run page."""
    create_table_artifact(
        key="rows-per-table",
        table=[{"table": name, "rows": rows} for name, rows in summary.rows.items()],
        description=f"Rows per table of release {summary.release}",
    )
    create_markdown_artifact(
        key="diagnostics-by-rule",
        markdown=f"# Diagnostics of release {summary.release}\n\n{rules_as_markdown(summary.diagnostics)}\n",
        description=f"{summary.quarantined} of {summary.files} files quarantined",
    )
    release = read(Path(summary.path))
    create_markdown_artifact(
        key="gates",
        markdown=f"# Gates of release {release.id}\n\n{gates_as_markdown(release.manifest['gates'])}\n",
        description="The limits that were checked before publication",
    )
    create_link_artifact(
        key="release",
        link=Path(summary.path).as_uri(),
        link_text=f"Release {summary.release}",
        description=f"Folder of the release: {code(summary.path)}",
    )


def show_rejected(candidate: Path) -> None:
    """Show on the run page which gates failed, and where the candidate is."""
    folder = candidate.absolute()
    gates = read(folder).manifest["gates"]
    create_markdown_artifact(
        key="gates",
        markdown=f"# Nothing was published, because a gate failed\n\n{gates_as_markdown(gates)}\n\n"
        f"The candidate is kept in {code(str(folder))}. Correct the source; or, if the candidate is right, run again"
        " with `force`.\n",
        description=f"Folder of the candidate: {code(str(folder))}",
    )
