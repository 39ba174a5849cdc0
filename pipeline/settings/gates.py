"""Settings of the gates that a release must pass before it is published."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from steckbrief.load.gates import FEW, FEW_PROFILES, GateLimits

_Share = Annotated[float, Field(ge=0, le=1)]
_DEFAULT = GateLimits()


class GateSettings(BaseModel):
    """Limits of the gates. Shares range from 0 (nothing passes) to 1 (everything passes).

    Between the two, a few profiles or rows always pass (FEW in load/gates.py), because shares of few say little.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    minimum_profiles: Annotated[int, Field(ge=0, description="Smallest number of profiles in a release.")] = (
        _DEFAULT.minimum_profiles
    )
    profiles_lost: Annotated[
        _Share,
        Field(
            description="Largest share of the last release's profiles that may disappear. Fewer than"
            f" {FEW_PROFILES} always may, unless the setting is 0 or they are all there were."
        ),
    ] = _DEFAULT.profiles_lost
    rows_lost: Annotated[
        _Share,
        Field(
            description="Largest share of its rows that any table except templates, diagnostics and changes may lose."
            f" Fewer than {FEW} rows always may, unless the setting is 0 or they are all there were."
        ),
    ] = _DEFAULT.rows_lost
    files_with_errors: Annotated[
        _Share,
        Field(
            description="Largest share of files that may have an error or be quarantined. Fewer than"
            f" {FEW} always may, unless the setting is 0."
        ),
    ] = _DEFAULT.files_with_errors
    unanswered_faqs: Annotated[
        _Share,
        Field(
            description="Largest share of questions that may lack an answer. Fewer than"
            f" {FEW} always may, unless the setting is 0."
        ),
    ] = _DEFAULT.unanswered_faqs

    @property
    def limits(self) -> GateLimits:
        """The same limits as the value type of `load`."""
        return GateLimits(**self.model_dump())
