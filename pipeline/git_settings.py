"""Settings for a source in git."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


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
