"""Template text: text that several profiles share once their own names are masked."""

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
    """Masks the texts of one profile: its title and slug become "§", numbers become "0", punctuation disappears.

    >>> Mask("Krita", "krita")("Is Krita 5.2 free?")
    'is § 0 0 free'
    """

    def __init__(self, title: str, slug: str) -> None:
        names = {_fold(title), _fold(slug)} - {""}
        self._names = sorted(names, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return the masked text. Texts of two profiles that differ only in the masked parts become equal."""
        folded = _fold(text)
        padded = f" {folded} "
        for name in self._names:
            if name in folded:
                # Twice, because adjacent names share the space between them.
                padded = padded.replace(f" {name} ", " § ").replace(f" {name} ", " § ")
        return _NUMBER.sub("0", padded.strip())


def _fold(text: str) -> str:
    return _NOT_WORD.sub(" ", text.casefold()).strip()


def _compared_text(table: str, row: Mapping[str, str | None]) -> str:
    """Return the text of a row of `table` that is compared across profiles; "" if the row has none."""
    return next(filter(None, map(row.get, _COMPARED[table])), "")


def shared_key(masked: str) -> str:
    """Return the key of a masked text: "k" and 16 hexadecimal digits of its hash.

    The letter keeps spreadsheets from reading a key as a number. With a million different texts, two of them share a
    key in one of forty million builds.
    """
    return "k" + hashlib.blake2b(masked.encode(), digest_size=8).hexdigest()


NOTHING_SHARED: Final = shared_key("")
"""The key of texts that are empty once they are masked. They are not templates."""


def shared_by(keys: pa.ChunkedArray, profile_ids: pa.ChunkedArray) -> np.ndarray:
    """Return, for each row, the number of different profiles with a row of the same key (at least 1)."""
    if not len(keys):
        return np.zeros(0, dtype=np.int64)
    codes, profiles = _codes(keys), _codes(profile_ids)
    pairs = pd.DataFrame({"key": codes, "profile": profiles}).drop_duplicates()
    counts: np.ndarray = pairs.groupby("key").size().to_numpy()
    per_row: np.ndarray = counts[codes]
    return per_row


def template_rows(
    name: str, table: pa.Table, shared: np.ndarray, masks: Mapping[str, Mask], least: int
) -> list[TemplateRow]:
    """Return the rows of `templates` for one table: texts that at least `least` profiles share, by frequency.

    Args:
        name: the name of the table.
        table: its rows, in order of profile_id.
        shared: shared_by for each of its rows.
        masks: the mask of every profile.
        least: the number of profiles that make a text a template; at least 2.
    """
    columns = dict.fromkeys(("profile_id", "shared_key", *_COMPARED[name]))
    is_template = (shared >= max(least, 2)) & pc.not_equal(table.column("shared_key"), NOTHING_SHARED).to_numpy()
    repeated = table.select(list(columns)).filter(pa.array(is_template))
    if not repeated.num_rows:
        return []
    keys, profiles = _codes(repeated.column("shared_key")), _codes(repeated.column("profile_id"))
    _, first, row_counts = np.unique(keys, return_index=True, return_counts=True)
    in_others = np.flatnonzero(profiles != profiles[first[keys]])
    second = in_others[np.unique(keys[in_others], return_index=True)[1]]
    rows = [
        TemplateRow(
            table=name,
            masked_text=masks[first_row["profile_id"]](_compared_text(name, first_row)),
            shared_key=first_row["shared_key"],
            profile_count=profile_count,
            row_count=row_count,
            first_profile_id=first_row["profile_id"],
            first_text=_compared_text(name, first_row),
            second_profile_id=second_row["profile_id"],
            second_text=_compared_text(name, second_row),
        )
        for first_row, second_row, profile_count, row_count in zip(
            repeated.take(pa.array(first)).to_pylist(),
            repeated.take(pa.array(second)).to_pylist(),
            shared[is_template][first].tolist(),
            row_counts.tolist(),
            strict=True,
        )
    ]
    return sorted(rows, key=lambda row: (-row.profile_count, row.masked_text))


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    """Number the values in order of first appearance."""
    codes: np.ndarray = column.combine_chunks().dictionary_encode().indices.to_numpy()
    return codes
