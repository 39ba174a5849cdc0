"""Parts carry rows from batches to the dataset, whatever the batches."""

from __future__ import annotations

import pyarrow as pa
import pytest

from steckbrief.schema import TABLES
from steckbrief.transform.options import Options
from steckbrief.transform.parts import FILE, PART_TABLES, join_parts, part_tables
from steckbrief.transform.profile import profile_rows
from tests.records import record
from tests.transform.support import FRONT, document, parts

FILES = {f"tools/p{i}.md": f"---\nslug: p{i}\ntitle: P{i}\n---\n## Vorteile\n\n- a\n- b\n" for i in range(5)}


def test_a_part_has_every_table_of_a_profile_with_the_file_number() -> None:
    (part,) = parts(FILES)
    assert set(part) == set(PART_TABLES) <= set(TABLES)
    for name, table in part.items():
        assert table.schema.remove(table.schema.get_field_index(FILE)).equals(TABLES[name].arrow_schema)
    assert part["pros"].column(FILE).to_pylist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


@pytest.mark.parametrize("batch", [1, 2, 3, 64])
def test_joined_parts_contain_the_rows_of_all_batches(batch: int) -> None:
    cut = parts(FILES, batch)
    joined = join_parts(cut)
    for name in PART_TABLES:
        assert joined[name].num_rows == sum(part[name].num_rows for part in cut)


def test_without_any_part_every_table_is_empty() -> None:
    joined = join_parts([])
    assert {name: table.num_rows for name, table in joined.items()} == dict.fromkeys(PART_TABLES, 0)


def test_a_row_that_does_not_fit_its_table_is_refused_by_name() -> None:
    rows = dict(profile_rows(document(FRONT + "# Krita\n"), Options()))
    rows["tags"] = [record("tags", {"profile_id": "de/krita", "position": 1, "tag": 5})]
    with pytest.raises(ValueError, match="tags, column tag"):
        part_tables([(0, rows)])


def test_parts_survive_storage(tmp_path) -> None:
    (part,) = parts(FILES)
    with pa.OSFile(str(tmp_path / "part"), "wb") as sink, pa.ipc.new_file(sink, part["pros"].schema) as writer:
        writer.write_table(part["pros"])
    with pa.ipc.open_file(str(tmp_path / "part")) as reader:
        assert reader.read_all().equals(part["pros"])
