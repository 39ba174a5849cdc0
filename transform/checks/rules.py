"""The registry of rules, read from rules.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `message` and `remedy` are templates; rules.toml explains every field."""

    code: str
    severity: str
    meaning: str
    message: str
    remedy: str
    example: str
    across: bool = False


@cache
def rules() -> Mapping[str, Rule]:
    """Return all rules by code, in the order of rules.toml."""
    data = tomllib.loads(
        resources.files("steckbrief.transform.checks").joinpath("rules.toml").read_text(encoding="utf-8")
    )
    return {code: Rule(code=code, **entry) for code, entry in data.items()}
