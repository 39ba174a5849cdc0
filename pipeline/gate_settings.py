"""The settings of the gates: what a release must keep to before it is published."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from steckbrief.load.gates import FEW, FEW_PROFILES, GateLimits

_Share = Annotated[float, Field(ge=0, le=1)]
_DEFAULT = GateLimits()


class GateSettings(BaseModel):
    """Limits of the gates; shares are from 0 to 1.

    1 lets everything pass, and 0 nothing at all. In between, a few pass whatever their share (FEW in load/gates.py).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    minimum_profiles: Annotated[int, Field(ge=0, description="Fewest profiles that a release may have.")] = (
        _DEFAULT.minimum_profiles
    )
    profiles_lost: Annotated[
        _Share,
        Field(
            description="Largest share of the last release's profiles that may be gone;"
            f" fewer than {FEW_PROFILES} may in any case, unless it is 0 or they are all."
        ),
    ] = _DEFAULT.profiles_lost
    rows_lost: Annotated[
        _Share,
        Field(
            description="Largest share of rows by which any table but templates, diagnostics and changes may be shorter"
            f" than it was; fewer than {FEW} rows may in any case, unless it is 0 or they are all."
        ),
    ] = _DEFAULT.rows_lost
    files_with_errors: Annotated[
        _Share,
        Field(
            description="Largest share of files that have an error or are quarantined;"
            f" fewer than {FEW} may in any case, unless it is 0."
        ),
    ] = _DEFAULT.files_with_errors
    unanswered_faqs: Annotated[
        _Share,
        Field(
            description="Largest share of questions without an answer;"
            f" fewer than {FEW} may in any case, unless it is 0."
        ),
    ] = _DEFAULT.unanswered_faqs

    @property
    def limits(self) -> GateLimits:
        """The limits as `load` takes them."""
        return GateLimits(**self.model_dump())
