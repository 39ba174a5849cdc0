"""YAML becomes plain data, with exact lines and within limits, and a bad value does not affect others."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.extract.front_matter.handler import RefusedError
from steckbrief.extract.front_matter.yaml_mapping import read_mapping
from steckbrief.extract.limits import DEFAULT_LIMITS


def read(source, first_line=2, **limits):
    return read_mapping(source, first_line, replace(DEFAULT_LIMITS, **limits))


def refused(source, **limits):
    with pytest.raises(RefusedError) as caught:
        read(source, **limits)
    return caught.value.problem


def test_values_have_the_types_of_yaml():
    assert read("a: x\nb: 1\nc: 1.5\nd: true\ne:\nf: 2026-05-31\ng: [x, {y: z}]\nh: '1'\n") == {
        "a": "x",
        "b": 1,
        "c": 1.5,
        "d": True,
        "e": None,
        "f": dt.date(2026, 5, 31),
        "g": ["x", {"y": "z"}],
        "h": "1",
    }


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.recursive(
            st.one_of(
                st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8), st.dates()
            ),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
            ),
            max_leaves=8,
        ),
        min_size=1,
        max_size=5,
    ),
    st.booleans(),
)
def test_values_written_as_yaml_are_read_back(values, flow):
    # ASCII only: libyaml folds line ends such as U+0085, as YAML 1.1 requires.
    mapping = read(yaml.safe_dump(values, default_flow_style=flow, sort_keys=False))
    assert mapping == values
    assert list(mapping) == list(values)
    assert mapping.problems == ()


@pytest.mark.parametrize("key", ["yes", "on", "1", "2024-01-01", "null", "~", "1.50", "a b", "größe", "0x1F"])
def test_keys_are_text_as_written(key):
    assert read(f"{key}: v\nn: {{{key}: w}}") == {key: "v", "n": {key: "w"}}


def test_the_line_of_every_key_is_that_of_the_file():
    source = (
        "a: 'x\n  y'\n'b c': |\n  one\n\n  two\n# d: no key\n\"e\": {f: g,\n  h: i}\n? j\n: k\nb: 'u\u2028v'\nlast: 1\n"
    )
    assert read(source, first_line=10).lines == {"a": 10, "b c": 12, "e": 17, "j": 19, "b": 21, "last": 22}


def test_a_duplicate_key_keeps_its_last_value_and_is_reported():
    mapping = read("a: 1\nb: 2\r\na: 3\n")
    assert mapping == {"a": 3, "b": 2}
    assert mapping.lines == {"a": 4, "b": 3}
    assert [(problem.rule, problem.line_start, problem.values) for problem in mapping.problems] == [
        ("front-matter-duplicate-key", 4, {"key": "a", "first": "2"})
    ]


def test_a_nested_key_with_the_same_name_is_not_a_duplicate():
    assert read("a: {a: 1, b: 2}\nb:\n  a: 3\n").problems == ()


def test_merge_keys_add_values_and_never_override():
    mapping = read(
        "base: &base {x: 1, y: 2}\nmore: &more {y: 3, z: 4}\nuse:\n  y: 5\n  <<: [*base, *more]\n<<: *base\nx: 6\n"
    )
    assert mapping["use"] == {"x": 1, "y": 5, "z": 4}
    assert {key: mapping[key] for key in "xy"} == {"x": 6, "y": 2}
    assert mapping.problems == ()
    assert read("<<: 5\na: {<<: [x]}\n") == {"<<": 5, "a": {"<<": ["x"]}}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-02-31", "2026-02-31"),
        ("2026-13-01", "2026-13-01"),
        ("2026-05-31 25:00:00", "2026-05-31 25:00:00"),
        ("!!bool maybe", "maybe"),
        ("!!int ''", ""),
        ("!!int x", "x"),
        ("!!float ''", ""),
        ("!!timestamp soon", "soon"),
        ("9" * 50_000, "9" * 50_000),
        ("0x" + "f" * 50_000, "0x" + "f" * 50_000),
        ("1:" * 20_000 + "1", "1:" * 20_000 + "1"),
        ("1:" * 400 + "1.5", "1:" * 400 + "1.5"),
        ("{{NAME}}", "{{NAME}}"),
        ("{[a]: b}", "{[a]: b}"),
        ("!!binary aGk=", "aGk="),
        ("!!set {b, a}", {"b": None, "a": None}),
        ("!!omap [a: 1]", [{"a": 1}]),
        ("!secret x", "x"),
        ("!secret [x]", ["x"]),
        ("!!python/object/apply:os.getcwd []", []),
        ("!!python/object:os.system 'true'", "true"),
        ("!!python/name:os.system ''", ""),
        ("!!python/tuple [1]", [1]),
    ],
)
def test_an_invalid_value_stays_text_is_reported_and_does_not_affect_others(value, text):
    mapping = read(f"before: 1\nbad: {value}\nafter: 2\n")
    assert mapping == {"before": 1, "bad": text, "after": 2}
    assert [(problem.rule, problem.line_start, problem.values["key"]) for problem in mapping.problems] == [
        ("front-matter-wrong-type", 3, "bad")
    ]


def test_no_tag_runs_anything(tmp_path):
    target = tmp_path / "created"
    read(f"a: !!python/object/apply:os.mkdir ['{target}']\nb: !!python/object/new:os.mkdir ['{target}']\n")
    assert not target.exists()


def test_nan_and_infinity_are_floats():
    values = read("a: .nan\nb: -.inf\nc: .INF\n")
    assert isinstance(values["a"], float)
    assert math.isnan(values["a"])
    assert (values["b"], values["c"]) == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("\n  - a: [", 3),
        ("a: [\n  - b: c", 3),
        ("&: c: d", 2),
        ("%YAML 9.9", 2),
        ("a: &" + "&" * 1000, 2),
    ],
)
def test_yaml_without_a_valid_key_is_refused_with_its_line(source, line):
    problem = refused(source + "\n")
    assert problem.rule == "front-matter-invalid"
    assert problem.line_start == line
    assert problem.values["detail"]


def invalid_lines(mapping):
    return [
        (problem.line_start, "kept" in problem.values["effect"])
        for problem in mapping.problems
        if problem.rule == "front-matter-invalid"
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("b: Krita: painting", "Krita: painting"),
        ("b: Krita: painting  # note", "Krita: painting"),
        ("b: C#: a language", "C#: a language"),
        ("b: @krita", "@krita"),
        ("b: `code`", "`code`"),
        ("b: %s off", "%s off"),
        ("b: *missing", "*missing"),
        ("b: [Beta] Krita", "[Beta] Krita"),
        ("b: [x, y", ["x", "y"]),
        ("b: 'It's free'", "It's free"),
        ('b: "Krita', "Krita"),
        ("b: 'Krita", "Krita"),
        ('b: say "hi": now', 'say "hi": now'),
        ('b: "say "hi" now"', 'say "hi" now'),
        ('b: "C:\\krita"', "C:\\krita"),
        ("b: ''Krita''", "Krita"),
        ("b: - x", "- x"),
        ("b: >5 users", ">5 users"),
        ("b:Krita", "Krita"),
        ("\tb: Krita", "Krita"),
        ("b:\tKrita: x", "Krita: x"),
        ("b: one: two\n  three", "one: two three"),
    ],
)
def test_an_invalid_line_keeps_its_obvious_text_and_does_not_affect_others(line, text, end):
    mapping = read(f"a: 1\n{line}\nc:\n  - x\n# note\nd: 2\n".replace("\n", end))
    assert mapping == {"a": 1, "b": text, "c": ["x"], "d": 2}
    assert mapping.texts == {"a": "1", "b": text, "c": ["x"], "d": "2"}
    height = line.count("\n")
    assert mapping.lines == {"a": 2, "b": 3, "c": 4 + height, "d": 7 + height}
    assert invalid_lines(mapping) == [(3, True)]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("b: [", 3),
        ("b: \x07", 3),
        ("just text", 3),
        ("b:\n  - x: y: z", 4),
        ("b:\n  c: d\n e: f", 5),
        ("https://krita.org", 3),
    ],
)
def test_an_invalid_line_without_obvious_text_costs_its_own_key(line, place):
    mapping = read(f"a: 1\n{line}\nc: 2\n")
    assert mapping == {"a": 1, "c": 2}
    assert invalid_lines(mapping) == [(place, False)]


@pytest.mark.parametrize("entry", ["b:\n\t- x\n\t- 1.10", "b:\n\t-\tx\n\t-\t1.10", "\tb: [x, 1.10"])
def test_tabs_cost_nothing(entry):
    mapping = read(f"a: 1\n{entry}\nc: 2\n")
    assert mapping.texts == {"a": "1", "b": ["x", "1.10"], "c": "2"}
    assert [effect for _, effect in invalid_lines(mapping)] == [True]


def test_invalid_lines_that_follow_each_other_are_one_problem():
    mapping = read("a: 1\none\ntwo\nthree\nb: 2\n")
    assert [(problem.line_start, problem.line_end) for problem in mapping.problems] == [(3, 5)]


def test_an_invalid_line_does_not_become_part_of_the_text_above_it():
    assert read("a: |\n  text\nlong-key: b: c\nd: 1\n")["a"] == "text\n"


def test_an_anchor_is_known_to_other_lines_of_invalid_front_matter():
    assert read("a: &x 1\nb: c: d\ne: *x\nf: *y\n") == {"a": 1, "b": "c: d", "e": 1, "f": "*y"}


def test_thousands_of_invalid_lines_are_read_in_time():
    mapping = read("a: 1\n" + "".join(f"k{number}: a: b\n" for number in range(3_000)))
    assert len(mapping) == 3_001


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0123", "0123"),
        ("12:30", "12:30"),
        ("1.10", "1.10"),
        ("1_000", "1_000"),
        ("no", "no"),
        ("Off", "Off"),
        ("2026-05-31 10:00:00", "2026-05-31 10:00:00"),
        ("'0123'", "0123"),
        ('"a\\tb"', "a\tb"),
        ("~", None),
        ("null", None),
        ("", None),
        ("''", ""),
        ("[1.10, on, ~, [0x1F], {a: yes}]", ["1.10", "on", None, ["0x1F"], {"a": "yes"}]),
        ("!!str 5", "5"),
        ("{{NAME}}", "{{NAME}}"),
    ],
)
def test_texts_are_the_values_as_written(value, text):
    assert read(f"a: {value}\n").texts == {"a": text}


_BOMB = "\n".join(["a0: &a0 [x, x, x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12))])
_MERGE_BOMB = "\n".join(["a0: &a0 {x: 1}", *(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}" for i in range(1, 30))])
_CHAIN = "\n".join(["a0: &a0 x", *(f"a{i}: &a{i} {'[' * 30}*a{i - 1}{']' * 30}" for i in range(1, 12))])


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        (_BOMB, "front-matter-too-large-expanded"),
        ("\n".join(f"k{i}: v" for i in range(6_000)), "front-matter-too-large-expanded"),
        ("a: 'x" + "x" * 70_000 + "'", "front-matter-too-large"),
        (_MERGE_BOMB, "front-matter-too-deep"),
        (_CHAIN, "front-matter-too-deep"),
        ("a: &a [*a]", "front-matter-too-deep"),
        ("a: &a {b: *a}", "front-matter-too-deep"),
        ("a: &a {<<: *a}", "front-matter-too-deep"),
        ("a: " + "[" * 5_000 + "]" * 5_000, "front-matter-too-deep"),
        ("a: " + "[" * 60_000, "front-matter-too-deep"),
        ("a: " + '["]",' * 5_000, "front-matter-too-deep"),
        ("a: " + "{a: " * 5_000 + "}" * 5_000, "front-matter-too-deep"),
        ("[a: " * 30 + "x" + "]" * 30, "front-matter-too-deep"),
        ("- " * 5_000 + "x", "front-matter-too-deep"),
        ("? " * 5_000 + "x", "front-matter-too-deep"),
        ("\n".join(" " * level + "a:" for level in range(350)), "front-matter-too-deep"),
        ("\n".join(" " * level + "-" for level in range(350)), "front-matter-too-deep"),
    ],
    ids=lambda value: value if len(value) < 40 else f"{value[:20]}..",
)
def test_input_that_would_exhaust_memory_or_the_stack_is_refused(source, rule):
    assert refused(source).rule == rule


def test_limits_are_settings():
    assert refused("a: [[x]]", front_matter_depth=2).rule == "front-matter-too-deep"
    assert read("a: [[x]]", front_matter_depth=3) == {"a": [["x"]]}
    assert refused("a: [x, y]", front_matter_nodes=4).values == {"limit": "4"}
    assert read("a: [x, y]", front_matter_nodes=5) == {"a": ["x", "y"]}
    assert refused("a: bcd", front_matter_bytes=5).values == {"size": "6", "limit": "5"}


def test_brackets_and_indents_without_nesting_do_not_count_as_depth():
    source = "a: '" + "[" * 100 + "'\nb: |\n" + " " * 200 + "x\nc: [" + "[], " * 50 + "]\n"
    assert read(source)["a"] == "[" * 100


@given(
    st.text(
        st.one_of(st.sampled_from("abc:-?[]{},&*!|>'\"%@`#\n\r\t ~0123"), st.characters(codec="utf-8")), max_size=60
    )
)
def test_any_text_is_read_or_refused_by_rule(source):
    try:
        mapping = read(source)
    except RefusedError as error:
        problem = error.problem
    else:
        assert set(mapping.lines) == set(mapping)
        assert all(isinstance(key, str) for key in mapping)
        return
    assert problem.rule.startswith("front-matter-")
    assert problem.line_start
    assert problem.line_end
    assert 1 <= problem.line_start <= problem.line_end
