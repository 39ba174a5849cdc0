"""JSON becomes plain data with exact lines, and an invalid value affects only its own key."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.extract.front_matter.handler import RefusedError
from steckbrief.extract.front_matter.json_mapping import JsonHandler
from steckbrief.extract.limits import DEFAULT_LIMITS
from steckbrief.extract.model import Problem

HANDLER = JsonHandler()


def read(source, opening_line=1, **limits):
    return HANDLER.load(source, opening_line, replace(DEFAULT_LIMITS, **limits))


def refused(source):
    with pytest.raises(RefusedError) as caught:
        read(source)
    return caught.value.problem


def outcome(source):
    try:
        return read(source)
    except RefusedError as refused_error:
        return refused_error.problem


def invalid_lines(mapping):
    return [
        (problem.line_start, "kept" in problem.values["effect"])
        for problem in mapping.problems
        if problem.rule == "front-matter-invalid"
    ]


_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=8,
)


def source_texts(value):
    if isinstance(value, list):
        return [source_texts(item) for item in value]
    if isinstance(value, dict):
        return {key: source_texts(item) for key, item in value.items()}
    return value if value is None or isinstance(value, str) else json.dumps(value)


@given(
    st.dictionaries(st.text(max_size=8), _VALUES, min_size=1, max_size=5),
    st.sampled_from([None, 0, 2]),
    st.booleans(),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "---\n", ";;;\n"]),
)
def test_values_written_as_json_are_read_back_with_their_texts_and_lines(values, indent, ascii_only, end, fence):
    source = json.dumps(values, indent=indent, ensure_ascii=ascii_only).replace("\n", end)
    rest = end + fence.replace("\n", end)
    assert HANDLER.detect(source + rest)
    fm, body = HANDLER.split(f"{source}{rest}# H")
    assert (fm, body) == (source, "# H")
    mapping = read(fm, 3)
    assert mapping == values
    assert list(mapping) == list(values)
    assert mapping.texts == source_texts(values)
    assert mapping.problems == ()
    line = 4
    for key, value in values.items():
        assert mapping.lines[key] == (3 if indent is None else line)
        line += 1 + json.dumps(value, indent=indent).count("\n")


def test_numbers_are_texts_as_written():
    mapping = read('{"a": 1.10, "b": 1e5, "c": true, "d": null, "e": [-0, 1.0], "f": ' + "9" * 5_000 + "}")
    assert mapping.texts == {"a": "1.10", "b": "1e5", "c": "true", "d": None, "e": ["-0", "1.0"], "f": "9" * 5_000}


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ('"b": Krita', "Krita"),
        ('"b": 0123', "0123"),
        ('"b": "Krita', "Krita"),
        ("\"b\": 'Krita'", "Krita"),
        ('"b": "a" c', '"a" c'),
        ('"b": "C:\\krita"', "C:\\krita"),
    ],
)
def test_an_invalid_value_keeps_its_obvious_text_and_does_not_affect_others(entry, text):
    mapping = read(f'{{\n"a": 1,\n{entry},\n"c": {{"d": [2]}}\n}}')
    assert mapping == {"a": 1, "b": text, "c": {"d": [2]}}
    assert invalid_lines(mapping) == [(3, True)]


def test_an_invalid_value_on_the_only_line_does_not_affect_others():
    mapping = read('{"a": 1, "b": Krita, "c": {"x": y, "d": 3}, "e": 2}')
    assert mapping == {"a": 1, "b": "Krita", "e": 2}
    assert invalid_lines(mapping) == [(1, True), (1, False)]


@pytest.mark.parametrize(
    "entry", ['"b": {"x": y, "z": 1}', '"b": [1, x]', '"b":', "b: 1", "// comment", '"b": [1,\n 2', "'b': 1"]
)
def test_an_invalid_value_without_obvious_text_costs_its_own_key(entry):
    mapping = read(f'{{\n"a": 1,\n{entry},\n"c": 2\n}}')
    assert mapping == {"a": 1, "c": 2}
    assert invalid_lines(mapping)[0] == (3, False)


def test_a_missing_comma_costs_nothing():
    mapping = read('{\n"a": 1\n"b": 2\n}')
    assert mapping.texts == {"a": "1", "b": "2"}
    assert invalid_lines(mapping) == [(2, True)]


def test_a_duplicate_key_takes_the_last_value_and_is_reported():
    mapping = read('{"a": 1,\n"a": 2}')
    assert (mapping, mapping.lines) == ({"a": 2}, {"a": 2})
    assert [(problem.rule, problem.values) for problem in mapping.problems] == [
        ("front-matter-duplicate-key", {"key": "a", "first": "1"})
    ]


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("{}", "front-matter-not-mapping"),
        ("[1]", "front-matter-not-mapping"),
        ("---json\n[1]", "front-matter-not-mapping"),
        ("---json\ntext", "front-matter-not-mapping"),
        ('{"a": }', "front-matter-invalid"),
        ("{a}", "front-matter-invalid"),
        ('{"a": ' + "[" * 30_000, "front-matter-too-deep"),
        ('{"a": ' * 9_000, "front-matter-too-deep"),
        ('{"a": "' + "x" * 70_000 + '"}', "front-matter-too-large"),
    ],
    ids=lambda value: value[:20],
)
def test_json_that_is_not_an_object_or_exceeds_a_limit_is_refused(source, rule):
    assert refused(source).rule == rule


@pytest.mark.parametrize("piece", ['"a": [}', '"a": b', ',"a"', "\n\n", '"a": {}x', ',"\\"', "[]", '"a":1,', "}"])
def test_large_json_is_read_in_linear_time(piece):
    result = outcome("{" + piece * (60_000 // len(piece)))
    assert not isinstance(result, Problem) or result.rule.startswith("front-matter-")


@given(st.text(st.one_of(st.sampled_from('ab:[]{},"\n\r\\ 0-'), st.characters(codec="utf-8")), max_size=60))
def test_any_text_is_read_or_refused_by_rule(text):
    source = "{" + text
    mapping = outcome(source)
    if isinstance(mapping, Problem):
        assert mapping.rule.startswith("front-matter-")
        return
    assert set(mapping.lines) == set(mapping) == set(mapping.texts)
    assert all(1 <= line <= source.count("\n") + source.count("\r") + 1 for line in mapping.lines.values())


@pytest.mark.parametrize("source", [r'{"title": "A \ud800 b"}', r'{"title": ["A \ud800 b"]}', r'{"\udfff": "x"}'])
def test_half_a_character_becomes_a_replacement_character(source: str) -> None:
    mapping = read(source)
    for part in (*mapping, *mapping.values(), *mapping.texts.values()):
        assert "\ufffd" in str(part) or part in {"x", "title"}
        str(part).encode("utf-8")
