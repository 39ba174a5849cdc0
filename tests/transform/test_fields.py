"""Front-matter values of any YAML type become values of their column; wrong types are reported."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from steckbrief.extract.model import FrontMatter, Problem
from steckbrief.transform.fields import KEYS, FieldReader, domain, front_matter_rows, to_json
from tests.transform.support import document, front, rows


def reader(**values: object) -> FieldReader:
    texts = {key: written(value) for key, value in values.items()}
    return FieldReader(FrontMatter("", values, texts, {key: line for line, key in enumerate(values, 2)}))


def written(value: object) -> object:
    """The source texts of a value."""
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, dict):
        return {key: written(item) for key, item in value.items()}
    return None if value is None else str(value)


def rules_of(reader: FieldReader) -> list[str]:
    return [problem.rule for problem in reader.problems]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Krita", "Krita"),
        ("  Krita  4\n5 ", "Krita 4 5"),
        ("", None),
        ("   ", None),
        (None, None),
        ("a\0b", "a\ufffdb"),
    ],
)
def test_a_text_is_one_line_and_nothing_is_none(value: object, text: str | None) -> None:
    fields = reader(title=value)
    assert fields.text("title") == text
    assert fields.problems == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("0123", "0123"),
        ("12:30", "12:30"),
        ("1.10", "1.10"),
        ("Off", "Off"),
        ("2026-05-31", "2026-05-31"),
        ("1_000", "1_000"),
        ("~", None),
        ("null", None),
    ],
)
def test_a_text_is_the_value_as_written(source: str, text: str | None) -> None:
    fields = FieldReader(document(front(title=source)).front_matter)
    assert fields.text("title") == text
    assert fields.problems == []


@pytest.mark.parametrize(("value", "name"), [(["a", "b"], "a list"), ([], "a list"), ({"a": 1}, "a mapping")])
def test_a_collection_is_not_a_text_and_is_reported(value: object, name: str) -> None:
    fields = reader(slug="krita", title=value)
    assert fields.text("title") is None
    assert fields.problems == [
        Problem("front-matter-wrong-type", 3, 3, {"key": "title", "expected": "text", "found": name})
    ]


def test_a_value_that_contains_another_keys_line_stays_and_is_reported() -> None:
    fields = reader(price_model="tags: [a, b]")
    assert fields.text("price_model") == "tags: [a, b]"
    assert rules_of(fields) == ["front-matter-swallowed-key"]
    assert reader(description="Tags: eine Einführung").text("description") == "Tags: eine Einführung"


@pytest.mark.parametrize(
    "value",
    [
        dt.date(2026, 5, 31),
        dt.datetime(2026, 5, 31, 23, 59),  # noqa: DTZ001  (as YAML gives it)
        dt.datetime(2026, 5, 31, tzinfo=dt.UTC),
        "2026-05-31",
        " 2026-05-31 ",
        "2026-05-31T10:00:00Z",
        "2026-05-31 10:00",
    ],
)
def test_a_date_is_a_day_whether_quoted_or_not(value: object) -> None:
    fields = reader(created_at=value)
    assert fields.date("created_on") == dt.date(2026, 5, 31)
    assert fields.problems == []


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-30",
        "31.05.2026",
        "May 2026",
        "2026",
        2026,
        "2026-05-311",
        "2026-05-31 to 2026-06-01",
        ["2026-05-31"],
        {"a": 1},
        True,
        0,
    ],
)
def test_an_invalid_date_is_none_and_reported(value: object) -> None:
    fields = reader(created_at=value)
    assert fields.date("created_on") is None
    assert rules_of(fields) == ["date-invalid"]


@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_date_is_none_and_not_reported(value: object) -> None:
    fields = reader(created_at=value)
    assert fields.date("created_on") is None
    assert fields.problems == []


def test_the_first_key_with_a_value_fills_the_column() -> None:
    first, second, third = KEYS["reviewed_on"]
    assert reader(**{first: "", second: "2026-05-02", third: "2026-05-03"}).date("reviewed_on") == dt.date(2026, 5, 2)


@pytest.mark.parametrize(
    ("value", "tags", "rules"),
    [
        (["ai", " open  source "], ("ai", "open source"), []),
        (["ai", 3, 4.5, dt.date(2026, 5, 31)], ("ai", "3", "4.5", "2026-05-31"), []),
        (["ai", "", " "], ("ai",), []),
        (["a\0b"], ("a\ufffdb",), []),
        ([], (), []),
        (None, (), []),
        ("", (), []),
        ("[]", (), []),
        ("[ai, 'open source']", ("ai", "open source"), ["tags-not-a-list"]),
        ("ai, open source", ("ai", "open source"), ["tags-not-a-list"]),
        ("ai", ("ai",), ["tags-not-a-list"]),
        (["ai", None, ["b"], {"c": 1}], ("ai",), ["front-matter-wrong-type"]),
        ({"ai": 1}, (), ["front-matter-wrong-type"]),
        (5, ("5",), ["tags-not-a-list"]),
    ],
)
def test_tags_come_from_a_list_or_a_text_that_contains_one(
    value: object, tags: tuple[str, ...], rules: list[str]
) -> None:
    read = reader(tags=value)
    assert read.tags() == tags
    assert rules_of(read) == rules


def test_every_front_matter_key_is_a_row_in_file_order() -> None:
    values = {"slug": "x", "": 1, "unbekannt": {"a": [1, None, "ä"]}, "None": None, "a\0b": False}
    records = front_matter_rows(FrontMatter("", values), "de/x")
    assert [row.key for row in records] == ["slug", '""', "unbekannt", "None", "a\ufffdb"]
    assert [row.position for row in records] == [1, 2, 3, 4, 5]
    assert [json.loads(row.value_json) for row in records] == ["x", 1, {"a": [1, None, "ä"]}, None, False]


def test_keys_that_become_equal_stay_distinct() -> None:
    records = front_matter_rows(FrontMatter("", {"": 1, '""': 2, "a\0": 3, "a\ufffd": 4}), "de/x")
    assert len({row.key for row in records}) == 4


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dt.date(2026, 5, 31), "2026-05-31"),
        (dt.datetime(2026, 5, 31, 10, tzinfo=dt.UTC), "2026-05-31T10:00:00+00:00"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        ({"a": {"b": [3, dt.date(2026, 5, 31)]}}, {"a": {"b": [3, "2026-05-31"]}}),
        ("ä\n\0", "ä\n\0"),
    ],
)
def test_every_yaml_value_has_a_json_form(value: object, expected: object) -> None:
    text = to_json(value)
    assert json.loads(text) == expected
    assert "\0" not in text


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.krita.org/de/", "krita.org"),
        ("https://KRITA.org:8080", "krita.org"),
        ("http://docs.krita.org", "docs.krita.org"),
        ("krita.org", "krita.org"),
        ("krita.org/a//b", "krita.org"),
        ("//krita.org", "krita.org"),
        ("https://www.", None),
        ("https://", None),
        ("localhost", None),
        ("https://[::1", None),
        ("unbekannt", None),
        ("", None),
        (None, None),
    ],
)
def test_the_domain_is_the_host_without_www(url: str | None, host: str | None) -> None:
    assert domain(url) == host


def test_an_address_without_a_host_costs_nothing_else() -> None:
    profile = rows("# Krita\n", head=front(official_url="https://www."))["profiles"][0]
    assert (profile["official_url"], profile["official_domain"]) == ("https://www.", None)


def test_a_problem_names_the_line_of_its_key() -> None:
    fields = FieldReader(document("---\nslug: krita\n\ntitle: [a]\n---\n# Krita\n").front_matter)
    fields.text("title")
    assert [problem.line_start for problem in fields.problems] == [4]
