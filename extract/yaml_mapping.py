"""YAML front matter: one mapping, read safely and within limits, with the line of every key.

Tags never create anything but plain data. Keys are the text as written ("on" stays "on"). A bad value does not cost
the others: it is kept as text and reported.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

import yaml

from steckbrief.extract.front_matter_handler import FrontMatterHandler, KeyedMapping, RefusedError
from steckbrief.extract.limits import DEFAULT_LIMITS, FileLimits
from steckbrief.extract.model import Problem
from steckbrief.extract.text import line_starts

_TAG = "tag:yaml.org,2002:"
_BUILT = frozenset(_TAG + name for name in ("null", "bool", "int", "float", "timestamp"))
# "<<" and "=" as values are text to everyone who has not read the YAML 1.1 type repository.
_TEXT = frozenset(_TAG + name for name in ("str", "merge", "value"))
_COLLECTIONS = frozenset(_TAG + name for name in ("map", "seq"))
_FOUND = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "timestamp": "a date",
    "seq": "a list",
    "null": "nothing",
}
# Python refuses to print integers of more than 4,300 digits; nothing near that length is a number in a profile.
_LONGEST_NUMBER = 1_000
# What stands before the content of a line whose block collections nest.
_INDENT = re.compile(r"[ \t?:-]{4,}")


class YamlHandler(FrontMatterHandler):
    """YAML between two lines of three or more hyphens."""

    # "^" would not see a line that starts after a bare carriage return.
    FM_BOUNDARY = re.compile(r"(?<![^\r\n])-{3,}[ \t]*(?:\r\n|\n|\r|\Z)")

    def load(self, fm: str, opening_line: int = 1, limits: FileLimits = DEFAULT_LIMITS) -> KeyedMapping:
        """Read the text between the fences, as FrontMatterHandler says."""
        return read_mapping(fm, opening_line + 1, limits)


def read_mapping(source: str, first_line: int, limits: FileLimits) -> KeyedMapping:
    """Read a YAML document that should be a mapping.

    `first_line` is the line of the file on which `source` starts. Raises RefusedError if `source` is not YAML, not a
    mapping, or exceeds the limits.
    """
    reader = _Reader(source, first_line)
    try:
        _refuse_oversized(source, reader.span, limits)
        node = yaml.compose(source, Loader=yaml.CSafeLoader)  # the nodes have marks, from which we take lines
    except yaml.YAMLError as error:
        raise RefusedError(reader.invalid(error)) from error
    if not isinstance(node, yaml.MappingNode):
        found = "nothing" if node is None else _FOUND.get(str(node.tag).removeprefix(_TAG), "something else")
        raise RefusedError(Problem("front-matter-not-mapping", *reader.span, {"found": found}))
    _refuse_expanding(node, reader.span, limits)
    return reader.mapping(node)


def _refuse_oversized(source: str, span: tuple[int, int], limits: FileLimits) -> None:
    """Refuse what could exhaust libyaml's and PyYAML's recursive composer, before it sees it.

    A cheap bound on the depth decides for nearly every file: a bracket opens at most a list and a pair in it, and a
    column at most a mapping and a list. Where it does not, the flat stream of events does.
    """
    if len(source) > limits.front_matter_bytes:
        found = {"size": str(len(source)), "limit": str(limits.front_matter_bytes)}
        raise RefusedError(Problem("front-matter-too-large", *span, found))
    widest = max(map(len, _INDENT.findall(source)), default=4)
    if 2 * (source.count("[") + source.count("{") + widest + 1) <= limits.front_matter_depth:
        return
    depth = 0
    for event in yaml.parse(source, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > limits.front_matter_depth:
                raise RefusedError(_too_deep(span, limits))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _too_deep(span: tuple[int, int], limits: FileLimits) -> Problem:
    return Problem("front-matter-too-deep", *span, {"limit": str(limits.front_matter_depth)})


def _refuse_expanding(root: yaml.Node, span: tuple[int, int], limits: FileLimits) -> None:
    """Refuse what grows without bound when aliases are followed: shared lists of shared lists, or a cycle."""
    pending = [(root, 1)]
    count = 0
    while pending:
        node, depth = pending.pop()
        count += 1
        if count > limits.front_matter_nodes:
            limit = {"limit": str(limits.front_matter_nodes)}
            raise RefusedError(Problem("front-matter-too-large-expanded", *span, limit))
        if isinstance(node, yaml.ScalarNode):
            continue
        if depth > limits.front_matter_depth:
            raise RefusedError(_too_deep(span, limits))
        for child in node.value:
            pending.extend((each, depth + 1) for each in (child if isinstance(child, tuple) else (child,)))


class _Reader:
    """Builds the values of one document; its recursion is bounded by the limits checked before."""

    def __init__(self, source: str, first_line: int) -> None:
        self._source = source
        self._first_line = first_line
        self._starts = line_starts(source)
        self._scalars = yaml.constructor.SafeConstructor()
        self._problems: list[Problem] = []
        self._key = ""
        # From the opening fence to the closing one.
        self.span = (first_line - 1, first_line - 1 + len(self._starts))

    def invalid(self, error: yaml.YAMLError) -> Problem:
        """The problem of a document that is no YAML, with the line where it stops being YAML."""
        if isinstance(error, yaml.reader.ReaderError):
            offset = len(self._source.encode()[: error.position].decode(errors="ignore"))
            detail = f"{error.reason} (U+{error.character:04X})"
        else:
            offset = self._where(error)
            parts = (getattr(error, "context", None), getattr(error, "problem", None))
            detail = " ".join(str(part) for part in parts if part)
        return Problem("front-matter-invalid", self._line(offset), self.span[1], {"detail": detail})

    def _where(self, error: yaml.YAMLError) -> int:
        marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
        offsets = [mark.index for mark in marks if mark is not None]
        # A quote or bracket that is never closed is found at the end; where it was opened says more.
        return next((offset for offset in offsets if offset < len(self._source)), max(offsets, default=0))

    def mapping(self, root: yaml.MappingNode) -> KeyedMapping:
        """The values of the document; a key that stands twice keeps its last value, and is reported."""
        values: dict[str, object] = {}
        lines: dict[str, int] = {}
        own = set(map(id, root.value))
        written: dict[str, int] = {}
        for pair in self._pairs(root):
            key, line = self._text_of(pair[0]), self._line(pair[0])
            if id(pair) in own:
                if key in written:
                    self._report("front-matter-duplicate-key", line, key=key, first=str(written[key]))
                written[key] = line
            self._key = key
            values[key] = self._value(pair[1])
            lines[key] = line
        return KeyedMapping(values, lines, tuple(self._problems))

    def _pairs(self, node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        """Keys and values, those that "<<" merges first, so that the mapping's own win."""
        own = []
        for pair in node.value:
            merged = _merged(*pair)
            if merged:
                for each in merged:
                    yield from self._pairs(each)
            else:
                own.append(pair)
        yield from own

    def _value(self, node: yaml.Node) -> object:
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.tag in _TEXT else self._scalar(node)
        if node.tag not in _COLLECTIONS:
            self._wrong(node, "a value without the tag " + node.tag.removeprefix(_TAG))
        if isinstance(node, yaml.SequenceNode):
            return [self._value(each) for each in node.value]
        if not isinstance(node, yaml.MappingNode) or not all(isinstance(key, yaml.ScalarNode) for key, _ in node.value):
            # "{{NAME}}" without quotes: to YAML, a mapping with a mapping as its key.
            self._wrong(node, "text in quotes")
            return self._text_of(node)
        return {self._text_of(key): self._value(value) for key, value in self._pairs(node)}

    def _scalar(self, node: yaml.ScalarNode) -> object:
        name = node.tag.removeprefix(_TAG)
        if node.tag in _BUILT and len(node.value) <= _LONGEST_NUMBER:
            try:
                return self._scalars.construct_object(node)
            except (ValueError, OverflowError, LookupError, AttributeError):
                # What PyYAML's constructors raise for 2026-02-31, for a year 0 in UTC, and for "!!bool maybe",
                # "!!int ''" and "!!timestamp soon".
                pass
        self._wrong(node, f"a valid {name}" if node.tag in _BUILT else f"a value without the tag {name}")
        return node.value

    def _wrong(self, node: yaml.Node, expected: str) -> None:
        found = self._text_of(node)
        self._report("front-matter-wrong-type", self._line(node), key=self._key, expected=expected, found=found[:80])

    def _report(self, rule: str, line: int, **values: str) -> None:
        self._problems.append(Problem(rule, line, line, values))

    def _text_of(self, node: yaml.Node) -> str:
        """A scalar's text, or a collection's source."""
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        return self._source[node.start_mark.index : node.end_mark.index].strip()

    def _line(self, at: yaml.Node | int) -> int:
        offset = at if isinstance(at, int) else at.start_mark.index
        return self._first_line + bisect_right(self._starts, offset) - 1


def _merged(key: yaml.Node, value: yaml.Node) -> list[yaml.MappingNode]:
    """The mappings that "<<: *defaults" merges, the weakest first; none where this is an ordinary key."""
    if key.tag != _TAG + "merge":
        return []
    given = list(reversed(value.value)) if isinstance(value, yaml.SequenceNode) else [value]
    mappings = [each for each in given if isinstance(each, yaml.MappingNode)]
    return mappings if len(mappings) == len(given) else []
