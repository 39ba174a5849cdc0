"""Read JSON front matter entry by entry, so that an invalid value affects only its own key."""

from __future__ import annotations

import json
import re

from steckbrief.extract.front_matter.handler import (
    KEY_LOST,
    NOTHING_READ,
    TEXT_KEPT,
    FrontMatterHandler,
    KeyedMapping,
    RefusedError,
    invalid,
    refuse_too_large,
    too_deep,
)
from steckbrief.extract.front_matter.repair import obvious_value
from steckbrief.extract.limits import DEFAULT_LIMITS, FileLimits
from steckbrief.extract.model import Problem
from steckbrief.extract.text import line_at

_LINE_END = r"[ \t]*(?:\r\n|\n|\r|\Z)"
_END_OF_LINE = re.compile(_LINE_END)
_STRING = r'"(?:[^"\\\r\n]|\\.)*"'
_BRACKET = re.compile(rf"{_STRING}?|[\[{{]|(?P<close>[\]}}])")
_FENCED = re.compile(rf"(?:-{{3,}}[ \t]*json|;{{3,}}){_LINE_END}\s*", re.IGNORECASE)
_TRAILING_FENCE = re.compile(rf"{_LINE_END}(?:(?:-{{3,}}|;{{3,}}){_LINE_END})?")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")  # json has joined the pairs
_CLOSING_FENCE = re.compile(rf"(?<![^\r\n])(?:-{{3,}}|;{{3,}}){_LINE_END}")
# The end of an object whose brackets do not match.
_CLOSING_LINE = re.compile(rf"(?<![^\r\n])\}}(?={_LINE_END})")
_KEY = re.compile(rf"\s*(?P<key>{_STRING})\s*:\s*")
_AFTER_VALUE = re.compile(r"\s*(?:,|(?=\}\s*\Z))")
_END = re.compile(r"\s*\}\s*\Z")
_NEXT_KEY = re.compile(rf"[,\r\n][ \t]*(?={_STRING}[ \t]*:)")
# Python does not print longer integers.
_LONGEST_NUMBER = 1_000


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


_VALUES = json.JSONDecoder(parse_int=_integer, strict=False)
_TEXTS = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)


class JsonHandler(FrontMatterHandler):
    """A JSON object at the top of a file, alone or between fences (---json and ---, or two lines of semicolons)."""

    FM_BOUNDARY = re.compile(rf"{_FENCED.pattern}|\{{\s*[\"}}]|\[\s*\{{", re.IGNORECASE)
    FENCE = "}"

    def detect(self, text: str) -> bool:
        """Return whether a text starts with a fence, or with an object or a list of objects that ends with its line."""
        if self.FM_BOUNDARY.match(text) is None:
            return False
        end = None if _FENCED.match(text) else _end(text, 0)
        return end is None or _END_OF_LINE.match(text, end) is not None

    def split(self, text: str) -> tuple[str, str]:
        """Split off the object with the fence before it; a line with a fence may follow the object."""
        fence = _FENCED.match(text)
        start = fence.end() if fence else 0
        end = _end(text, start) if text[start : start + 1] in ("{", "[") else None
        if end is None or not _END_OF_LINE.match(text, end):
            closing = (_CLOSING_FENCE if fence else _CLOSING_LINE).search(text, start)
            if closing is None:
                raise ValueError("the front matter has no end")
            end = closing.start() if fence else closing.end()
        trailing = _TRAILING_FENCE.match(text, end) or _CLOSING_FENCE.match(text, end)
        return text[:end], text[trailing.end() if trailing else end :]

    def load(self, fm: str, opening_line: int = 1, limits: FileLimits = DEFAULT_LIMITS) -> KeyedMapping:
        """Read the text that `split` returns; see FrontMatterHandler."""
        fence = _FENCED.match(fm)
        start = fence.end() if fence else 0
        span = (opening_line, opening_line + line_at(fm, len(fm)) - 1)
        refuse_too_large(fm, span, limits)
        if _depth(fm[start:]) > limits.front_matter_depth:
            raise too_deep(span, limits)
        if not fm.startswith("{", start):
            found = "a list" if fm.startswith("[", start) else "something else"
            raise RefusedError(Problem("front-matter-not-mapping", *span, {"found": found}))
        mapping = _read_entries(fm, start + 1, opening_line)
        if not mapping:
            if mapping.problems:
                raise RefusedError(invalid("JSON", mapping.problems[0].values["detail"], NOTHING_READ, *span))
            raise RefusedError(Problem("front-matter-not-mapping", *span, {"found": "nothing"}))
        return mapping


def _end(text: str, start: int) -> int | None:
    """Return the offset after the bracket that closes the one at `start`; None if it is missing."""
    closings: list[str] = []
    for token in _BRACKET.finditer(text, start):
        bracket = token.group()[0]
        if token["close"]:
            if closings.pop() != bracket:
                return None
            if not closings:
                return token.end()
        elif bracket != '"':
            closings.append("}" if bracket == "{" else "]")
    return None


def _depth(source: str) -> int:
    depth = deepest = 0
    for token in _BRACKET.finditer(source):
        if token.group()[0] != '"':
            depth += -1 if token["close"] else 1
            deepest = max(deepest, depth)
    return deepest


def _read_entries(source: str, position: int, first_line: int) -> KeyedMapping:
    """Read the entries of an object from `position` on, after its opening bracket."""
    mapping = KeyedMapping({}, {}, {}, ())
    problems: list[Problem] = []
    line, counted = first_line, 0
    while not _END.match(source, position) and position < len(source):
        key = _KEY.match(source, position)
        start = key.start("key") if key else _end_of_space(source, position)
        line, counted = line + line_at(source[counted:start], start - counted) - 1, start
        if key is None:
            problems.append(invalid("JSON", "Expecting a key in double quotes", KEY_LOST, line))
            position = _next_key(source, position)
            continue
        name = str(_encodable(json.loads(key["key"], strict=False)))
        value, text, position, detail = _read_value(source, key.end())
        if detail:
            problems.append(invalid("JSON", detail, TEXT_KEPT if text else KEY_LOST, line))
            if not text:
                continue
        if name in mapping:
            values = {"key": name, "first": str(mapping.lines[name])}
            problems.append(Problem("front-matter-duplicate-key", line, line, values))
        mapping.add(name, value, text, line)
    return mapping.in_file_order(problems)


def _read_value(source: str, start: int) -> tuple[object, object, int, str | None]:
    """Return the value at `start`, its source text, the offset of the next entry, and the error if it is invalid."""
    try:
        value, end = _VALUES.raw_decode(source, start)
        text, _ = _TEXTS.raw_decode(source, start)
    except json.JSONDecodeError as error:
        detail = error.msg
    else:
        after = _AFTER_VALUE.match(source, end)
        if after:
            return _encodable(value), _encodable(_as_text(text)), after.end(), None
        detail = "Expecting a comma after the value"
    closing = _end(source, start) if source[start : start + 1] in ("{", "[") else None
    if closing is not None:
        after = _AFTER_VALUE.match(source, closing)
        return None, None, after.end() if after else closing, detail
    end = _next_key(source, start)
    obvious = obvious_value(_value_source(source[start:end]))
    return obvious, obvious, end, detail


def _next_key(source: str, start: int) -> int:
    """Return the offset of the first key after `start`, or of the end."""
    following = _NEXT_KEY.search(source, start)
    return following.end() if following else len(source)


def _end_of_space(source: str, start: int) -> int:
    return len(source) - len(source[start:].lstrip())


def _value_source(source: str) -> str:
    """Return the source of an invalid value without what follows it; "" if it has several lines."""
    text = source.strip().removesuffix("}").strip().removesuffix(",")
    return "" if re.search(r"[\r\n]", text) else text


def _encodable(value: object) -> object:
    """Return a value whose texts can be encoded: JSON can escape half a character, which becomes U+FFFD."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    return value


def _as_text(value: object) -> object:
    """Return a value with the source texts of true and false."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    return value
