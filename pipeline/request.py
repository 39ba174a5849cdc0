"""The request for a build."""

from __future__ import annotations

import datetime as dt
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steckbrief.pipeline.results import Origin
    from steckbrief.pipeline.settings.load import Settings


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """A release to build.

    Attributes:
        source: folder with profiles.
        settings: the settings to build with.
        full: read every file, even if its rows could be reused.
        force: publish even if nothing changed or a gate failed.
        past_gates: publish even if a gate failed, but not if nothing changed.
        direct: the build runs without Prefect; only the summary needs to know.
        at: time of the release, aware.
        origin: for a backfill, where the files in `source` come from; nothing is fetched then.
    """

    source: Path
    settings: Settings
    _: KW_ONLY
    full: bool = False
    force: bool = False
    past_gates: bool = False
    direct: bool = True
    at: dt.datetime = field(default_factory=_now)
    origin: Origin | None = None

    @property
    def today(self) -> dt.date:
        """The day (UTC) with which dates in profiles are compared."""
        return self.at.astimezone(dt.UTC).date()

    @property
    def ignores_gates(self) -> bool:
        """Whether to publish a release that fails a gate."""
        return self.force or self.past_gates
