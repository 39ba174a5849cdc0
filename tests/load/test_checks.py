"""Every check of the schema runs on the written files, and a failed one is reported with examples."""

from __future__ import annotations

import pickle
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steckbrief import schema
from steckbrief.load.errors import CheckError, OutputError, Violation
from steckbrief.load.formats.csv import Csv
from steckbrief.load.formats.duckdb import DuckDB
from steckbrief.load.formats.parquet import parquet_path, read_parquet, write_parquet
from steckbrief.load.release import Staging, Written, check, latest, open_staging, write
from tests.load import fake

PROFILE = "de/product-00000"


def violations(made: fake.Rows, output: Path, *, without: tuple[str, ...] = ()) -> tuple[Violation, ...]:
    """Return the violations of these rows, except those of the columns in `without`."""
    with open_staging(output) as staging:
        written = write(fake.tables(made), staging)
        with pytest.raises(CheckError) as caught:
            check(written)
    return tuple(v for v in caught.value.violations if not set(v.columns) & set(without))


@pytest.fixture
def made() -> fake.Rows:
    return fake.rows(5)


def test_a_foreign_key_that_points_nowhere_is_named_with_its_row(made, output):
    made["features"][2]["section_position"] = 99
    (found,) = violations(made, output)
    assert found.table == "features"
    assert found.columns == ("profile_id", "section_position")
    assert found.count == 1
    assert found.examples == (f"profile_id '{PROFILE}', position 3, section_position 99",)
    assert str(found) == (
        "features: (profile_id, section_position) is in sections (profile_id, position): 1 rows refer to a row"
        f" that sections does not have, for example profile_id '{PROFILE}', position 3, section_position 99. The rows"
        " are wrong, not the files. Fix how transform makes the table features, then build again."
    )


def test_every_foreign_key_of_every_table_is_checked(output):
    made = fake.rows(5)
    keys = [(table, key) for table in schema.TABLES.values() for key in table.foreign_keys]
    for row, (table, key) in enumerate(keys):
        column = key.columns[-1]
        made[table.name][row % 10][column] = "xx/gone" if table.column(column).is_text else 999
    found = {(v.table, v.columns) for v in violations(made, output)}
    assert found >= {(table.name, key.columns) for table, key in keys}


def test_a_duplicate_row_breaks_the_primary_key_of_every_table(made, output):
    for listed in made.values():
        listed.append(listed[0])
    found = {v.table: v for v in violations(made, output) if v.columns == schema.TABLES[v.table].primary_key}
    assert set(found) == set(schema.TABLES) - {"changes"}
    assert {v.count for v in found.values()} == {1}
    assert all("rows 2" in v.examples[0] for v in found.values())


def test_a_duplicate_row_id_is_found(made, output):
    made["faqs"][1]["row_id"] = made["faqs"][0]["row_id"]
    (found,) = violations(made, output)
    assert (found.table, found.columns, found.count) == ("faqs", ("row_id",), 1)


def test_a_value_that_is_not_allowed_is_reported_with_the_allowed_ones(made, output):
    for row in made["sections"][:7]:
        row["kind"] = "prices"
    (found,) = violations(made, output)
    assert found.check.startswith("sections.kind is one of preamble, title, features")
    assert found.count == 7
    assert len(found.examples) == 3
    assert found.examples[0] == f"profile_id '{PROFILE}', position 1, kind 'prices'"


def test_a_count_that_is_not_the_number_of_rows_is_found(made, output):
    made["profiles"][0]["feature_count"] = 3
    (found,) = violations(made, output)
    assert found.columns == ("feature_count",)
    assert found.examples == (f"profile_id '{PROFILE}', feature_count 3, rows 7",)


def test_an_unanswered_question_counts_as_a_question_but_not_as_an_answered_one(made, output):
    made["faqs"][0] |= {"is_answered": False, "answer": None, "answer_markdown": None}
    (found,) = violations(made, output)
    assert found.columns == ("faq_answered_count",)


def test_an_empty_text_in_an_arrow_table_is_found(made, output):
    tables = fake.tables(made)
    tags = tables["tags"]
    tables["tags"] = tags.set_column(2, tags.schema.field("tag"), pa.array(["", *tags["tag"].to_pylist()[1:]]))
    with open_staging(output) as staging:
        written = write(tables, staging)
        # An empty text reads back as NULL from CSV, which is why there must be none: both are reported.
        with pytest.raises(CheckError, match=r"tags\.tag is never an empty text: 1 rows break this rule"):
            check(written)


def test_a_partly_null_foreign_key_is_not_a_violation(made, output):
    assert any(row["parent_position"] is None for row in made["sections"])
    assert fake.publish(output, made).path.is_dir()


def test_diagnostics_may_name_a_profile_that_was_quarantined(made, output):
    made["diagnostics"][0]["profile_id"] = "xx/quarantined"
    assert fake.publish(output, made).path.is_dir()


def test_the_message_shows_a_few_violations_and_the_exception_has_all(made, output):
    for column in ("feature_count", "pro_count", "con_count", "use_case_count", "audience_count", "faq_count"):
        made["profiles"][0][column] = 77
    with open_staging(output) as staging, pytest.raises(CheckError) as caught:
        check(write(fake.tables(made), staging))
    assert len(caught.value.violations) == 6
    assert "\nand 1 more violations\n" in str(caught.value)
    assert pickle.loads(pickle.dumps(caught.value)).violations == caught.value.violations  # noqa: S301 - our own


def test_the_candidate_is_kept_for_inspection_and_the_message_says_what_to_do(made, output):
    for column in ("feature_count", "pro_count", "con_count", "use_case_count", "audience_count", "faq_count"):
        made["profiles"][0][column] = 77
    before = fake.publish(output, fake.rows(5))
    with open_staging(output) as staging, pytest.raises(CheckError) as caught:
        check(write(fake.tables(made), staging))
    candidate = caught.value.candidate
    assert candidate == output.absolute() / "rejected" / staging.id
    assert str(candidate) in str(caught.value)
    assert "Fix the problems above and build again, or report them" in str(caught.value)
    assert "--force does not help here" in str(caught.value)
    lines = (candidate / "violations.txt").read_text(encoding="utf-8").splitlines()
    assert lines == [str(violation) for violation in caught.value.violations]
    assert len(lines) == 6
    text = (candidate / "README.md").read_text(encoding="utf-8")
    assert text.startswith(f"# Candidate {staging.id}: not published\n")
    assert before.id in text
    assert {"profiles.parquet", "profiles.csv", "steckbrief.duckdb", "history"} <= {
        path.name for path in candidate.iterdir()
    }
    assert not (candidate / "release.json").exists(), "it must not look like a release"
    assert latest(output) == before


# The following tests damage files between write and check, as a faulty disk would.


@pytest.fixture
def staged(output, made):
    with open_staging(output) as staging:
        yield staging, write(fake.tables(made), staging)


def problems(written: Written) -> list[str]:
    with pytest.raises(CheckError) as caught:
        check(written)
    return [f"{v.check}: {v.problem}" for v in caught.value.violations]


@pytest.mark.parametrize(
    ("lost", "difference"),
    [
        (slice(1, None), "column profile_id, row 3: found 'de/product-00001', expected 'de/product-00000'"),
        (slice(0, 19), "column profile_id: 19 rows, expected 20"),
    ],
)
def test_lost_rows_in_parquet_are_found(staged: tuple[Staging, Written], lost: slice, difference: str):
    staging, written = staged
    tags = read_parquet(staging.path, "tags")
    write_parquet(tags[lost], staging.path, "tags")
    assert problems(written) == [f"tags.parquet reads back as written: difference ({difference})"]


def test_a_cell_of_several_megabytes_is_read_back(output, made):
    made["sections"][0]["markdown"] = '"' * 3_000_000
    assert fake.publish(output, made).path.is_dir()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"de/product-00003",2,', b'"de/product-00003",5,', "column position, row 13: found 5, expected 2"),
        (b'"de/product-00003",2,', b'"de/product-00003",x,', "not readable as CSV"),
        (b'"de/product-00003",2,', b'"de/product-00003",2,"more",', "not readable as CSV"),
    ],
)
def test_a_changed_byte_in_csv_is_found(staged, old, new, message):
    staging, written = staged
    path = Csv().path(staging.path, "tags")
    assert path.read_bytes().count(old) == 1
    path.write_bytes(path.read_bytes().replace(old, new))
    (found,) = problems(written)
    assert found.startswith("tags.csv reads back as written")
    assert message in found


@pytest.mark.parametrize("kept", [0, 4, 1000])
def test_a_truncated_parquet_file_is_found(staged, kept):
    staging, written = staged
    path = parquet_path(staging.path, "sections")
    path.write_bytes(path.read_bytes()[:kept])
    assert any("sections.parquet is not readable as Parquet" in found for found in problems(written))


def test_a_missing_file_is_found(staged):
    staging, written = staged
    Csv().path(staging.path, "faqs").unlink()
    assert any("faqs.csv" in found and "No such file" in found for found in problems(written))


def test_lost_descriptions_are_found(staged):
    staging, written = staged
    bare = read_parquet(staging.path, "pros").replace_schema_metadata(None)
    pq.write_table(bare, parquet_path(staging.path, "pros"))
    assert any("descriptions are not the declared ones" in found for found in problems(written))


def test_a_truncated_duckdb_file_is_an_error_that_says_what_to_do(staged):
    staging, written = staged
    path = staging.path / DuckDB.file
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(OutputError, match=r"could not read back the tables.*then build again"):
        check(written)
