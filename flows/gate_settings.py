"""The settings of the gates: what a release must keep to before it is published.

Belongs here: the limits as a person sets them. Does not belong here: what a gate compares (load/gates.py).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from load.gates import Limits

_Share = Annotated[float, Field(ge=0, le=1)]
_DEFAULT = Limits()


class GateSettings(BaseModel):
    """Limits of the gates; shares are from 0 to 1, and 1 lets everything pass."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    minimum_profiles: Annotated[int, Field(ge=0, description="Fewest profiles that a release may have.")] = (
        _DEFAULT.minimum_profiles
    )
    profiles_lost: Annotated[
        _Share, Field(description="Largest share of the last release's profiles that may be gone.")
    ] = _DEFAULT.profiles_lost
    rows_lost: Annotated[
        _Share, Field(description="Largest share of rows by which any table with a row_id may be shorter than it was.")
    ] = _DEFAULT.rows_lost
    files_with_errors: Annotated[
        _Share, Field(description="Largest share of files that have an error or are quarantined.")
    ] = _DEFAULT.files_with_errors
    unanswered_faqs: Annotated[_Share, Field(description="Largest share of questions without an answer.")] = (
        _DEFAULT.unanswered_faqs
    )

    @property
    def limits(self) -> Limits:
        """The limits as `load` takes them."""
        return Limits(**self.model_dump())
