"""Template text: in how many profiles the same text stands once the profile's own name is masked.

Belongs here: masking a text, and counting it across profiles. Does not belong here: judging what is a template; an
analyst filters by `shared_by`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from transform.rows import Row

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
        return _NUMBER.sub("0", padded.strip())


def _fold(text: str) -> str:
    return _NOT_WORD.sub(" ", text.casefold()).strip()


def shared_by(masked: Sequence[str], profile_ids: Iterable[str]) -> list[int]:
    """For each row, the number of different profiles whose rows hold the same masked text (at least 1)."""
    frame = pd.DataFrame({"masked": masked, "profile_id": list(profile_ids)}, dtype="string[pyarrow]")
    counts = frame.drop_duplicates().groupby("masked", sort=False).size()
    return [int(count) for count in frame["masked"].map(counts)]


def template_rows(
    table: str,
    masked: Sequence[str],
    texts: Sequence[str],
    profile_ids: Sequence[str],
    shared: Sequence[int],
    least: int,
) -> list[Row]:
    """The rows of `templates` for one table: masked texts that stand in at least `least` profiles, by frequency.

    All sequences run along the rows of the table, which are in order of profile_id.
    """
    rows: dict[str, Row] = {}
    for mask, text, profile_id, count in zip(masked, texts, profile_ids, shared, strict=True):
        if count < max(least, 2) or not mask:
            continue
        row = rows.setdefault(mask, {"table": table, "masked_text": mask, "profile_count": count, "row_count": 0})
        row["row_count"] = int(str(row["row_count"])) + 1
        if "first_profile_id" not in row:
            row |= {"first_profile_id": profile_id, "first_text": text}
        elif "second_profile_id" not in row and profile_id != row["first_profile_id"]:
            row |= {"second_profile_id": profile_id, "second_text": text}
    return sorted(rows.values(), key=lambda row: (-int(str(row["profile_count"])), str(row["masked_text"])))
