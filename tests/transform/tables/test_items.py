"""Columns of items that fixtures/items.md does not compare."""

from __future__ import annotations

from steckbrief.transform.templates import shared_key
from tests.transform.support import AnyRow, table


def features(content: str) -> list[AnyRow]:
    return table(f"## Funktionen\n\n{content}", "features")


def test_an_item_row_has_its_place() -> None:
    assert features("- a\n- b\n  more\n\n  and more\n- c\n")[1] | {"row_id": ""} == {
        "profile_id": "de/krita",
        "position": 2,
        "row_id": "",
        "section_position": 1,
        "name": None,
        "description": None,
        "text": "b more and more",
        "form": "item",
        "shared_by": 0,
        "shared_key": shared_key("b more and more"),
        "line_start": 8,
        "line_end": 11,
    }


def test_repeated_texts_are_two_rows_with_two_ids() -> None:
    assert len({row["row_id"] for row in features("- gleich\n- gleich\n")}) == 2


def test_an_item_of_only_spaces_is_not_a_row() -> None:
    assert features("- \n- \n") == []
