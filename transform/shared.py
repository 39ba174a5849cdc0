"""Template text: in how many profiles the same text stands once the profile's own name is masked.

Belongs here: masking a text, and counting it across profiles. Does not belong here: judging what is a template; an
analyst filters by `shared_by`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from transform.rows import Row

_NUMBER = re.compile(r"\d+")
_NOT_WORD = re.compile(r"[\W_]+")

_COMPARED: Final[Mapping[str, tuple[str, ...]]] = {"alternatives": ("description", "name"), "faqs": ("question",)}
"""Row table -> columns of which the first that is not NULL is compared; "text" in all others."""


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


def compared_text(table: str, row: Mapping[str, object]) -> str:
    """The text of a row of `table` that is compared across profiles; "" where the row has none."""
    return next((str(row[column]) for column in _COMPARED.get(table, ("text",)) if row[column] is not None), "")


def shared_key(masked: str) -> str:
    """The key of a masked text: "k" and 16 hexadecimal digits of its hash; NOTHING_SHARED where nothing is left of it.

    The letter keeps spreadsheets from reading one that is all digits as a number. Two of a million different texts
    have one key once in forty million builds.
    """
    return "k" + hashlib.blake2b(masked.encode(), digest_size=8).hexdigest()


NOTHING_SHARED: Final = shared_key("")
"""The key of all texts of which masking leaves nothing; they are no template."""


def shared_by(keys: pa.ChunkedArray, profile_ids: pa.ChunkedArray) -> np.ndarray:
    """For each row, the number of different profiles whose rows have the same key (at least 1)."""
    if not len(keys):
        return np.zeros(0, dtype=np.int64)
    codes, profiles = (each.combine_chunks().dictionary_encode().indices.to_numpy() for each in (keys, profile_ids))
    pairs = pd.DataFrame({"key": codes, "profile": profiles}).drop_duplicates()
    counts: np.ndarray = pairs.groupby("key").size().to_numpy()
    each: np.ndarray = counts[codes]
    return each


def template_rows(name: str, table: pa.Table, shared: np.ndarray, masks: Mapping[str, Mask], least: int) -> list[Row]:
    """The rows of `templates` for the table `name`: texts that stand in at least `least` profiles, by frequency.

    `table` is in order of profile_id, `shared` runs along its rows, and `masks` has the mask of every profile.
    """
    often = table.filter(pa.array(shared >= max(least, 2)))
    columns = dict.fromkeys(("profile_id", "shared_key", *_COMPARED.get(name, ("text",))))
    rows: dict[str, Row] = {}
    for found, count in zip(often.select(list(columns)).to_pylist(), shared[shared >= max(least, 2)], strict=True):
        key, profile_id = found["shared_key"], found["profile_id"]
        if key == NOTHING_SHARED:
            continue
        row = rows.get(key)
        if row is None:
            text = compared_text(name, found)
            rows[key] = {
                "table": name,
                "masked_text": masks[profile_id](text),
                "shared_key": key,
                "profile_count": int(count),
                "row_count": 1,
                "first_profile_id": profile_id,
                "first_text": text,
            }
            continue
        row["row_count"] = int(str(row["row_count"])) + 1
        if "second_profile_id" not in row and profile_id != row["first_profile_id"]:
            row |= {"second_profile_id": profile_id, "second_text": compared_text(name, found)}
    return sorted(rows.values(), key=lambda row: (-int(str(row["profile_count"])), str(row["masked_text"])))
