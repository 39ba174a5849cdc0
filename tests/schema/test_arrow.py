"""Rows are converted to Arrow tables strictly, without coercing, dropping or filling in values."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from steckbrief import schema
from steckbrief.schema.rows import TagRow
from tests.records import arrow

GOOD: dict[str, object] = {"profile_id": "de/x", "position": 1, "tag": "ai"}


def test_rows_keep_their_values_and_get_the_declared_schema_with_descriptions():
    table = arrow("tags", [GOOD, GOOD | {"position": 2, "tag": "ml"}])
    assert table.to_pylist() == [GOOD, GOOD | {"position": 2, "tag": "ml"}]
    assert table.schema.equals(schema.TABLES["tags"].arrow_schema, check_metadata=True)
    described = table.schema.field("tag").metadata[b"description"].decode()
    assert described == schema.TABLES["tags"].column("tag").description


@pytest.mark.parametrize("name", schema.TABLES)
def test_every_table_can_be_empty(name):
    assert schema.to_arrow(name, []).equals(schema.empty(name))
    assert schema.empty(name).schema == schema.TABLES[name].arrow_schema


def test_rows_may_come_from_a_generator():
    assert schema.to_arrow("tags", (TagRow("de/x", position, "ai") for position in range(1, 4))).num_rows == 3


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"profile_id": "de/x", "position": 1}, "Table tags, row 1: column tag missing"),
        (GOOD | {"colour": "red"}, "Table tags, row 1: column colour unknown"),
        ({"profile_id": "de/x", "position": 1, "tagg": "ai"}, "row 1: column tag missing; column tagg unknown"),
        (GOOD | {"position": "2"}, "Table tags, column position, row 1: expected int or None, found str '2'"),
        (GOOD | {"position": 2.0}, "column position, row 1: expected int or None, found float"),
        (GOOD | {"position": True}, "column position, row 1: expected int or None, found bool"),
        (GOOD | {"tag": b"ai"}, "column tag, row 1: expected str or None, found bytes"),
        (GOOD | {"tag": ["ai"]}, "column tag, row 1: expected str or None, found list"),
        (GOOD | {"position": 2**31}, "column position, row 1: 2147483648 does not fit in int32"),
        (GOOD | {"tag": "\ud800"}, "column tag, row 1: '.ud800' does not fit in string"),
        (GOOD | {"tag": None}, "column tag, row 1: found None in a column that is never NULL"),
        (GOOD | {"tag": ""}, "column tag, row 1: found an empty text"),
    ],
)
def test_an_invalid_row_is_reported_with_table_column_and_row(row, message):
    with pytest.raises(ValueError, match=message):
        arrow("tags", [GOOD, row])


def test_a_datetime_is_not_accepted_as_a_date():
    row: dict[str, object] = dict.fromkeys(schema.TABLES["profiles"].column_names)
    row["created_on"] = dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)
    required = {c.name: "x" if c.is_text else 1 for c in schema.TABLES["profiles"].columns if not c.nullable}
    with pytest.raises(ValueError, match="column created_on, row 0: expected date or None, found datetime"):
        arrow("profiles", [row | required])


def test_long_values_are_cut_in_messages():
    with pytest.raises(ValueError, match="found bytes") as caught:
        arrow("tags", [GOOD | {"tag": b"x" * 10_000}])
    assert len(str(caught.value)) < 250


def test_an_unknown_table_is_an_error():
    with pytest.raises(KeyError):
        schema.to_arrow("tag", [])
    with pytest.raises(KeyError):
        schema.empty("tag")


def test_no_column_is_large_or_nested():
    assert not [
        field
        for table in schema.TABLES.values()
        for field in table.arrow_schema
        if pa.types.is_nested(field.type) or pa.types.is_large_string(field.type)
    ]
