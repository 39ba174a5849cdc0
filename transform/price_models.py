"""Price models: free text to the closed list of the schema.

Belongs here: reading one profile's price_model. Does not belong here: the words (price_models.toml) or the list of
allowed models (schema).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from transform.fields import swallows_key

UNKNOWN = "unknown"
_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "’": "'"})
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class _Model:
    name: str
    values: frozenset[str]
    contains: re.Pattern[str] | None


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("transform").joinpath("price_models.toml").read_text(encoding="utf-8"))


@cache
def _separators() -> re.Pattern[str]:
    joined_by, periods = "|".join(_data()["conjunctions"]), "|".join(_data()["periods"])
    return re.compile(rf"\s*(?:[,;|+&]|/(?!\s*(?:{periods})\b)|\b(?:{joined_by})\b)\s*")


@cache
def _models() -> tuple[_Model, ...]:
    return tuple(
        _Model(
            name,
            frozenset(entry["values"]),
            re.compile("|".join(entry["contains"])) if entry["contains"] else None,
        )
        for name, entry in _data()["models"].items()
    )


def _fold(text: str) -> str:
    """Lower case without accents, umlauts written out: as price_models.toml is written."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_FOLD))
    return _SPACES.sub(" ", "".join(char for char in decomposed if not unicodedata.combining(char)))


def read_price_models(text: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The price models in a text as written ("Freemium, Abonnement"), and the parts that name none.

    Models come in the order of the text, each once; a text in which no part is understood gives ("unknown",), no text
    gives none.
    """
    if not text:
        return (), ()
    if swallows_key(text):
        return (UNKNOWN,), (text,)
    found: list[str] = []
    not_understood = []
    for part in _separators().split(_fold(text)):
        if not part:
            continue
        model = _read_part(part)
        if model is None:
            not_understood.append(part)
        elif model not in found:
            found.append(model)
    return tuple(found) or (UNKNOWN,), tuple(not_understood)


def _read_part(part: str) -> str | None:
    for model in _models():
        if part in model.values:
            return model.name
    return next((model.name for model in _models() if model.contains and model.contains.search(part)), None)
