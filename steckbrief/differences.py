"""The differences between two releases as a summary, a tab-separated table or JSON."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from steckbrief.extract.printable import printable
from steckbrief.pipeline.results import counted

Change = Mapping[str, Any]
"""A row of the table `changes`."""

_COLUMNS: Final = ("table", "row_key", "column", "change", "profile_id", "before", "after")
_KINDS: Final = ("added", "removed", "changed")
_LISTED: Final = 20  # profiles that the summary lists per kind of change; the other formats list all
_WIDTH: Final = 60  # characters of a value in the summary


class DiffFormat(StrEnum):
    """Formats for the differences between two releases."""

    TEXT = "text"
    TABLE = "table"
    JSON = "json"


def write(changes: Sequence[Change], before: str, after: str, form: DiffFormat) -> Iterator[str]:
    """Yield the lines that describe the changes from release `before` to release `after` in the format `form`."""
    if form is DiffFormat.JSON:
        document = {"before": before, "after": after, "counts": _counts(changes), "changes": list(changes)}
        yield json.dumps(document, indent=2, ensure_ascii=False)
    elif form is DiffFormat.TABLE:
        yield "\t".join(_COLUMNS)
        for change in changes:
            yield "\t".join("" if change[name] is None else printable(change[name]) for name in _COLUMNS)
    else:
        yield from _summary(changes, before, after)


def _counts(changes: Sequence[Change]) -> dict[str, dict[str, int]]:
    """Count the added, removed and changed rows of each table; a row with several changed columns counts once."""
    rows = {(change["table"], change["row_key"], change["change"]) for change in changes}
    counts = Counter((table, kind) for table, _, kind in rows)
    return {table: {kind: counts[table, kind] for kind in _KINDS} for table in sorted({table for table, _ in counts})}


def _summary(changes: Sequence[Change], before: str, after: str) -> Iterator[str]:
    yield f"From release {before} to {after}"
    if not changes:
        yield "Nothing changed."
        return
    counts = _counts(changes)
    yield ""
    width = max(map(len, counts))
    yield f"{'':<{width}}  {'added':>8}  {'removed':>8}  {'changed':>8}"
    for table, by_kind in counts.items():
        yield f"{table:<{width}}  " + "  ".join(f"{by_kind[kind]:>8,}" for kind in _KINDS)
    for kind in _KINDS:
        yield from _profiles(changes, kind)
    yield from _rows(changes)


def _profiles(changes: Sequence[Change], kind: str) -> Iterator[str]:
    """Yield the profiles that were added, removed or changed, with the changes in their own columns."""
    by_profile: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change["table"] == "profiles" and change["change"] == kind:
            by_profile[change["profile_id"]].append(change)
    if by_profile:
        yield ""
        yield f"Profiles {kind}"
    for profile_id, own_changes in islice(by_profile.items(), _LISTED):
        title = own_changes[0]["after" if kind == "added" else "before"]
        yield f"  {printable(profile_id)}" + (f"  {_short(title)}" if kind != "changed" else "")
        for change in own_changes:
            if change["column"] not in ("*", "source_sha256"):
                yield f"    {change['column']}: {_short(change['before'])} -> {_short(change['after'])}"
    if len(by_profile) > _LISTED:
        yield f"  and {len(by_profile) - _LISTED:,} more"


def _rows(changes: Sequence[Change]) -> Iterator[str]:
    """Yield the profiles in both releases with the numbers of their rows that were added, removed and changed."""
    one_sided = {
        change["profile_id"] for change in changes if change["table"] == "profiles" and change["column"] == "*"
    }
    rows = {(change["table"], change["profile_id"], change["change"], change["row_key"]) for change in changes}
    by_profile: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for table, profile_id, kind, _ in sorted(rows):
        if table != "profiles" and profile_id not in one_sided:
            by_profile[profile_id][table, kind] += 1
    if by_profile:
        yield ""
        yield "Rows of profiles in both releases"
    most_changed = sorted(by_profile, key=lambda profile_id: (-by_profile[profile_id].total(), profile_id))
    for profile_id in most_changed[:_LISTED]:
        counts = by_profile[profile_id].items()
        yield f"  {printable(profile_id)}: " + ", ".join(
            f"{number:,} {table} {kind}" for (table, kind), number in counts
        )
    if len(by_profile) > _LISTED:
        yield f"  and {counted(len(by_profile) - _LISTED, 'more profile')}"


def _short(value: str | None) -> str:
    r"""Return a value on one line, cut to _WIDTH characters.

    >>> _short("two\nlines"), _short(None)
    ('two lines', 'nothing')
    """
    if value is None:
        return "nothing"
    text = printable(" ".join(value.split()))
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."
