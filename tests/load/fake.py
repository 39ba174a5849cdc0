"""Generate tables of any size that pass every check, from the declarations alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from steckbrief import schema
from steckbrief.load.release import Release, ReleaseInfo, check, open_staging, write
from steckbrief.load.release import publish as finish
from steckbrief.schema.checks import COUNTED
from steckbrief.schema.model import Column
from tests.records import arrow

WORDS = (
    'Daten Größe über flexible API pricing Team, export; integration "offline" self-hosted 🙂 naïve 100 % 007'.split()
)
INFO = ReleaseInfo(
    source_root="raw",
    source_commit=None,
    fingerprint="0" * 64,
    writer="0" * 64,
    version="0.1.0",
    inputs={"found": 3, "read": 3, "reused": 0, "skipped": 0, "quarantined": 0},
)
PER_PROFILE = dict.fromkeys(schema.ROW_TABLES, 4) | {
    "tags": 4,
    "price_models": 2,
    "front_matter": 14,
    "sections": 15,
    "features": 7,
    "pros": 5,
    "cons": 4,
    "use_cases": 4,
    "audiences": 4,
    "alternatives": 5,
    "faqs": 7,
    "links": 8,
}
OF_THE_WHOLE = [name for name in schema.TABLES if name not in (*PER_PROFILE, "profiles", "diagnostics", "changes")]
"""Tables whose rows do not belong to a single profile."""

LENGTHS = {
    ("sections", "markdown"): 6.0,
    ("sections", "text"): 6.0,
    ("profiles", "lead"): 5.0,
    ("profiles", "front_matter_raw"): 6.0,
    ("", "answer"): 3.0,
    ("", "answer_markdown"): 3.0,
    ("", "name"): 0.2,
    ("", "heading"): 0.3,
    ("", "tag"): 0.1,
    ("", "url"): 0.4,
    ("", "target_slug"): 0.2,
    ("", "value_json"): 0.3,
}
"""Length of a text relative to the others, by table and column or by column alone; as in real profiles."""

Rows = dict[str, list[dict[str, object]]]


def rows(profiles: int, *, seed: int = 1, words: int = 12) -> Rows:
    """Return rows for every table except changes; `words` is the length of a text."""
    chance = random.Random(seed)
    made: Rows = {name: [] for name in schema.TABLES if name != "changes"}
    ids = [f"de/product-{number:05}" for number in range(profiles)]
    for profile_id in ids:
        made["profiles"].append(_row("profiles", profile_id, 1, chance, words, ids))
        for name, number in PER_PROFILE.items():
            made[name].extend(_row(name, profile_id, at + 1, chance, words, ids) for at in range(number))
    for name in OF_THE_WHOLE:
        made[name].extend(_row(name, ids[at], at + 1, chance, words, ids) for at in range(profiles // 2))
    made["diagnostics"].extend(_row("diagnostics", ids[at], at + 1, chance, words, ids) for at in range(profiles // 3))
    return made


def tables(made: Mapping[str, list[dict[str, object]]]) -> dict[str, pa.Table]:
    return {name: arrow(name, listed) for name, listed in made.items()}


def _row(
    table: str, profile_id: str, position: int, chance: random.Random, words: int, ids: list[str]
) -> dict[str, object]:
    fixed: dict[str, object] = {
        "profile_id": profile_id,
        "position": position,
        "key": f"key_{position}",
        "table": "faqs",
        "masked_text": f"text {position}",
        "first_profile_id": profile_id,
        "second_profile_id": ids[-1],
        "row_id": hashlib.sha256(f"{table} {profile_id} {position}".encode()).hexdigest()[:16],
        "slug": profile_id.partition("/")[2],
        "locale": "de",
        "section_position": 1 + position % PER_PROFILE["sections"],
        "parent_position": position - 1 or None,
        "line_start": position * 5,
        "line_end": position * 5 + 3,
        "target_profile_id": chance.choice((None, chance.choice(ids))),
        "source_sha256": hashlib.sha256(profile_id.encode()).hexdigest(),
        **{column: PER_PROFILE[counted] for column, (counted, _) in COUNTED.items()},
        "is_answered": True,
    }
    if table == "price_models":
        fixed["price_model"] = list(schema.TABLES[table].column("price_model").allowed)[position]
    return {
        column.name: fixed[column.name] if column.name in fixed else _cell(table, column, chance, words)
        for column in schema.TABLES[table].columns
    }


def _cell(table: str, column: Column, chance: random.Random, words: int) -> object:
    if column.nullable and chance.random() < 0.2:
        return None
    if column.allowed:
        return chance.choice(column.allowed)
    if column.is_text:
        long = LENGTHS.get((table, column.name), LENGTHS.get(("", column.name), 1.0))
        separator = "\n" if column.name.endswith("markdown") else " "
        return separator.join(chance.choices(WORDS, k=max(1, round(words * long))))
    if column.is_date:
        return dt.date(2024, 1, 1) + dt.timedelta(days=chance.randrange(700))
    return chance.randrange(1, 1000)


def publish(output: Path, made: Rows, *, neutralise: bool = True, now: dt.datetime | None = None) -> Release:
    with open_staging(output, now=now) as staging:
        return finish(check(write(tables(made), staging, neutralise=neutralise)), INFO)
