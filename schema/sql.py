"""Names and texts as SQL, safely. Nothing of ours is meant here: no tables, no checks."""

from __future__ import annotations


def quoted(name: str) -> str:
    """A name as an SQL identifier; all are quoted because some, such as "column", are key words."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
