"""The settings of a source that lives in git."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class GitSettings(BaseModel):
    """How a source in git is brought up to date and read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    update: Annotated[
        bool,
        Field(
            description="Fetch before each build, and build the commit that was fetched; nothing is checked out. Else a"
            " working tree is read as it stands."
        ),
    ] = False
    ref: Annotated[str, Field(description="Branch, tag or commit that is read from a bare repository.")] = "HEAD"
    paths: Annotated[
        tuple[str, ...], Field(description="Folders that are read from a bare repository; all if empty.")
    ] = ()
    timeout: Annotated[int, Field(ge=1, description="Seconds that fetching may take.")] = 300
