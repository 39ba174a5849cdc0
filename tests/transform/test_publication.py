"""Which files become profiles: folder pages and replaced dates do not, and a copy never takes over a profile."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steckbrief.transform.dataset import complete
from steckbrief.transform.options import Options
from steckbrief.transform.parts import Kept, join_parts
from steckbrief.transform.publication import choose_files
from tests.transform.support import AnyRow, column, dataset, front, listed, parts

PLAIN = "---\ntitle: Krita\n---\n# Krita\n\n## Pros\n\n- Fast\n"


def build(
    files: Mapping[str, str], previous_paths: Mapping[str, str] | None = None, options: Options | None = None
) -> dict[str, pa.Table]:
    """Return the tables of files, given the paths of the previous release."""
    joined = join_parts(parts(files, options=options))
    publication = choose_files(joined["profiles"], options or Options(), None, previous_paths)
    return complete(joined, [], options, publication=publication)


def paths(tables: Mapping[str, pa.Table]) -> dict[str, str]:
    """Return profile_id -> source_path."""
    return {row["profile_id"]: row["source_path"] for row in listed(tables, "profiles")}


def test_a_folder_page_is_reported_and_gives_no_row_and_no_other_finding() -> None:
    tables = dataset({"README.md": "# Tools\n\n## Pros\n\n- {{NAME}}\n", "en/tools/krita.md": front() + "x"})
    assert paths(tables) == {"en/krita": "en/tools/krita.md"}
    assert listed(tables, "pros") == []
    assert column(listed(tables, "diagnostics", source_path="README.md"), "rule") == ["folder-page"]


@pytest.mark.parametrize(
    "head",
    [
        "---\nslug: krita\n---\n",
        "---\ntitle: x\n'slug': krita\n---\n",
        "---\nslug: tools\n---\n",
        "---\nid: krita\n---\n",
    ],
)
def test_a_folder_page_that_names_a_slug_is_a_profile(head: str) -> None:
    files = {"tools/index.md": f"{head}x", "tools/gimp.md": front(slug="gimp")}
    assert len(paths(build(files, options=Options(aliases={"id": "slug"})))) == 2


def test_an_empty_slug_names_nothing() -> None:
    files = {"tools/index.md": "---\nslug:\ntitle: x\n---\nx", "tools/gimp.md": front(slug="gimp")}
    assert list(paths(dataset(files))) == ["de/gimp"]


def test_a_link_to_a_folder_page_is_not_dangling() -> None:
    files = {"tools/index.md": "# Tools\n", "tools/krita.md": front() + "[Tools](index.md) [Gone](gone.md)\n"}
    (finding,) = listed(dataset(files), "diagnostics", rule="link-dangling")
    assert "gone.md" in str(finding["message"])


def test_a_copy_in_an_earlier_folder_does_not_take_over_a_profile() -> None:
    original = {"tools/krita.md": front() + "# Krita\n"}
    copied = original | {"archive/krita.md": front(title="Copy") + "# Copy\n"}
    assert paths(build(copied, paths(build(original)))) == {"de/krita": "tools/krita.md"}
    assert column(
        listed(build(copied, paths(build(original))), "diagnostics", rule="profile-id-collision"), "source_path"
    ) == ["archive/krita.md"]
    moved = {"archive/krita.md": copied["archive/krita.md"]}
    assert paths(build(moved, paths(build(original)))) == {"de/krita": "archive/krita.md"}


def test_a_newer_date_replaces_the_file_of_the_previous_release() -> None:
    files = {"2024/05/krita.md": PLAIN, "2024/06/krita.md": PLAIN}
    tables = build(files, {"de/krita": "2024/05/krita.md"})
    assert paths(tables) == {"de/krita": "2024/06/krita.md"}
    assert column(listed(tables, "diagnostics", rule="profile-replaced"), "source_path") == ["2024/05/krita.md"]
    assert listed(tables, "diagnostics", rule="profile-id-collision") == []


def test_the_settings_decide_which_dated_file_is_published_and_where_slugs_come_from() -> None:
    files = {"2023-11-02-krita.md": PLAIN, "2024-05-01-krita.md": front(slug="other")}
    assert paths(build(files, options=Options(slug_from="path", dated_files="oldest"))) == {
        "de/krita": "2023-11-02-krita.md"
    }
    assert set(paths(build(files))) == {"de/krita", "de/other"}
    twins = {"a/fraud.md": PLAIN, "b/fraud.md": PLAIN}
    assert set(paths(build(twins, options=Options(slug_from="full_path")))) == {"de/a-fraud", "de/b-fraud"}


def links_of(body: str, files: Mapping[str, str]) -> list[AnyRow]:
    return listed(dataset({"tools/krita.md": front() + body, **files}), "links", profile_id="de/krita")


@pytest.mark.parametrize(
    ("address", "slug", "target"),
    [
        ("gimp.md", "gimp", "de/gimp"),
        ("./gimp.md#pros", "gimp", "de/gimp"),
        ("../tools/gimp.md?a=b", "gimp", "de/gimp"),
        ("/tools/gimp.md", "gimp", "de/gimp"),
        ("pinta/index.md", "pinta", "de/pinta"),
        ("../en/named.md", "other", "en/other"),
        ("o%CC%88l.md", "öl", "de/öl"),
        ("öl.md", "öl", "de/öl"),
        ("/tools/%C3%B6l/", "öl", "de/öl"),
        ("gone.mdx", "gone", None),
        ("../../outside.md", None, None),
        ("_draft.md", None, None),
        ("gimp.png", None, None),
    ],
)
def test_links_to_files_and_encoded_links_resolve(address: str, slug: str | None, target: str | None) -> None:
    files = {
        "tools/gimp.md": PLAIN,
        "tools/pinta/index.md": PLAIN,
        "en/named.md": front(slug="other"),
        "tools/öl.md": PLAIN,
    }
    (link,) = links_of(f"[x]({address})\n", files)
    assert (link["target_slug"], link["target_profile_id"]) == (slug, target)
    (alternative,) = listed(
        dataset({"tools/krita.md": front() + f"## Alternativen\n\n- [x]({address})\n", **files}), "alternatives"
    )
    assert (alternative["target_slug"], alternative["target_profile_id"]) == (slug, target)


def test_the_table_links_keeps_a_link_into_another_language_as_written() -> None:
    files = {"en/tools/krita.md": front() + "## Alternatives\n\n- [GIMP](/tools/gimp/)\n"}
    files |= {path: front(slug="gimp", title="GIMP") for path in ("tools/gimp.md", "en/tools/gimp.md")}
    tables = dataset(files)
    assert column(listed(tables, "links"), "target_profile_id") == ["de/gimp"]
    assert column(listed(tables, "alternatives"), "target_profile_id") == ["en/gimp"]


PATHS = st.sampled_from(
    [
        "README.md",
        "tools/index.md",
        "tools/krita.md",
        "old/krita.md",
        "tools/krita/index.md",
        "tools/krita/index.de.md",
        "tools/krita/notes.md",
        "2023/krita.md",
        "2024/05/krita.md",
        "2024-05-01-krita.md",
        "en/krita.md",
        "Krita.md",
    ]
)
TEXTS = st.sampled_from([PLAIN, front() + "x", "# Krita\n", front(slug="tools") + "[Krita](../old/krita.md)\n"])
SOURCES = st.dictionaries(PATHS, TEXTS, min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(SOURCES, st.randoms())
def test_the_order_of_files_changes_nothing(files: dict[str, str], random) -> None:
    order = random.sample(range(len(files)), len(files))
    shuffled, tables = dataset(files, batch=2, order=order), dataset(files)
    assert all(shuffled[name].equals(table) for name, table in tables.items())


@settings(max_examples=60, deadline=None)
@given(SOURCES, SOURCES)
def test_an_incremental_build_publishes_the_same_files_as_a_full_one(
    earlier: dict[str, str], files: dict[str, str]
) -> None:
    tables = build(earlier)
    previous_paths = paths(tables)
    numbers = {path: number for number, path in enumerate(sorted(files))}
    unchanged = {
        profile_id: numbers[path] for profile_id, path in previous_paths.items() if files.get(path) == earlier[path]
    }
    changed = sorted(path for path in files if numbers[path] not in unchanged.values())
    part = {
        name: table.set_column(
            table.schema.get_field_index("file"),
            "file",
            pa.array([numbers[changed[number]] for number in table["file"].to_pylist()], pa.int32()),
        )
        for name, table in join_parts(parts({path: files[path] for path in changed})).items()
    }
    kept = Kept(tables, unchanged)
    publication = choose_files(part["profiles"], Options(), kept, previous_paths)
    incremental, full = complete(part, [], None, kept, publication), build(files, previous_paths)
    assert {name: table.to_pylist() for name, table in incremental.items()} == {
        name: table.to_pylist() for name, table in full.items()
    }


@settings(max_examples=60, deadline=None)
@given(SOURCES)
def test_a_source_that_did_not_change_keeps_its_files(files: dict[str, str]) -> None:
    published = paths(build(files))
    assert paths(build(files, published)) == published
