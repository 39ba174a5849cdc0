"""Price models: free text translated to the closed list of the schema."""

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


SitePrices = Mapping[str, tuple[str, ...]]
"""A site's word for a price, folded -> its price models."""


def fold(text: str) -> str:
    """Return a price in the form of price_models.toml: lower case, without accents, umlauts written out.

    >>> fold("Jährlich  kündbar")
    'jaehrlich kuendbar'
    """
    return _SPACES.sub(" ", without_accents(text.casefold().translate(TRANSLITERATED))).strip()


def read_price_models(text: str | None, own: SitePrices | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the price models in a text, and the parts of it that are not understood.

    Models are in the order of the text, without repetitions. A text without any known part gives ("unknown",). The
    site's words `own` win over the known ones, for the whole text and then for its parts.

    >>> read_price_models("Freemium, Abonnement"), read_price_models("Free; barter")
    ((('freemium', 'subscription'), ()), (('free',), ('barter',)))
    """
    return read_tiers((text,) if text else (), own)


def read_tiers(texts: Sequence[str], own: SitePrices | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the price models in several texts, such as a list of tiers; see read_price_models."""
    models: dict[str, None] = {}
    unknown: list[str] = []
    for text in texts:
        known_models, unknown_parts = ((), (text,)) if swallows_key(text) else _read_text(fold(text), own or {})
        models |= dict.fromkeys(known_models)
        unknown.extend(unknown_parts)
    return tuple(models) or ((UNKNOWN,) if texts else ()), tuple(unknown)


def _read_text(text: str, own: SitePrices) -> tuple[list[str], list[str]]:
    if text in own:
        return list(own[text]), []
    models: list[str] = []
    unknown = []
    for part in filter(None, _separators().split(text)):
        model = _read_part(part)
        if part in own:
            models.extend(own[part])
        elif model is None:
            unknown.append(part)
        else:
            models.append(model)
    return models, unknown


def _read_part(part: str) -> str | None:
    for model in _models():
        if part in model.values:
            return model.name
    return next((model.name for model in _models() if model.contains and model.contains.search(part)), None)
