"""Front matter: its fences, its exact text, and the conditions for an unclosed block."""

from __future__ import annotations

import json

import frontmatter
import pytest

from steckbrief.extract.front_matter.reader import read_front_matter
from steckbrief.extract.front_matter.yaml_mapping import YamlHandler
from steckbrief.extract.limits import DEFAULT_LIMITS


def read(text):
    front_matter, problems = read_front_matter(text, DEFAULT_LIMITS)
    assert text.startswith(front_matter.raw)
    return front_matter, text[len(front_matter.raw) :], [(problem.rule, problem.line_start) for problem in problems]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_values_lines_and_body_do_not_depend_on_line_ends_or_a_byte_order_mark(end, mark):
    text = mark + end.join(["---", "title: A", "tags:", "  - x", "  - y", "price: 'b'", "---", "", " \t", "# H", ""])
    front_matter, body, problems = read(text)
    assert front_matter.values == {"title": "A", "tags": ["x", "y"], "price": "b"}
    assert front_matter.lines == {"title": 2, "tags": 3, "price": 6}
    assert body == f"# H{end}"
    assert problems == []


@pytest.mark.parametrize("fences", [("---", "---"), ("-----", "---"), ("--- \t", "----  ")])
def test_fences_may_be_longer_and_have_trailing_spaces(fences):
    front_matter, body, problems = read(f"{fences[0]}\na: 1\n{fences[1]}\nbody")
    assert (front_matter.values, body, problems) == ({"a": 1}, "body", [])


@pytest.mark.parametrize(
    "text",
    [
        "--\na: 1\n--\n",
        " ---\na: 1\n---\n",
        "--- a\nb: 1\n---\n",
        "# H\n",
        "# H\n---\na: 1\n---\n",
        "text\n\n---\na: 1\n---\n",
        "\n---\ntext\n---\n",
        "<!-- c -->\n---\ntext: a: b\n---\n",
        "<!-- c --> text\n---\na: 1\n---\n",
        "<!-- c\n---\na: 1\n---\n",
        "++\na = 1\n++\n",
        "{{< figure >}}\n",
        "{ a }\n",
        '{"a": 1} text\n',
        '["a"](b)\n',
        "[{a}](b)\n",
    ],
)
def test_text_without_a_fence_at_its_start_has_no_front_matter(text):
    front_matter, body, problems = read(text)
    assert (front_matter.values, problems) == ({}, [("front-matter-missing", 1)])
    assert body == text.lstrip("\n")


def test_raw_includes_blank_lines_but_not_the_indentation_of_text():
    assert read("---\na: 1\n---\n\n \t\n   text")[1] == "   text"
    assert read("---\na: 1\n---\n\n \t")[1] == ""
    assert read("\n \t\n    code")[1] == "    code"
    assert read("---\na: 1\n---\n\u00a0\ntext")[1] == "\u00a0\ntext"


def test_front_matter_may_end_the_file_without_a_line_end():
    front_matter, body, problems = read("---\na: 1\n---")
    assert (front_matter.values, body, problems) == ({"a": 1}, "", [])


@pytest.mark.parametrize("text", ["---", "---\n", "---\na: 1\n", "---\na: 1\n\n# H\n\ntext\n", "\ufeff---\r\na: 1\r\n"])
def test_without_a_closing_fence_the_whole_file_is_body(text):
    front_matter, body, problems = read(text)
    assert front_matter.values == {}
    assert body == text.removeprefix("\ufeff")
    assert problems == [("front-matter-unclosed", 1)]


def test_a_rule_in_the_body_does_not_close_unclosed_front_matter():
    text = "---\ntitle: A\n\n# H\n\nWhat: it does: much\n\n---\n\nmore\n"
    assert read(text)[1:] == (text, [("front-matter-unclosed", 1)])


def test_a_rule_at_the_top_of_a_plain_document_is_a_rule():
    text = "---\n\n# H\n\n---\n\ntext\n"
    assert read(text)[1:] == (text, [("front-matter-unclosed", 1)])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("comment", ["# note\n", "\n# note\n", "# note\n\n"])
def test_an_invalid_line_beside_a_comment_costs_only_itself(comment, end):
    text = f"---\ntitle: A: B\n{comment}slug: x\n---\n# H\n".replace("\n", end)
    front_matter, body, problems = read(text)
    assert (front_matter.values, body) == ({"title": "A: B", "slug": "x"}, f"# H{end}")
    assert problems == [("front-matter-invalid", 2)]


def test_prose_below_a_heading_means_that_the_fence_was_forgotten():
    text = "---\ntitle: A\n\n# H\nSome prose.\n---\n"
    assert read(text)[1:] == (text, [("front-matter-unclosed", 1)])


@pytest.mark.parametrize("comment", ["# from the old site", "# a\n# b", "#"])
def test_comments_are_not_headings(comment):
    front_matter, body, problems = read(f"---\ntitle: A\n\n{comment}\ntags: [x]\n---\nbody")
    assert (front_matter.values, body, problems) == ({"title": "A", "tags": ["x"]}, "body", [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    "leading", ["\n", " \t\n\n", "<!-- c -->\n", "<!--\n---\nb: 2\n---\n-->\n\n", "{/* c */}\n", "[//]: # (c)\n\n"]
)
@pytest.mark.parametrize(
    "block", ["---\na: 'x'\n---", "---\na: 'x'\n...", "+++\na = 'x'\n+++", '{\n"a": "x"}', '---json\n{"a":"x"}\n---']
)
def test_blank_lines_and_comments_may_precede_front_matter(mark, leading, block, end):
    front_matter, body, problems = read((mark + leading + block + "\n\n# H\n").replace("\n", end))
    assert (front_matter.values, body, problems) == ({"a": "x"}, f"# H{end}", [])
    assert front_matter.lines == {"a": leading.count("\n") + 2}


@pytest.mark.parametrize(
    ("text", "fence"),
    [("---\na: 1\n", "---"), ("+++\na = 1\n\n# H\n", "+++"), ('{"a": {"b": 1}\n\n# H\n', "}"), ("---json\n{\n", "}")],
)
def test_unclosed_front_matter_is_reported_with_the_missing_fence(text, fence):
    front_matter, problems = read_front_matter(text, DEFAULT_LIMITS)
    assert front_matter.raw == ""
    assert [(problem.rule, problem.values) for problem in problems] == [("front-matter-unclosed", {"fence": fence})]


@pytest.mark.parametrize(
    "block",
    [
        "---yaml\n{}: {}\n---\n",
        "---\n{}: {}\n...\n",
        '---\n{{"{}": {}}}\n---\n',
        "+++\n{} = {}\n+++\n",
        "---toml\n{} = {}\n---\n",
        '{{"{}": {}}}\n',
        '{{\n"{}": {}\n}}\n---\n',
        ';;;\n{{"{}": {}}}\n;;;\n',
    ],
)
@pytest.mark.parametrize("value", ['"text"', "1.10", "[1, true]", "[[1.50], 2]"])
def test_every_dialect_gives_values_and_source_texts(block, value):
    front_matter, body, problems = read(block.format("a-b", value) + "body")
    parsed = json.loads(value)
    texts = json.loads(
        value.replace("1.10", '"1.10"').replace("1.50", '"1.50"').replace("1,", '"1",').replace("2]", '"2"]')
    )
    assert (front_matter.values, body, problems) == ({"a-b": parsed}, "body", [])
    assert front_matter.texts == {"a-b": ["1", "true"] if value == "[1, true]" else texts}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("\"'https://krita.org'\"", "https://krita.org"),
        ("'\"Krita\"'", "Krita"),
        ('"\\"Krita\\""', "Krita"),
        (r"\\\"Krita\\\"", "Krita"),
        (r'"\\\"Krita\\\""', "Krita"),
        ("\"'It's free'\"", "It's free"),
    ],
)
def test_a_value_in_two_pairs_of_quotes_is_unwrapped_and_reported(value, text):
    front_matter, problems = read_front_matter(f"---\nslug: x\ntitle: {value}\n---\n", DEFAULT_LIMITS)
    assert front_matter.texts == {"slug": "x", "title": text}
    assert [(problem.rule, problem.line_start, problem.values["value"]) for problem in problems] == [
        ("front-matter-quoted-twice", 3, text)
    ]


@pytest.mark.parametrize(
    "value", ["'It''s'", "Rock 'n' Roll", "\"'Fast' and 'free'\"", r"'C:\apps\\x'", '"5\\" screen"', "'\"'"]
)
def test_other_quotes_and_backslashes_stay(value):
    front_matter, problems = read_front_matter(f"---\ntitle: {value}\n---\n", DEFAULT_LIMITS)
    assert front_matter.texts == front_matter.values
    assert problems == ()


@pytest.mark.parametrize(
    ("source", "description"),
    [
        ("- a", "a list"),
        ("just text", "text"),
        ("42", "a number"),
        ("4.2", "a number"),
        ("2024-01-01", "a date"),
        ("", "nothing"),
        ("# only a comment", "nothing"),
        ("~", "nothing"),
        ("yes", "something else"),
    ],
)
def test_front_matter_that_is_not_a_mapping_is_reported_and_the_body_stays_the_same(source, description):
    text = f"---\n{source}\n---\nbody"
    front_matter, problems = read_front_matter(text, DEFAULT_LIMITS)
    assert (front_matter.values, text[len(front_matter.raw) :]) == ({}, "body")
    assert [(problem.rule, problem.line_start, problem.line_end, problem.values) for problem in problems] == [
        ("front-matter-not-mapping", 1, 3, {"found": description})
    ]


def test_the_handler_works_with_python_frontmatter_itself():
    metadata, body = frontmatter.parse("---\ntitle: A\nnote: 'b'\n---\n\n# H\n", handler=YamlHandler())
    assert (metadata, body) == ({"title": "A", "note": "b"}, "# H")
