"""Template text: in how many profiles the same text stands once the profile's own name is masked.

Belongs here: masking a text, and counting it across profiles. Does not belong here: judging what is a template; an
analyst filters by `shared_by`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

_NUMBER = re.compile(r"\d+")
_NOT_WORD = re.compile(r"[\W_]+")


class Mask:
    """Masks the texts of one profile: its title and slug become one sign, numbers another, punctuation is dropped."""

    def __init__(self, title: str, slug: str) -> None:
        names = {_fold(title), _fold(slug)} - {""}
        self._names = sorted(names, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The masked text; texts of two profiles that differ only in the masked parts become equal."""
        folded = _fold(text)
        padded = f" {folded} "
        for name in self._names:
            if name in folded:
                # Twice, since neighbours share the blank between them.
                padded = padded.replace(f" {name} ", " § ").replace(f" {name} ", " § ")
        return _NUMBER.sub("0", padded)


def _fold(text: str) -> str:
    return _NOT_WORD.sub(" ", text.casefold()).strip()


def shared_by(masked: Sequence[str], profile_ids: Iterable[str]) -> list[int]:
    """For each row, the number of different profiles whose rows hold the same masked text (at least 1)."""
    frame = pd.DataFrame({"masked": masked, "profile_id": list(profile_ids)}, dtype="string[pyarrow]")
    counts = frame.drop_duplicates().groupby("masked", sort=False).size()
    return [int(count) for count in frame["masked"].map(counts)]
