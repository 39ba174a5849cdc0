"""Quoting of names and texts in SQL."""

from __future__ import annotations


def quoted(name: str) -> str:
    """Return a name as an SQL identifier. Every name is quoted, because some are keywords, such as "column".

    >>> print(quoted('a"b'))
    "a""b"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal.

    >>> print(literal("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"
