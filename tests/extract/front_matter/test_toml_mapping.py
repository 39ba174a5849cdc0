"""TOML becomes plain data with exact lines, and an invalid line affects only its own key."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.extract.front_matter.handler import RefusedError
from steckbrief.extract.front_matter.toml_mapping import TomlHandler
from steckbrief.extract.limits import DEFAULT_LIMITS
from steckbrief.extract.model import Problem

SOURCE = '''# comment
title = "Krita --- painting" # comment
slug = \'krita\'
"quoted key" = 1

tags = [
  "a", # "comment"
  \'[b\',
  1.10,
]
released = 2024-05-01
seen = 1979-05-27 07:32:00Z
at = 07:32:00
size.width = 1_000
size.height = 0x1F
text = """
x = 1
---
[not a table]
"""
inline = { a = true, "b.c" = [1.50], d.e = 2 }
[extra]
key = 1
[extra.deep]
key = 2
[[faqs]]
q = "one"
[[faqs]]
q = "two"
'''


def read(source, **limits):
    return TomlHandler().load(source, 1, replace(DEFAULT_LIMITS, **limits))


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


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_valid_toml_has_the_values_of_tomllib_and_exact_lines(end):
    mapping = read(SOURCE.replace("\n", end))
    assert mapping == tomllib.loads(SOURCE)
    assert mapping.problems == ()
    assert mapping.lines == {
        "title": 3, "slug": 4, "quoted key": 5, "tags": 7, "released": 12, "seen": 13, "at": 14, "size": 15, "text": 17,
        "inline": 22, "extra": 23, "faqs": 27,
    }  # fmt: skip


def test_texts_are_the_values_as_written():
    texts = read(SOURCE).texts
    assert texts["tags"] == ["a", "[b", "1.10"]
    assert (texts["released"], texts["seen"], texts["at"]) == ("2024-05-01", "1979-05-27 07:32:00Z", "07:32:00")
    assert texts["size"] == {"width": "1_000", "height": "0x1F"}
    assert texts["inline"] == {"a": "true", "b.c": ["1.50"], "d": {"e": "2"}}
    assert texts["extra"] == {"key": "1", "deep": {"key": "2"}}
    assert texts["faqs"] == [{"q": "one"}, {"q": "two"}]


_KEYS = st.text("abcdefgh-_", min_size=1, max_size=6)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=8)
_SCALARS = st.one_of(
    _TEXTS, st.booleans(), st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False), st.dates()
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=3)),
    max_leaves=6,
)


def written(value):
    """A value as TOML."""
    if isinstance(value, list):
        return f"[ {', '.join(map(written, value))} ]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {written(item)}' for key, item in value.items())} }}"
    return value.isoformat() if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)


def source_texts(value):
    if isinstance(value, list):
        return [source_texts(item) for item in value]
    if isinstance(value, dict):
        return {key: source_texts(item) for key, item in value.items()}
    return value if isinstance(value, str) else written(value)


@given(st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=6))
def test_values_written_as_toml_are_read_back_with_their_texts_and_lines(values):
    mapping = read("".join(f"{key} = {written(value)}\n# x = 1\n" for key, value in values.items()))
    assert mapping == values
    assert mapping.texts == source_texts(values)
    assert mapping.lines == {key: 2 + 2 * number for number, key in enumerate(values)}
    assert mapping.problems == ()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("b = Krita: painting", "Krita: painting"),
        ("b = 0123", "0123"),
        ("b = 12:30", "12:30"),
        ("b = no # comment", "no"),
        ("b = 2024-02-31", "2024-02-31"),
        ('b = "Krita', "Krita"),
        ("b = 'It's free'", "It's free"),
        ("b: Krita", "Krita"),
        ("b = " + "9" * 5_000, "9" * 5_000),
        ("b = [x, y]", ["x", "y"]),
        ('b = ["x", "y"', ["x", "y"]),
    ],
)
def test_an_invalid_line_keeps_its_obvious_text_and_does_not_affect_others(line, text):
    mapping = read(f"a = 1\n{line}\nc = [\n  2,\n]\n[d]\ne = 3\n")
    assert mapping == {"a": 1, "b": text, "c": [2], "d": {"e": 3}}
    assert mapping.texts["b"] == text
    assert mapping.lines == {"a": 2, "b": 3, "c": 4, "d": 7}
    assert invalid_lines(mapping) == [(3, True)]


@pytest.mark.parametrize(
    "line", ["b = [", "b = [\n1,\n2,", "just text", "b =", "= 1", 'b = """\ntext', "b = {a = 1,\nb = [", "["]
)
def test_an_invalid_line_without_obvious_text_costs_its_own_key(line):
    mapping = read(f"a = 1\n{line}\nc = 2\n")
    assert {key: mapping[key] for key in mapping if key != "b"} == {"a": 1, "c": 2}
    assert invalid_lines(mapping)[0][0] == 3


def test_a_header_without_its_bracket_still_names_its_table():
    mapping = read("[extra\na = 1\n[[faqs]\nq = 2\n")
    assert mapping == {"extra": {"a": 1}, "faqs": [{"q": 2}]}
    assert invalid_lines(mapping) == [(2, True), (4, True)]


def test_a_duplicate_key_takes_the_last_value_and_is_reported():
    mapping = read("a = 1\nb = 2\na = 3\n[t]\nx = 1\nx = 2\n")
    assert mapping == {"a": 3, "b": 2, "t": {"x": 2}}
    assert mapping.lines == {"a": 4, "b": 3, "t": 5}
    assert [(problem.rule, problem.line_start, problem.values) for problem in mapping.problems] == [
        ("front-matter-duplicate-key", 4, {"key": "a", "first": "2"}),
        ("front-matter-duplicate-key", 7, {"key": "x", "first": "6"}),
    ]


def test_a_table_under_the_name_of_a_value_costs_its_own_keys():
    mapping = read("a = 1\n[a.b]\nc = 2\n[d]\ne = 3\n")
    assert mapping == {"a": 1, "d": {"e": 3}}
    assert invalid_lines(mapping) == [(3, False)]


@pytest.mark.parametrize(
    "source",
    [
        "a = " + "[" * 20_000,
        "a = " + "[" * 5_000 + "]" * 5_000,
        "a = " + "{b = " * 5_000 + "1" + "}" * 5_000,
        "a" + ".a" * 20_000 + " = 1",
        "[a" + ".a" * 20_000 + "]",
        "a = {" + "b." * 20_000 + "c = 1}",
        "a" + ' . "a"' * 9_000 + " = 1",
    ],
    ids=lambda source: source[:12],
)
def test_toml_that_is_nested_too_deeply_is_refused(source):
    with pytest.raises(RefusedError) as caught:
        read(f"x = 1\n{source}\n")
    assert caught.value.problem.rule == "front-matter-too-deep"


@pytest.mark.parametrize(
    "line", ["a = [\n", "[[a]]\n", 'a = """\n', "a = '''\\\n", "x\n", "a = {\n", '"\n', "[a]\na = 1\n", 'a = "\\"""\n']
)
def test_large_toml_is_read_in_linear_time(line):
    source = line * (DEFAULT_LIMITS.front_matter_bytes // len(line))
    result = outcome(source)
    assert not isinstance(result, Problem) or result.rule in {"front-matter-invalid", "front-matter-too-deep"}


@given(st.text(st.one_of(st.sampled_from("ab=.[]{},#\"'\n\\ 0-:"), st.characters(codec="utf-8")), max_size=60))
def test_any_text_is_read_or_refused_by_rule(source):
    mapping = outcome(source)
    if isinstance(mapping, Problem):
        assert mapping.rule.startswith("front-matter-")
        return
    assert set(mapping.lines) == set(mapping) == set(mapping.texts)
    assert all(2 <= line <= source.count("\n") + source.count("\r") + 2 for line in mapping.lines.values())
