"""Every schema change in docs/schema-policy.md can be published, and the history stays correct."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from steckbrief import schema
from steckbrief.load.formats.parquet import parquet_path, read_parquet
from steckbrief.load.gates import GateLimits, GateResult
from steckbrief.load.history.versions import rebuild
from steckbrief.load.release import Release, check, judge, open_staging, publish, write
from steckbrief.load.releases.published import released_at
from steckbrief.load.releases.verify import verify, verify_latest
from steckbrief.schema.history import UNVERSIONED, history_schema, key_of
from steckbrief.schema.model import TableSchema
from tests.load import fake
from tests.load.declared import another_schema, with_column, without_column
from tests.load.history.test_versions import changed, without

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
Tables = dict[str, TableSchema]

TODAY: Tables = dict(schema.TABLES)
GLOSSARY = dataclasses.replace(TODAY["pros"], name="glossary", description="One row per word that is explained.")
FORMS = TODAY["pros"].column("form").values


def new_row_table(tables: Tables) -> Tables:
    return tables | {"glossary": GLOSSARY}


def new_plain_table(tables: Tables) -> Tables:
    words = dataclasses.replace(TODAY["tags"], name="words", description="One row per word.")
    return tables | {"words": words}


def new_column(tables: Tables) -> Tables:
    return tables | {"pros": with_column(tables["pros"], "extra", pa.string())}


def new_value(tables: Tables) -> Tables:
    return tables | {
        "pros": with_column(tables["pros"], "form", pa.string(), nullable=False, values={**FORMS, "x": "X."})
    }


def never_null(tables: Tables) -> Tables:
    return tables | {"pros": with_column(tables["pros"], "name", pa.string(), nullable=False)}


def sometimes_null(tables: Tables) -> Tables:
    return tables | {"pros": with_column(tables["pros"], "text", pa.string())}


def reworded(tables: Tables) -> Tables:
    cons = tables["cons"]
    columns = [dataclasses.replace(column, description=f"{column.description} Really.") for column in cons.columns]
    return tables | {"cons": dataclasses.replace(cons, description="Other words.", columns=tuple(columns))}


def column_gone(tables: Tables) -> Tables:
    return tables | {"pros": without_column(tables["pros"], "description")}


def label_gone(tables: Tables) -> Tables:
    return tables | {"pros": without_column(tables["pros"], "text")}


def other_type(tables: Tables) -> Tables:
    return tables | {"pros": with_column(tables["pros"], "name", pa.int32())}


def other_type_of_label(tables: Tables) -> Tables:
    return tables | {"faqs": with_column(tables["faqs"], "question", pa.int32(), nullable=False)}


def other_key(tables: Tables) -> Tables:
    return tables | {
        "front_matter": dataclasses.replace(tables["front_matter"], primary_key=("profile_id", "position"))
    }


def other_order(tables: Tables) -> Tables:
    columns = tables["pros"].columns
    return tables | {"pros": dataclasses.replace(tables["pros"], columns=(*columns[:3], *columns[:2:-1]))}


def table_gone(tables: Tables) -> Tables:
    return {name: table for name, table in tables.items() if name != "templates"}


def row_table_gone(tables: Tables) -> Tables:
    return {name: table for name, table in tables.items() if name != "glossary"}


def rows_of_today(made: fake.Rows) -> fake.Rows:
    """Return the rows in the columns that are declared now; missing values are derived from row_id."""
    made = made | {"words": [row | {"tag": f"w {row['tag']}"} for row in made["tags"]]}
    made |= {"glossary": [row | {"row_id": f"g{row['row_id']}"} for row in made["pros"]]}
    found: fake.Rows = {}
    for name, table in schema.TABLES.items():
        if name != "changes":
            rows = copy.deepcopy(made[name])
            found[name] = [
                {c.name: _cell(row, c.name, c.arrow_type, null=c.nullable) for c in table.columns} for row in rows
            ]
    return found


def _cell(row: Mapping[str, object], name: str, arrow_type: pa.DataType, *, null: bool) -> object:
    seed = f"{row.get('row_id')} {row.get(name)}"
    number = int(hashlib.sha256(seed.encode()).hexdigest()[:6], 16)
    if arrow_type == pa.int32() and not isinstance(row.get(name), int | None):
        return number
    if name not in row or (row[name] is None and not null):
        return f"text {number}"
    return row[name]


def night(output: Path, made: fake.Rows, number: int) -> tuple[Release, tuple[GateResult, ...]]:
    """Write, check, judge and publish a release; return it and the gates that failed."""
    with open_staging(output, now=NOON + dt.timedelta(days=number)) as staging:
        checked = check(write(fake.tables(rows_of_today(made)), staging))
        judged = judge(checked, GateLimits(), files=len(made["profiles"]), quarantined=0)
        return publish(checked, fake.INFO), tuple(result for result in judged if not result.passed)


def assert_history(output: Path, found: list[Release]) -> None:
    """Assert that the last release is as published and that its history is correct as of every release."""
    assert [*verify_latest(output), *verify(found[-1])] == []
    again = output / f"again-{len(found)}"
    rebuild([release.path for release in found], again)
    for name in ("profiles", *schema.ROW_TABLES):
        extended = parquet_path(found[-1].path / "history", name)
        assert extended.read_bytes() == parquet_path(again, name).read_bytes(), name
        history = read_parquet(found[-1].path / "history", name)
        assert history.schema.equals(history_schema(name), check_metadata=True)
        for release in found:
            assert as_of(history, released_at(release.id), name) == as_published(release, found, name)


def as_of(history: pa.Table, time: dt.datetime, name: str) -> list[dict[str, object]]:
    rows = [
        row
        for row in history.to_pylist()
        if row["valid_from"] <= time < (row["valid_to"] or dt.datetime.max.replace(tzinfo=dt.UTC))
    ]
    return by_key([{c: value for c, value in row.items() if not c.startswith("valid_")} for row in rows], name)


def as_published(release: Release, found: list[Release], name: str) -> list[dict[str, object]]:
    """Return the rows of a release in the current columns; NULL if a column has been added or retyped since."""
    since = found[found.index(release) :]
    if not all(parquet_path(later.path, name).exists() for later in since):
        return []
    types = [{f.name: f.type for f in read_parquet(later.path, name).schema} for later in since]
    columns = [c for c in schema.TABLES[name].columns if c.name not in UNVERSIONED]
    lasting = {c.name for c in columns if all(columns_of.get(c.name) == c.arrow_type for columns_of in types)}
    rows = read_parquet(release.path, name).to_pylist()
    return by_key([{c.name: row[c.name] if c.name in lasting else None for c in columns} for row in rows], name)


def by_key(rows: list[dict[str, object]], name: str) -> list[dict[str, object]]:
    return sorted(rows, key=lambda row: str(row[key_of(name)]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "step", "version"),
    [
        (TODAY, new_row_table, "1.2"),
        (TODAY, new_plain_table, "1.2"),
        (TODAY, new_column, "1.2"),
        (TODAY, new_value, "1.2"),
        (TODAY, never_null, "1.2"),
        (TODAY, reworded, "1.1"),
        (TODAY, sometimes_null, "2.0"),
        (TODAY, column_gone, "2.0"),
        (TODAY, label_gone, "2.0"),
        (TODAY, other_type, "2.0"),
        (TODAY, other_type_of_label, "2.0"),
        (TODAY, other_key, "2.0"),
        (TODAY, other_order, "2.0"),
        (TODAY, table_gone, "2.0"),
        (new_row_table(TODAY), row_table_gone, "2.0"),
    ],
)
def test_every_allowed_schema_change_can_be_published_and_so_can_later_nights(
    output: Path, before: Tables, step: Callable[[Tables], Tables], version: str
) -> None:
    made = fake.rows(2)
    with another_schema("1.1", before):
        first = [night(output, made, 0)[0], night(output, changed(made, 1), 1)[0]]
    with another_schema(version, step(before)):
        third, failed = night(output, changed(made, 2), 2)
        assert failed == ()
        assert verify(third) == ()
        assert_history(output, [*first, third, night(output, without(changed(made, 3), "de/product-00001"), 3)[0]])


@pytest.mark.parametrize(("step", "needed"), [(new_row_table, "minor"), (new_column, "minor"), (other_type, "major")])
def test_a_schema_change_without_its_version_fails_only_its_gate(
    output: Path, step: Callable[[Tables], Tables], needed: str
) -> None:
    night(output, fake.rows(2), 0)
    with another_schema("1.1", step(TODAY)):
        _, (failed,) = night(output, fake.rows(2), 1)
    assert failed.gate == "schema-version"
    assert f"require a {needed} change" in failed.message


@pytest.mark.slow
def test_a_history_across_many_schema_changes_is_the_same_extended_and_rebuilt(output: Path) -> None:
    steps = [new_row_table, new_column, column_gone, reworded, other_order, row_table_gone, new_row_table, other_type]
    tables, made, found = TODAY, fake.rows(3), []
    for number, step in enumerate(steps):
        tables = step(tables)
        with another_schema(f"{number + 1}.0", tables):
            for half in (0, 1):
                made = changed(made, 10 * number + half)
                found.append(night(output, made, 2 * number + half)[0])
            assert_history(output, found)


def test_a_retyped_column_is_null_in_older_versions(output: Path) -> None:
    made = fake.rows(1)
    night(output, made, 0)
    with another_schema("2.0", other_type(TODAY)):
        second, _ = night(output, made, 1)
    rows = read_parquet(second.path / "history", "pros").to_pylist()
    count = fake.PER_PROFILE["pros"]
    assert [row["name"] for row in rows[:count]] == [None] * count
    assert all(isinstance(row["name"], int | None) for row in rows[count:])
    assert read_parquet(second.path, "changes").num_rows == 0


def test_rows_of_a_new_table_are_added(output: Path) -> None:
    made = fake.rows(1)
    night(output, made, 0)
    with another_schema("1.2", new_row_table(TODAY)):
        second, _ = night(output, made, 1)
        changes = read_parquet(second.path, "changes").to_pylist()
        assert {(change["table"], change["change"], change["column"]) for change in changes} == {
            ("glossary", "added", "*")
        }
        assert len(changes) == fake.PER_PROFILE["pros"]
