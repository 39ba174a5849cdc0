"""What is a change between two releases, and what is not."""

from __future__ import annotations

import copy
import datetime as dt
import random

import pytest

from steckbrief import schema
from steckbrief.load.errors import ReleaseError
from steckbrief.load.formats.parquet import parquet_path, write_parquet
from steckbrief.load.history.changes import compare
from steckbrief.schema.history import HISTORY_TABLES, UNVERSIONED
from tests.load import fake

Row = dict[str, object]


@pytest.fixture
def before() -> fake.Rows:
    return fake.rows(4, seed=7)


@pytest.fixture
def changes(before, tmp_path):
    """A function that returns the changes from `before` to the given rows, as dicts."""

    def compared(after: fake.Rows) -> list[Row]:
        for name, made in (("old", before), ("new", after)):
            (tmp_path / name).mkdir(exist_ok=True)
            for table, content in fake.tables(made).items():
                write_parquet(content, tmp_path / name, table)
        return list(compare(tmp_path / "new", tmp_path / "old").to_pylist())

    return compared


def change(table: str, row: Row, what: str, column: str, before: object, after: object) -> Row:
    return {
        "table": table,
        "row_key": row["profile_id" if table == "profiles" else "row_id"],
        "column": column,
        "change": what,
        "profile_id": row["profile_id"],
        "before": before,
        "after": after,
    }


def test_a_first_release_has_no_changes(tmp_path):
    assert compare(tmp_path, None).equals(schema.empty("changes"))


def test_the_same_rows_are_not_a_change(before, changes):
    assert changes(before) == []


def test_a_row_that_only_moved_has_not_changed(before, changes):
    after = copy.deepcopy(before)
    for name in schema.ROW_TABLES:
        for row in after[name]:
            row |= {
                "position": 90 - row["position"],
                "section_position": 3,
                "line_start": 9,
                "line_end": 9,
                "shared_by": 7,
            }
    for row in after["faqs"]:
        row |= {"answer_line_start": 10, "answer_line_end": 12}
    assert changes(after) == []


def test_every_changed_column_of_a_profile_is_a_row_with_both_values(before, changes):
    after = copy.deepcopy(before)
    old, new = before["profiles"][1], after["profiles"][1]
    old |= {"category": "AI", "official_url": None, "word_count": 5}
    new |= {"category": "Data", "official_url": "https://x.org", "word_count": 7, "source_path": "a/b.md"}
    assert changes(after) == [
        change("profiles", new, "changed", "category", "AI", "Data"),
        change("profiles", new, "changed", "official_url", None, "https://x.org"),
        change("profiles", new, "changed", "source_path", old["source_path"], "a/b.md"),
        change("profiles", new, "changed", "word_count", "5", "7"),
    ]


def test_an_edit_that_no_row_shows_still_shows_as_the_hash_of_the_file(before, changes):
    after = copy.deepcopy(before)
    after["profiles"][0] |= {"source_sha256": "f" * 64, "source_bytes": 12}
    old = before["profiles"][0]
    assert changes(after) == [change("profiles", old, "changed", "source_sha256", old["source_sha256"], "f" * 64)]


def test_dates_and_truth_values_are_written_as_in_csv(before, changes):
    after = copy.deepcopy(before)
    old = before["faqs"][0]
    old |= {"is_answered": True}
    after["faqs"][0] = old | {"is_answered": False}
    before["profiles"][0]["created_on"] = None
    after["profiles"][0]["created_on"] = dt.date(2024, 2, 29)
    assert changes(after) == [
        change("faqs", old, "changed", "is_answered", "true", "false"),
        change("profiles", before["profiles"][0], "changed", "created_on", None, "2024-02-29"),
    ]


def test_a_new_profile_and_its_rows_are_added_and_an_old_one_removed(before, changes):
    after = copy.deepcopy(before)
    gone = before["profiles"][2]
    for made, name in ((after, gone["profile_id"]), (before, before["profiles"][0]["profile_id"])):
        for table in made:
            made[table] = [row for row in made[table] if row.get("profile_id") != name]
    new = after["profiles"][0]
    found = changes(after)
    assert change("profiles", new, "added", "*", None, new["title"]) in found
    assert change("profiles", gone, "removed", "*", gone["title"], None) in found
    rows_of_one = 1 + sum(fake.PER_PROFILE[name] for name in schema.ROW_TABLES)
    assert [row["change"] for row in found].count("added") == rows_of_one
    assert [row["change"] for row in found].count("removed") == rows_of_one
    assert {row["column"] for row in found} == {"*"}


@pytest.mark.parametrize(
    ("table", "label"),
    [(name, {"alternatives": "name", "faqs": "question"}.get(name, "text")) for name in schema.ROW_TABLES],
)
def test_an_added_or_removed_row_is_named_by_its_text(before, changes, table, label):
    after = copy.deepcopy(before)
    old = after[table].pop(3)
    new = old | {"row_id": "0" * 16, label: "Neu"}
    after[table].append(new)
    assert changes(after) == [
        change(table, row, what, "*", *values)
        for row, what, values in sorted(
            [(old, "removed", (old[label], None)), (new, "added", (None, "Neu"))], key=lambda each: each[0]["row_id"]
        )
    ]


def test_the_target_of_an_alternative_that_appeared_is_a_change(before, changes):
    after = copy.deepcopy(before)
    old = before["alternatives"][0]
    old |= {"target_profile_id": None, "match": "none"}
    after["alternatives"][0] = old | {"target_profile_id": "de/product-00001", "match": "title"}
    assert changes(after) == [
        change("alternatives", old, "changed", "match", "none", "title"),
        change("alternatives", old, "changed", "target_profile_id", None, "de/product-00001"),
    ]


def test_changes_agree_with_a_comparison_in_plain_python(before, changes):
    chance = random.Random(3)
    after = copy.deepcopy(before)
    for name in HISTORY_TABLES:
        for row in after[name]:
            for column in schema.TABLES[name].columns:
                if column.is_text and not column.allowed and column.name not in ("profile_id", "row_id"):
                    row[column.name] = chance.choice((row[column.name], row[column.name], "anders"))
    expected = []
    for name in HISTORY_TABLES:
        for old, new in zip(before[name], after[name], strict=True):
            expected += [
                change(name, old, "changed", column, old[column], new[column])
                for column in schema.TABLES[name].column_names
                if old[column] != new[column] and column not in UNVERSIONED
            ]
    found = changes(after)
    assert len(found) > 100
    assert found == sorted(expected, key=lambda row: (row["table"], row["row_key"], row["column"]))


def test_a_column_that_the_previous_release_did_not_have_is_not_compared(before, changes, tmp_path):
    assert changes(before) == []
    old = parquet_path(tmp_path / "old", "features")
    table = fake.tables(before)["features"].drop_columns(["form"])
    write_parquet(table, tmp_path / "old", "features")
    assert old.exists()
    assert compare(tmp_path / "new", tmp_path / "old").num_rows == 0


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"PAR1 not")])
def test_a_damaged_previous_release_is_reported_with_what_to_do(before, changes, tmp_path, damage):
    assert changes(before) == []
    damage(parquet_path(tmp_path / "old", "faqs"))
    with pytest.raises(ReleaseError, match=r"old: cannot compare with the previous release .*faqs.*Restore it"):
        compare(tmp_path / "new", tmp_path / "old")


def test_wildcards_in_folder_names_are_literal(before, tmp_path):
    for name in ("a[1]", "a*", "a?"):
        (tmp_path / name).mkdir()
        for table, content in fake.tables(before).items():
            write_parquet(content, tmp_path / name, table)
    for name in ("a[1]", "a*", "a?"):
        assert compare(tmp_path / name, tmp_path / "a?").num_rows == 0


def test_the_table_of_changes_has_the_declared_schema(before, changes, tmp_path):
    after = copy.deepcopy(before)
    after["features"].pop()
    changes(after)
    found = compare(tmp_path / "new", tmp_path / "old")
    assert found.schema.equals(schema.TABLES["changes"].arrow_schema, check_metadata=True)
