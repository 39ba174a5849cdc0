"""The registry of rules: what can be wrong with a profile, how bad it is, and what to do."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: stable code, severity (error, warning, info), meaning, templates of message and remedy, example.

    `across` says whether finding it takes other profiles or the day of the build.
    """

    code: str
    severity: str
    meaning: str
    message: str
    remedy: str
    example: str
    across: bool = False


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by code, in the order of rules.toml."""
    data = tomllib.loads(
        resources.files("steckbrief.transform.checks").joinpath("rules.toml").read_text(encoding="utf-8")
    )
    return {code: Rule(code=code, **entry) for code, entry in data.items()}
