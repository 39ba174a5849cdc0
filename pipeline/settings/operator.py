"""Settings that belong to the operator: where and how to build, and what may be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt, create_model

from steckbrief.extract.limits import FileLimits
from steckbrief.pipeline.settings.gates import GateSettings

# One setting per limit, with the limit's own default, so that a new limit needs no line here.
_limit_fields: dict[str, Any] = {limit.name: (PositiveInt, limit.default) for limit in fields(FileLimits)}
LimitSettings = create_model(
    "LimitSettings",
    __config__=ConfigDict(extra="forbid", frozen=True),
    __doc__="Limits on a single file; extract/limits.py gives their reasons.",
    **_limit_fields,
)


class GitSettings(BaseModel):
    """How a source in git is fetched and read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    update: Annotated[
        bool,
        Field(
            description="Fetch before each build and build the fetched commit, without checking it out. Otherwise the"
            " files of a working tree are read."
        ),
    ] = False
    ref: Annotated[str, Field(description="Branch, tag or commit to read from a bare repository.")] = "HEAD"
    paths: Annotated[tuple[str, ...], Field(description="Folders to read from a bare repository; empty for all.")] = ()
    timeout: Annotated[int, Field(ge=1, description="Largest number of seconds for a fetch.")] = 300


SETTINGS_TABLES: Final[Mapping[str, type[BaseModel]]] = {
    "limits": LimitSettings,
    "gates": GateSettings,
    "git": GitSettings,
}
"""Tables of settings, by name."""


def _require_name(path: object) -> object:
    if path == "":
        raise ValueError("an empty text would mean the working directory; name a folder, or leave the setting out")
    return path


class OperatorSettings(BaseModel):
    """Settings that a site file cannot change, because strangers may have written it."""

    output: Annotated[Path, BeforeValidator(_require_name), Field(description="Folder for the releases.")] = Path(
        "output"
    )
    workers: Annotated[
        int | None, Field(ge=1, le=64, description="Number of worker processes; if unset, the number of files decides.")
    ] = None
    csv_neutralise_formulas: Annotated[
        bool, Field(description="Put an apostrophe before CSV cells that a spreadsheet would run as a formula.")
    ] = True
    limits: Annotated[LimitSettings, Field(description="Limits on a single file.")] = LimitSettings()  # type: ignore[valid-type]
    git: Annotated[GitSettings, Field(description="How a source in git is fetched and read.")] = GitSettings()
    gates: Annotated[GateSettings, Field(description="Limits that a release must keep to be published.")] = (
        GateSettings()
    )

    @property
    def file_limits(self) -> FileLimits:
        """The limits as the value type of `extract`."""
        return FileLimits(**self.limits.model_dump())  # type: ignore[attr-defined]
