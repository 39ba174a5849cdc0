"""Read YAML front matter safely and within limits, with the line of every key.

Tags only create plain data. Keys are the text as written ("on" stays "on"). A bad value stays text and is reported;
the other values are not affected.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import yaml

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
from steckbrief.extract.front_matter.yaml_repair import entries_of, hidden, looks_like_body, obvious_pair, with_spaces
from steckbrief.extract.limits import DEFAULT_LIMITS, FileLimits
from steckbrief.extract.model import Problem
from steckbrief.extract.text import line_starts

_TAG = "tag:yaml.org,2002:"
_BUILT = frozenset(_TAG + name for name in ("null", "bool", "int", "float", "timestamp"))
# YAML 1.1 gives "<<" and "=" special types; authors mean text.
_TEXT = frozenset(_TAG + name for name in ("str", "merge", "value"))
_COLLECTIONS = frozenset(_TAG + name for name in ("map", "seq"))
_DESCRIPTIONS = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "timestamp": "a date",
    "seq": "a list",
    "null": "nothing",
}
# Python does not print integers of more than 4,300 digits. Real numbers in profiles have fewer than 20.
_LONGEST_NUMBER = 1_000
# Errors that only show once the valid entries are read together, such as a missing anchor.
_MOST_RETRIES = 5
# The indentation and indicators before the content of a line with nested block collections.
_INDENT = re.compile(r"[ \t?:-]{4,}")


_LINE_END = r"[ \t]*(?:\r\n|\n|\r|\Z)"


class YamlHandler(FrontMatterHandler):
    """YAML between a line of three or more hyphens and another one, or a line of three dots."""

    # "^" does not match after a bare carriage return.
    FM_BOUNDARY = re.compile(rf"(?<![^\r\n])-{{3,}}[ \t]*(?:ya?ml)?{_LINE_END}", re.IGNORECASE)
    CLOSINGS: ClassVar = {"-": re.compile(rf"(?<![^\r\n])(?:-{{3,}}|\.{{3}}){_LINE_END}")}
    FENCE = "---"

    def load(self, fm: str, opening_line: int = 1, limits: FileLimits = DEFAULT_LIMITS) -> KeyedMapping:
        """Read the text between the fences; see FrontMatterHandler."""
        return read_mapping(fm, opening_line + 1, limits)


def read_mapping(source: str, first_line: int, limits: FileLimits) -> KeyedMapping:
    """Read a YAML document that should be a mapping.

    An invalid line affects only its own key, whose text is kept if it is obvious. `first_line` is the line of the file
    on which `source` starts. Raises RefusedError if no key can be read or `source` exceeds the limits.
    """
    reader = _Reader(source, first_line)
    refuse_too_large(source, reader.span, limits)
    try:
        node = _compose(source, reader.span, limits)
    except yaml.YAMLError as error:
        problem = reader.invalid(error, NOTHING_READ, reader.span[1])
        mapping = None if looks_like_body(source) else _repaired(source, first_line, limits)
        if not mapping:
            raise RefusedError(problem) from error
        return mapping
    if not isinstance(node, yaml.MappingNode):
        found = "nothing" if node is None else _DESCRIPTIONS.get(str(node.tag).removeprefix(_TAG), "something else")
        raise RefusedError(Problem("front-matter-not-mapping", *reader.span, {"found": found}))
    return reader.mapping(node)


def _repaired(source: str, first_line: int, limits: FileLimits) -> KeyedMapping | None:
    """Read the valid entries of an invalid document, and the obvious texts of the others."""
    entries = entries_of(source, first_line)
    whole = _Reader(source, first_line)
    errors = {line: problem for line, entry in entries if (problem := _entry_problem(entry, line, limits))}
    for _ in range(_MOST_RETRIES):
        valid = "".join(hidden(entry) if line in errors else entry for line, entry in entries)
        try:
            node = _compose(valid, whole.span, limits)
            break
        except yaml.YAMLError as error:
            problem = whole.invalid(error, KEY_LOST)
            errors[max(line for line, _ in entries if line <= (problem.line_start or 0))] = problem
    else:
        return None
    mapping = whole.mapping(node) if isinstance(node, yaml.MappingNode) else KeyedMapping({}, {}, {}, ())
    for line, entry in entries:
        if line not in errors:
            continue
        pair = obvious_pair(entry)
        spaced = None if pair else _read_spaced(entry, line, limits)
        for key, value, text in [(*pair, pair[1])] if pair else spaced or []:
            if key not in mapping:
                errors[line] = replace(errors[line], values={**errors[line].values, "effect": TEXT_KEPT})
                mapping.add(key, value, text, line)
    return mapping.in_file_order([*mapping.problems, *errors.values()])


def _read_spaced(entry: str, line: int, limits: FileLimits) -> list[tuple[str, object, object]]:
    """Return the keys of an entry that is only invalid because of its tabs, with their values and texts."""
    spaced = with_spaces(entry)
    if spaced == entry or _entry_problem(spaced, line, limits):
        return []
    reader = _Reader(spaced, line)
    node = yaml.compose(spaced, Loader=yaml.CSafeLoader)
    mapping = reader.mapping(node) if isinstance(node, yaml.MappingNode) else KeyedMapping({}, {}, {}, ())
    return [(key, value, mapping.texts[key]) for key, value in mapping.items()]


def _entry_problem(entry: str, line: int, limits: FileLimits) -> Problem | None:
    """Return the problem of one entry of a mapping, or None if it is valid."""
    reader = _Reader(entry, line)
    try:
        node = _compose(entry, reader.span, limits)
    except yaml.YAMLError as error:
        # An anchor may be in another entry.
        return None if "undefined alias" in str(error) else reader.invalid(error, KEY_LOST)
    if node is None or isinstance(node, yaml.MappingNode):
        return None
    return invalid("YAML", "expected a key, a colon and a space", KEY_LOST, line)


def _compose(source: str, span: tuple[int, int], limits: FileLimits) -> yaml.Node | None:
    """Compose a document whose nodes have marks, from which we take lines. RefusedError if it exceeds the limits."""
    _refuse_deep(source, span, limits)
    node = yaml.compose(source, Loader=yaml.CSafeLoader)
    if node is not None:
        _refuse_expanding(node, span, limits)
    return node


def _refuse_deep(source: str, span: tuple[int, int], limits: FileLimits) -> None:
    """Refuse a source that could exhaust the stack of the recursive YAML composer.

    A cheap upper bound of the depth is enough for nearly every file: a bracket opens at most a list and a pair in it, a
    column at most a mapping and a list. If the bound exceeds the limit, the flat stream of events gives the depth.
    """
    widest = max(map(len, _INDENT.findall(source)), default=4)
    if 2 * (source.count("[") + source.count("{") + widest + 1) <= limits.front_matter_depth:
        return
    depth = 0
    for event in yaml.parse(source, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > limits.front_matter_depth:
                raise too_deep(span, limits)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _refuse_expanding(root: yaml.Node, span: tuple[int, int], limits: FileLimits) -> None:
    """Refuse aliases that expand without bound: shared lists of shared lists, or a cycle."""
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
            raise too_deep(span, limits)
        for child in node.value:
            pending.extend((inner, depth + 1) for inner in (child if isinstance(child, tuple) else (child,)))


class _Reader:
    """Builds the values of one document; its recursion is bounded by the limits checked before."""

    def __init__(self, source: str, first_line: int) -> None:
        self._source = source
        self._first_line = first_line
        self._starts = line_starts(source)
        self._scalars = yaml.constructor.SafeConstructor()
        self._problems: list[Problem] = []
        self._key = ""
        # The lines from the opening fence to the closing one.
        self.span = (first_line - 1, first_line - 1 + len(self._starts))

    def invalid(self, error: yaml.YAMLError, effect: str, line_end: int | None = None) -> Problem:
        """Return the problem of a document that is not YAML, with the line of the error."""
        if isinstance(error, yaml.reader.ReaderError):
            detail = f"{error.reason} (U+{error.character:04X})"
        else:
            parts = (getattr(error, "context", None), getattr(error, "problem", None))
            detail = " ".join(str(part) for part in parts if part)
        last = max(len(self._source.rstrip()) - 1, 0)
        return invalid("YAML", detail, effect, self._line(min(self._offset(error), last)), line_end)

    def _offset(self, error: yaml.YAMLError) -> int:
        if isinstance(error, yaml.reader.ReaderError):
            return len(self._source.encode()[: error.position].decode(errors="ignore"))
        marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
        offsets = [mark.index for mark in marks if mark is not None]
        # libyaml reports a quote or bracket that is never closed at the end of the text; its start helps more.
        return next((offset for offset in offsets if offset < len(self._source)), max(offsets, default=0))

    def mapping(self, root: yaml.MappingNode) -> KeyedMapping:
        """Return the values of the document. A duplicate key keeps its last value and is reported."""
        values: dict[str, object] = {}
        texts: dict[str, object] = {}
        lines: dict[str, int] = {}
        own = set(map(id, root.value))
        first_lines: dict[str, int] = {}
        for pair in self._pairs(root):
            key, line = self._text_of(pair[0]), self._line(pair[0])
            if id(pair) in own:
                if key in first_lines:
                    self._report("front-matter-duplicate-key", line, key=key, first=str(first_lines[key]))
                first_lines[key] = line
            self._key = key
            values[key] = self._value(pair[1])
            texts[key] = self._source_texts(pair[1])
            lines[key] = line
        return KeyedMapping(values, texts, lines, tuple(self._problems))

    def _pairs(self, node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        """Yield keys and values: first those that "<<" merges, so that the mapping's own values win."""
        own = []
        for pair in node.value:
            merged = _merged(*pair)
            if merged:
                for mapping in merged:
                    yield from self._pairs(mapping)
            else:
                own.append(pair)
        yield from own

    def _value(self, node: yaml.Node) -> object:
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.tag in _TEXT else self._scalar(node)
        if node.tag not in _COLLECTIONS:
            self._wrong(node, "a value without the tag " + node.tag.removeprefix(_TAG))
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item) for item in node.value]
        if not isinstance(node, yaml.MappingNode) or not all(isinstance(key, yaml.ScalarNode) for key, _ in node.value):
            # YAML reads "{{NAME}}" without quotes as a mapping whose key is a mapping.
            self._wrong(node, "text in quotes")
            return self._text_of(node)
        return {self._text_of(key): self._value(value) for key, value in self._pairs(node)}

    def _source_texts(self, node: yaml.Node) -> object:
        """Return the structure of a value with the source text of every scalar; None for an empty one."""
        if isinstance(node, yaml.SequenceNode):
            return [self._source_texts(item) for item in node.value]
        if isinstance(node, yaml.MappingNode) and all(isinstance(key, yaml.ScalarNode) for key, _ in node.value):
            return {self._text_of(key): self._source_texts(value) for key, value in self._pairs(node)}
        return None if node.tag == _TAG + "null" else self._text_of(node)

    def _scalar(self, node: yaml.ScalarNode) -> object:
        name = node.tag.removeprefix(_TAG)
        if node.tag in _BUILT and len(node.value) <= _LONGEST_NUMBER:
            try:
                return self._scalars.construct_object(node)
            except (ValueError, OverflowError, LookupError, AttributeError):
                # PyYAML raises these for 2026-02-31, a year 0 in UTC, "!!bool maybe" and "!!int ''".
                pass
        self._wrong(node, f"a valid {name}" if node.tag in _BUILT else f"a value without the tag {name}")
        return node.value

    def _wrong(self, node: yaml.Node, expected: str) -> None:
        text = self._text_of(node)
        self._report("front-matter-wrong-type", self._line(node), key=self._key, expected=expected, found=text[:80])

    def _report(self, rule: str, line: int, **values: str) -> None:
        self._problems.append(Problem(rule, line, line, values))

    def _text_of(self, node: yaml.Node) -> str:
        """Return the text of a scalar, or the source of a collection."""
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        return self._source[node.start_mark.index : node.end_mark.index].strip()

    def _line(self, at: yaml.Node | int) -> int:
        offset = at if isinstance(at, int) else at.start_mark.index
        return self._first_line + bisect_right(self._starts, offset) - 1


def _merged(key: yaml.Node, value: yaml.Node) -> list[yaml.MappingNode]:
    """Return the mappings that "<<: *defaults" merges, weakest first; [] for any other key."""
    if key.tag != _TAG + "merge":
        return []
    nodes = list(reversed(value.value)) if isinstance(value, yaml.SequenceNode) else [value]
    mappings = [node for node in nodes if isinstance(node, yaml.MappingNode)]
    return mappings if len(mappings) == len(nodes) else []
