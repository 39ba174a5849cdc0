"""What changed between two releases, for a person, for a spreadsheet and for a program."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from steckbrief.extract.printable import printable
from steckbrief.pipeline.results import counted

Change = Mapping[str, Any]
"""A row of `changes`."""

_COLUMNS: Final = ("table", "row_key", "column", "change", "profile_id", "before", "after")
_KINDS: Final = ("added", "removed", "changed")
_SHOWN: Final = 20
"""Profiles that the summary names per kind of change; the other forms have all."""

_WIDTH: Final = 60  # characters of a value in the summary


class DiffFormat(StrEnum):
    """How the difference of two releases is written."""

    TEXT = "text"
    TABLE = "table"
    JSON = "json"


def write(changes: Sequence[Change], before: str, after: str, form: DiffFormat) -> Iterator[str]:
    """The lines that tell the difference between the releases `before` and `after` in `form`."""
    if form is DiffFormat.JSON:
        document = {"before": before, "after": after, "counts": _counts(changes), "changes": list(changes)}
        yield json.dumps(document, indent=2, ensure_ascii=False)
    elif form is DiffFormat.TABLE:
        yield "\t".join(_COLUMNS)
        for each in changes:
            yield "\t".join("" if each[name] is None else printable(each[name]) for name in _COLUMNS)
    else:
        yield from _summary(changes, before, after)


def _counts(changes: Sequence[Change]) -> dict[str, dict[str, int]]:
    """Rows added, removed and changed by table; a row with several changed columns counts once."""
    rows = {(each["table"], each["row_key"], each["change"]) for each in changes}
    counts = Counter((table, change) for table, _, change in rows)
    return {
        table: {change: counts[table, change] for change in _KINDS} for table in sorted({table for table, _ in counts})
    }


def _summary(changes: Sequence[Change], before: str, after: str) -> Iterator[str]:
    yield f"From release {before} to {after}"
    if not changes:
        yield "Nothing changed."
        return
    counts = _counts(changes)
    yield ""
    width = max(map(len, counts))
    yield f"{'':<{width}}  {'added':>8}  {'removed':>8}  {'changed':>8}"
    for table, found in counts.items():
        yield f"{table:<{width}}  " + "  ".join(f"{found[kind]:>8,}" for kind in _KINDS)
    for kind in _KINDS:
        yield from _profiles(changes, kind)
    yield from _rows(changes)


def _profiles(changes: Sequence[Change], kind: str) -> Iterator[str]:
    """The profiles that came, went or changed, each with what changed in its own columns."""
    found: dict[str, list[Change]] = defaultdict(list)
    for each in changes:
        if each["table"] == "profiles" and each["change"] == kind:
            found[each["profile_id"]].append(each)
    if found:
        yield ""
        yield f"Profiles {kind}"
    for profile_id in list(found)[:_SHOWN]:
        title = found[profile_id][0]["after" if kind == "added" else "before"]
        told = [_change(each) for each in found[profile_id] if each["column"] not in ("*", "source_sha256")]
        yield f"  {printable(profile_id)}" + (f"  {_short(title)}" if kind != "changed" else "")
        yield from (f"    {line}" for line in told)
    if len(found) > _SHOWN:
        yield f"  and {len(found) - _SHOWN:,} more"


def _change(each: Change) -> str:
    return f"{each['column']}: {_short(each['before'])} -> {_short(each['after'])}"


def _rows(changes: Sequence[Change]) -> Iterator[str]:
    """How many rows of profiles that are in both releases came, went and changed, by profile."""
    whole = {each["profile_id"] for each in changes if each["table"] == "profiles" and each["column"] == "*"}
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for table, profile_id, change, _ in sorted(
        {(each["table"], each["profile_id"], each["change"], each["row_key"]) for each in changes}
    ):
        if table != "profiles" and profile_id not in whole:
            found[profile_id][table, change] += 1
    if found:
        yield ""
        yield "Rows of profiles in both releases"
    for profile_id in sorted(found, key=lambda each: (-found[each].total(), each))[:_SHOWN]:
        told = ", ".join(f"{number:,} {table} {change}" for (table, change), number in found[profile_id].items())
        yield f"  {printable(profile_id)}: {told}"
    if len(found) > _SHOWN:
        yield f"  and {counted(len(found) - _SHOWN, 'more profile')}"


def _short(value: str | None) -> str:
    if value is None:
        return "nothing"
    text = printable(" ".join(value.split()))
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."
