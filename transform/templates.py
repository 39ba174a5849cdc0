"""Template text: in how many profiles the same text stands once the profile's own name is masked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from steckbrief.schema.listings import LISTINGS
from steckbrief.schema.rows import TemplateRow

_NUMBER = re.compile(r"\d+")
_NOT_WORD = re.compile(r"[\W_]+")

_COMPARED: Final = {listing.name: listing.compared for listing in LISTINGS}


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


def _compared_text(table: str, row: Mapping[str, str | None]) -> str:
    """The text of a row of `table` that is compared across profiles; "" if the row has none."""
    return next(filter(None, map(row.get, _COMPARED[table])), "")


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
    codes, profiles = _codes(keys), _codes(profile_ids)
    pairs = pd.DataFrame({"key": codes, "profile": profiles}).drop_duplicates()
    counts: np.ndarray = pairs.groupby("key").size().to_numpy()
    each: np.ndarray = counts[codes]
    return each


def template_rows(
    name: str, table: pa.Table, shared: np.ndarray, masks: Mapping[str, Mask], least: int
) -> list[TemplateRow]:
    """The rows of `templates` for the table `name`: texts that stand in at least `least` profiles, by frequency.

    `table` is in order of profile_id, `shared` runs along its rows, and `masks` has the mask of every profile.
    """
    columns = dict.fromkeys(("profile_id", "shared_key", *_COMPARED[name]))
    told = (shared >= max(least, 2)) & pc.not_equal(table.column("shared_key"), NOTHING_SHARED).to_numpy()
    often = table.select(list(columns)).filter(pa.array(told))
    if not often.num_rows:
        return []
    keys, profiles = (_codes(often.column(each)) for each in ("shared_key", "profile_id"))
    _, first, row_counts = np.unique(keys, return_index=True, return_counts=True)
    elsewhere = np.flatnonzero(profiles != profiles[first[keys]])
    second = elsewhere[np.unique(keys[elsewhere], return_index=True)[1]]
    rows = [
        TemplateRow(
            table=name,
            masked_text=masks[one["profile_id"]](_compared_text(name, one)),
            shared_key=one["shared_key"],
            profile_count=profile_count,
            row_count=row_count,
            first_profile_id=one["profile_id"],
            first_text=_compared_text(name, one),
            second_profile_id=other["profile_id"],
            second_text=_compared_text(name, other),
        )
        for one, other, profile_count, row_count in zip(
            often.take(pa.array(first)).to_pylist(),
            often.take(pa.array(second)).to_pylist(),
            shared[told][first].tolist(),
            row_counts.tolist(),
            strict=True,
        )
    ]
    return sorted(rows, key=lambda row: (-row.profile_count, row.masked_text))


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    """A number for each value, in order of first appearance."""
    codes: np.ndarray = column.combine_chunks().dictionary_encode().indices.to_numpy()
    return codes
