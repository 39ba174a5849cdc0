"""Read TOML front matter statement by statement, so that an invalid line affects only its own key.

tomllib reads the values. We split the source into statements, because tomllib gives neither lines nor source texts and
stops at the first error.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from steckbrief.extract.front_matter.handler import (
    KEY_LOST,
    NOTHING_READ,
    TEXT_KEPT,
    FrontMatterHandler,
    KeyedMapping,
    RefusedError,
    invalid,
    joined,
    refuse_too_large,
    too_deep,
)
from steckbrief.extract.front_matter.repair import obvious_value
from steckbrief.extract.limits import DEFAULT_LIMITS, FileLimits
from steckbrief.extract.model import Problem

_LINE_END = r"[ \t]*(?:\r\n|\n|\r|\Z)"
_STRING = r"""(?:\"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_TOKEN = re.compile(
    rf"""
    (?P<string>\"{{3}}(?:[^"\\]|\\.|"(?!""))*"{{3,5}}|'{{3}}(?:[^']|'(?!''))*'{{3,5}}|{_STRING})
    |(?P<comment>\#[^\n]*)
    |(?P<open>[\[{{])|(?P<close>[\]}}])|(?P<separator>[,=])|(?P<end>\n)
    |(?P<bare>\d{{4}}-\d\d-\d\d[ ]\d\d:[^\s,\]}}\#]+|[^\s\[\]{{}},=\#"']+)
    |[ \t]+|.
    """,
    re.VERBOSE | re.DOTALL,
)
_PART = rf"(?:[A-Za-z0-9_-]+|{_STRING})"
_KEY = re.compile(rf"[ \t]*{_PART}(?:[ \t]*\.[ \t]*{_PART})*[ \t]*=")
# In an inline table, a bare word before "=", "." or a quote is a key.
_IS_KEY = re.compile(r"[ \t]*[=.]|[\"']")
_PAIR = re.compile(r"""(?P<quote>["']?)(?P<key>[A-Za-z0-9_-]+)(?P=quote)[ \t]*[=:](?P<value>.*)""")
_HEADER = re.compile(r"[ \t]*(?P<open>\[{1,2})[ \t]*(?P<path>[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)")
_POSITION = re.compile(r" \(at [^()]*\)$")
_Table = dict[str, Any]


class TomlHandler(FrontMatterHandler):
    """TOML between two lines of three or more plus signs, or after a line ---toml."""

    FM_BOUNDARY = re.compile(rf"(?:\+{{3,}}|-{{3,}}[ \t]*toml){_LINE_END}", re.IGNORECASE)
    CLOSINGS: ClassVar = {
        "+": re.compile(rf"(?<![^\r\n])\+{{3,}}{_LINE_END}"),
        "-": re.compile(rf"(?<![^\r\n])-{{3,}}{_LINE_END}"),
    }
    FENCE = "+++"

    def load(self, fm: str, opening_line: int = 1, limits: FileLimits = DEFAULT_LIMITS) -> KeyedMapping:
        """Read the text between the fences; see FrontMatterHandler."""
        source = re.sub(r"\r\n?", "\n", fm)
        span = (opening_line, opening_line + 1 + source.count("\n"))
        refuse_too_large(source, span, limits)
        reader = _Reader()
        for line, statement in _statements(source, opening_line + 1):
            if _depth(statement) > limits.front_matter_depth:
                raise too_deep(span, limits)
            reader.read(line, statement)
        return reader.mapping(span)


def _statements(source: str, first_line: int) -> Iterator[tuple[int, str]]:
    """Yield every statement that is not blank with the number of its first line.

    A statement ends with its line, unless a bracket is open; then it continues up to the next line with a key.
    """
    start, depth, line = 0, 0, first_line
    for token in _TOKEN.finditer(source + "\n"):
        if token["open"] or token["close"]:
            depth += 1 if token["open"] else -1
        elif token["end"] and (depth <= 0 or _KEY.match(source, token.end()) or token.end() > len(source)):
            statement = source[start : token.end()]
            if statement.strip():
                yield line, statement
            line += statement.count("\n")
            start, depth = token.end(), 0


def _depth(statement: str) -> int:
    """Return the number of nested tables and arrays of a statement, including those of dotted keys."""
    depth = dots = deepest = 0
    for token in _TOKEN.finditer(statement):
        if token["bare"]:
            dots += token["bare"].count(".")
        elif token["open"] or token["close"] or token["separator"]:
            depth += bool(token["open"]) - bool(token["close"])
            dots = 0
        deepest = max(deepest, depth + dots)
    return deepest


def _with_quoted_values(statement: str) -> str:
    """Return a statement with quotes around all values, so that tomllib returns their source texts.

    >>> print(_with_quoted_values("a = [1.10, 2024-05-01, 'b', {c = true}]"))
    a = ["1.10", "2024-05-01", 'b', {c = "true"}]
    """
    key = _KEY.match(statement)
    if key is None:
        return statement
    parts = []
    for token in _TOKEN.finditer(statement, key.end()):
        is_value = token["bare"] and not _IS_KEY.match(statement, token.end())
        parts.append(json.dumps(token["bare"], ensure_ascii=False) if is_value else token.group())
    return statement[: key.end()] + "".join(parts)


class _Reader:
    """Merges statements into one mapping; a duplicate key takes the last value."""

    def __init__(self) -> None:
        self._values: _Table = {}
        self._texts: _Table = {}
        self._lines: dict[str, int] = {}
        self._problems: list[Problem] = []
        # The current table of values and its texts, and its first key.
        self._table, self._table_texts = self._values, self._texts
        self._header: str | None = None
        self._key_lines: dict[tuple[int, str], int] = {}

    def mapping(self, span: tuple[int, int]) -> KeyedMapping:
        """Return the mapping of all statements. RefusedError if it is empty; `span` are its lines."""
        if self._values:
            return KeyedMapping(self._values, self._texts, self._lines, joined(self._problems))
        if self._problems:
            raise RefusedError(invalid("TOML", self._problems[0].values["detail"], NOTHING_READ, *span))
        raise RefusedError(Problem("front-matter-not-mapping", *span, {"found": "nothing"}))

    def read(self, line: int, statement: str) -> None:
        """Read one statement: a comment, the header of a table, or a key and its value."""
        try:
            values, texts = tomllib.loads(statement), tomllib.loads(_with_quoted_values(statement))
        except tomllib.TOMLDecodeError as error:
            self._recover(line, statement, _POSITION.sub("", str(error)))
            return
        except ValueError:  # Python limits the length of integers
            self._recover(line, statement, "a number has too many digits")
            return
        if values and statement.lstrip().startswith("["):
            self._open_table(line, values)
        elif values:
            (key,) = values
            is_duplicate = _merge(self._table, values)
            _merge(self._table_texts, texts)
            self._note(key, line, is_duplicate=is_duplicate)

    def _open_table(self, line: int, header: _Table) -> None:
        """Make the table of a header such as [a.b] or [[a.b]] the current one."""
        path: list[str] = []
        inner: object = header
        while isinstance(inner, dict) and inner:
            ((key, inner),) = inner.items()
            path.append(key)
        table = _descend(self._values, path, array=isinstance(inner, list))
        texts = _descend(self._texts, path, array=isinstance(inner, list))
        self._header = path[0]
        self._table, self._table_texts = table or {}, texts or {}
        if table is None or texts is None:
            detail = f"{'.'.join(path)} already has a value that is not a table"
            self._problems.append(invalid("TOML", detail, KEY_LOST, line))
        else:
            self._table, self._table_texts = table, texts
            self._lines.setdefault(path[0], line)

    def _recover(self, line: int, statement: str, detail: str) -> None:
        """Keep the text of an invalid statement if it is obvious."""
        pair = _PAIR.fullmatch(statement.strip())
        value = obvious_value(pair["value"]) if pair else None
        if pair and value:
            is_duplicate = _merge(self._table, {pair["key"]: value})
            _merge(self._table_texts, {pair["key"]: value})
            self._note(pair["key"], line, is_duplicate=is_duplicate)
        elif header := _HEADER.match(statement):
            value = header["path"]
            self._open_table(line, tomllib.loads(header["open"] + value + "]" * len(header["open"])))
        self._problems.append(invalid("TOML", detail, TEXT_KEPT if value else KEY_LOST, line))

    def _note(self, key: str, line: int, *, is_duplicate: bool) -> None:
        """Record the line of a key in the current table."""
        place = id(self._table), key
        if is_duplicate:
            values = {"key": key, "first": str(self._key_lines.get(place, self._lines.get(key, line)))}
            self._problems.append(Problem("front-matter-duplicate-key", line, line, values))
        self._key_lines[place] = line
        if self._table is self._values and (is_duplicate or key not in self._lines):
            self._lines[key] = line


def _descend(root: _Table, path: Sequence[str], *, array: bool) -> _Table | None:
    """Return the table at `path`, or a new one at the end of the array there; None if another value is in the way."""
    table = root
    for number, key in enumerate(path, 1):
        if array and number == len(path):
            tables = table.setdefault(key, [])
            if not isinstance(tables, list):
                return None
            new: _Table = {}
            tables.append(new)
            return new
        inner = table.setdefault(key, {})
        inner = inner[-1] if isinstance(inner, list) and inner else inner
        if not isinstance(inner, dict):
            return None
        table = inner
    return table


def _merge(table: _Table, addition: _Table) -> bool:
    """Add values to a table, also to tables inside it. Return whether one replaces another value."""
    is_duplicate = False
    for key, value in addition.items():
        present = table.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            is_duplicate |= _merge(present, value)
        else:
            is_duplicate |= key in table
            table[key] = value
    return is_duplicate
