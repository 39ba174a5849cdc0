"""Entries of invalid YAML front matter: where they start, and what their authors meant."""

from __future__ import annotations

import re

from steckbrief.extract.front_matter.repair import obvious_value
from steckbrief.extract.text import lines

_END = r"(?:\r\n|\n|\r(?!\n))"
# A Markdown heading between blank lines, or between a blank line and prose, means that the author forgot the closing
# fence, and that the second fence is a rule in the body. YAML comments look like headings, so this is checked only if
# YAML fails.
_HEADING = re.compile(rf"(?:\A|{_END})#{{1,6}}[ \t]+\S")
_BLANK = re.compile(rf"(?:\A|{_END})[ \t]*{_END}")
_HEADING_BETWEEN_BLANKS = re.compile(rf"(?:\A|{_END})[ \t]*{_END}#{{1,6}}[ \t]+\S[^\r\n]*{_END}[ \t]*(?:{_END}|\Z)")
_PROSE = re.compile(rf"(?:\A|{_END})(?![ \t#\r\n\]}}-]|[^:\r\n]{{1,60}}:)[^\r\n]")
# Lines that continue an entry although they are not indented.
_CONTINUATION = re.compile(r"[ \t]*(?:#|-(?:[ \t\r\n]|\Z)|[\]}]|[\r\n]|\Z)")
_TAB_KEY = re.compile(r" *\t[ \t]*[\w-]+[ \t]*:(?:[ \t\r\n]|\Z)")
_PAIR = re.compile(
    r"""[ \t]*(?P<quote>["']?)(?P<key>[^\W\d][\w .-]{0,60}?)(?P=quote)[ \t]*:(?:[ \t]+|(?!//)(?=\S))(?P<value>.*)""",
    re.DOTALL,
)
_NESTED = re.compile(r"(?:[\r\n])[ \t]*(?:-(?:[ \t]|\Z)|[\w-]+:(?:[ \t\r\n]|\Z))")


def looks_like_body(source: str) -> bool:
    """Return whether text between two fences is the body of a file whose author forgot the closing fence."""
    if _HEADING_BETWEEN_BLANKS.search(source):
        return True
    return all(pattern.search(source) for pattern in (_HEADING, _BLANK, _PROSE))


def entries_of(source: str, first_line: int) -> list[tuple[int, str]]:
    r"""Split the source of a mapping into its entries with their line numbers.

    >>> entries_of("a: 1\ntags:\n  - b\n- c\nd: 2\n", 2)
    [(2, 'a: 1\n'), (3, 'tags:\n  - b\n- c\n'), (6, 'd: 2\n')]
    """
    entries: list[tuple[int, list[str]]] = []
    indent: int | None = None
    for number, line in enumerate(lines(source), first_line):
        spaces = len(line) - len(line.lstrip(" "))
        if indent is None and not _CONTINUATION.match(line):
            indent = spaces
        starts = not _CONTINUATION.match(line) and spaces <= (indent or 0) and line[spaces] != "\t"
        if starts or not entries or _TAB_KEY.match(line):
            entries.append((number, []))
        entries[-1][1].append(line)
    return [(number, "".join(entry)) for number, entry in entries]


def hidden(entry: str) -> str:
    r"""Return an entry as comments of the same length.

    >>> hidden("a: b: c\n")
    '#######\n'
    """
    return re.sub(r"[^\r\n]", "#", entry)


def with_spaces(entry: str) -> str:
    r"""Return an entry whose lines are indented with spaces instead of tabs.

    >>> with_spaces("tags:\n\t- a\n")
    'tags:\n  - a\n'
    """
    return re.sub(r"(?<![^\r\n])[ \t-]+", lambda indent: indent.group().replace("\t", "  "), entry)


def obvious_pair(entry: str) -> tuple[str, str | list[str]] | None:
    r"""Return the key and the value that an author meant with an invalid entry; None if they are not obvious.

    >>> obvious_pair("title: Krita: painting"), obvious_pair("title:Krita")
    (('title', 'Krita: painting'), ('title', 'Krita'))
    >>> obvious_pair("tags:\n  - a: b: c"), obvious_pair("https://krita.org")
    (None, None)
    """
    pair = _PAIR.match(entry)
    if pair is None or _NESTED.search(pair["value"]):
        return None
    value = obvious_value(" ".join(pair["value"].split()))
    return (pair["key"], value) if value else None
