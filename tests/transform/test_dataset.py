"""The finished tables depend only on the profiles, not on batches or the order of reading."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steckbrief.extract.model import Problem, Unreadable
from steckbrief.schema import TABLES
from steckbrief.transform.dataset import complete
from steckbrief.transform.parts import join_parts
from tests.transform.strategies import sources
from tests.transform.support import column, dataset, front, listed

BODY = (
    "# {0}\n\n{0} malt. Siehe [GIMP](/tools/gimp/).\n\n## Vorteile\n\n- {0} ist frei\n- b\n\n"
    "## Alternativen\n\n- GIMP: malt auch\n\n## FAQ\n\n**Ist {0} frei?**\n\nJa.\n"
)
FILES = {
    "tools/krita.md": front(tags="[b, a]", price_model="Freemium") + BODY.format("Krita"),
    "tools/gimp.md": front(slug="gimp", title="GIMP") + BODY.format("GIMP"),
    "en/tools/krita.md": front() + BODY.format("Krita"),
    "tools/a.md": front(slug="zuletzt", title="Zuletzt") + BODY.format("Zuletzt"),
    "tools/leer.md": "",
}


def test_every_table_except_changes_has_its_schema() -> None:
    tables = dataset(FILES)
    assert set(tables) == set(TABLES) - {"changes"}
    for name, table in tables.items():
        assert table.schema.equals(TABLES[name].arrow_schema), name


def test_without_any_profile_every_table_is_empty_and_has_its_schema() -> None:
    tables = complete(join_parts([]), [])
    assert {name: table.num_rows for name, table in tables.items()} == dict.fromkeys(set(TABLES) - {"changes"}, 0)
    for name, table in tables.items():
        assert table.schema.equals(TABLES[name].arrow_schema), name


def test_rows_are_sorted_by_profile_and_position() -> None:
    tables = dataset(FILES)
    assert column(listed(tables, "profiles"), "profile_id") == ["de/gimp", "de/krita", "de/zuletzt", "en/krita"]
    for name, table in tables.items():
        if {"profile_id", "position"} <= set(table.column_names) and name != "diagnostics":
            keys = [(row["profile_id"], row["position"]) for row in table.to_pylist()]
            assert keys == sorted(keys), name


def test_keys_are_unique_and_foreign_keys_lead_somewhere() -> None:
    tables = dataset(FILES)
    for name, table in tables.items():
        for key in (TABLES[name].primary_key, *TABLES[name].unique):
            values = [tuple(row[column] for column in key) for row in table.to_pylist()]
            assert len(set(values)) == len(values), (name, key)
        for foreign in TABLES[name].foreign_keys:
            keys = {tuple(row[column] for column in foreign.references) for row in tables[foreign.table].to_pylist()}
            references = {tuple(row[column] for column in foreign.columns) for row in table.to_pylist()}
            assert {reference for reference in references if None not in reference} <= keys, (name, foreign)


@pytest.mark.parametrize("batch", [1, 2, 64])
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 0, 1]])
def test_batches_and_the_order_of_reading_change_nothing(batch: int, order: list[int]) -> None:
    expected = dataset(FILES)
    for name, table in dataset(FILES, batch, order).items():
        assert table.equals(expected[name]), name


@settings(max_examples=25)
@given(st.data())
def test_generated_profiles_give_the_same_tables_however_they_are_cut(data: st.DataObject) -> None:
    files = data.draw(sources())
    expected = dataset(files)
    order = data.draw(st.permutations(range(len(files))))
    for batch in (1, 2, 64):
        for name, table in dataset(files, batch, order).items():
            assert table.equals(expected[name]), name


def test_every_table_is_one_chunk_so_its_bytes_do_not_depend_on_batches() -> None:
    tables = dataset(FILES, batch=1)
    assert all(chunked.num_chunks <= 1 for table in tables.values() for chunked in table.columns)


COLLISIONS = [
    pytest.param({"tools/kopie.md": "krita", "tools/krita.md": "krita"}, "tools/krita.md", id="named like its slug"),
    pytest.param({"tools/zwei.md": "krita", "tools/eins.md": "krita"}, "tools/eins.md", id="first by path"),
    pytest.param({"tools/a.md": "Krita", "tools/Krita.md": "Krita"}, "tools/Krita.md", id="capitals"),
    pytest.param({"b/krita.md": "krita", "a/krita.md": "krita"}, "a/krita.md", id="both named like it"),
]


@pytest.mark.parametrize(("slugs", "published"), COLLISIONS)
@pytest.mark.parametrize("batch", [1, 64])
def test_of_two_files_for_one_profile_one_is_published_and_the_other_reported(
    slugs: dict[str, str], published: str, batch: int
) -> None:
    files = {path: front(slug=slug) + f"# Krita\n\n## Vorteile\n\n- {path}\n" for path, slug in slugs.items()}
    other = {"tools/gimp.md": FILES["tools/gimp.md"]}
    tables = dataset(files | other, batch)
    assert set(column(listed(tables, "profiles"), "source_path")) == {"tools/gimp.md", published}
    assert set(column(listed(tables, "pros"), "text")) == {"GIMP ist frei", "b", published}
    (lost,) = listed(tables, "diagnostics", rule="profile-id-collision")
    assert lost["severity"] == "error"
    assert [lost["source_path"]] == [path for path in files if path != published]
    assert published in str(lost["message"])
    alone = dataset({published: files[published]} | other)
    for name, table in tables.items():
        if name != "diagnostics":
            assert table.equals(alone[name]), name


def test_three_files_for_one_profile_leave_two_reports() -> None:
    files = {f"{folder}/krita.md": front() + "# Krita\n" for folder in "abc"}
    tables = dataset(files)
    assert column(listed(tables, "diagnostics", rule="profile-id-collision"), "source_path") == [
        "b/krita.md",
        "c/krita.md",
    ]


def test_a_quarantined_copy_is_counted_nowhere() -> None:
    copy = {"tools/kopie.md": front() + BODY.format("Krita")}
    tables = dataset({"tools/krita.md": FILES["tools/krita.md"]} | copy)
    assert set(column(listed(tables, "pros"), "shared_by")) == {1}


def test_one_slug_in_two_locales_is_two_profiles() -> None:
    tables = dataset(FILES)
    assert listed(tables, "diagnostics", rule="profile-id-collision") == []


def test_unreadable_files_are_reported_and_cost_nothing_else() -> None:
    tables = dataset(FILES)
    (empty,) = listed(tables, "diagnostics", rule="file-empty")
    assert (empty["source_path"], empty["profile_id"]) == ("tools/leer.md", None)
    rest = dataset({path: text for path, text in FILES.items() if text})
    for name, table in tables.items():
        if name != "diagnostics":
            assert table.equals(rest[name]), name


def test_diagnostics_are_sorted_by_file_and_line_and_numbered() -> None:
    unreadable = [Unreadable(path, Problem("file-unreadable", values={"detail": "x"})) for path in ("z.md", "a.md")]
    broken = {"tools/b.md": "# B\n\n{{NAME}}\n\n## FAQ\n\nNichts.\n", "tools/a.md": "# A\n"}
    tables = complete(join_parts([]), unreadable)
    assert column(listed(tables, "diagnostics"), "source_path") == ["a.md", "z.md"]
    diagnostics = listed(dataset(broken), "diagnostics")
    places = [(row["source_path"], row["line_start"]) for row in diagnostics]
    assert places == sorted(places)
    assert column(diagnostics, "position") == list(range(1, len(diagnostics) + 1))


def test_no_placeholder_remains() -> None:
    tables = dataset(FILES)
    for name, table in tables.items():
        if "shared_by" in table.column_names:
            assert all(count >= 1 for count in table.column("shared_by").to_pylist()), name
