"""Price models: free text to the closed list of the schema."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from steckbrief.transform.fields import swallows_key
from steckbrief.transform.headings.letters import TRANSLITERATED, without_accents

UNKNOWN = "unknown"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class _Model:
    name: str
    values: frozenset[str]
    contains: re.Pattern[str] | None


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(
        resources.files("steckbrief.transform.tables").joinpath("price_models.toml").read_text(encoding="utf-8")
    )


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


Own = Mapping[str, tuple[str, ...]]
"""What a site writes for a price, folded, -> the price models it means."""


def fold(text: str) -> str:
    """A price as it is looked up, and as price_models.toml is written: lower case, no accents, umlauts written out."""
    return _SPACES.sub(" ", without_accents(text.casefold().translate(TRANSLITERATED))).strip()


def read_price_models(text: str | None, own: Own | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The price models in a text as written ("Freemium, Abonnement"), and the parts that name none.

    `own` wins over the known words, for the whole text and then for its parts. Models come in the order of the text,
    each once; a text in which no part is understood gives ("unknown",), no text gives none.
    """
    return read_tiers((text,) if text else (), own)


def read_tiers(texts: Sequence[str], own: Own | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The price models in several texts, such as the tiers of a list, and the parts that name none; as above."""
    found: dict[str, None] = {}
    not_understood: list[str] = []
    for text in texts:
        models, left = ((), (text,)) if swallows_key(text) else _read_text(fold(text), own or {})
        found |= dict.fromkeys(models)
        not_understood.extend(left)
    return tuple(found) or ((UNKNOWN,) if texts else ()), tuple(not_understood)


def _read_text(text: str, own: Own) -> tuple[list[str], list[str]]:
    if text in own:
        return list(own[text]), []
    found: list[str] = []
    not_understood = []
    for part in filter(None, _separators().split(text)):
        model = _read_part(part)
        if part in own:
            found.extend(own[part])
        elif model is None:
            not_understood.append(part)
        else:
            found.append(model)
    return found, not_understood


def _read_part(part: str) -> str | None:
    for model in _models():
        if part in model.values:
            return model.name
    return next((model.name for model in _models() if model.contains and model.contains.search(part)), None)
