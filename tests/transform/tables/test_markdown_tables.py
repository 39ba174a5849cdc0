"""What rows of Markdown tables say besides the columns that fixtures/markdown_tables.md compares."""

from __future__ import annotations

from steckbrief.transform.options import Options
from tests.transform.support import column, rows


def test_rows_of_a_table_are_items_with_positions_and_ids_of_their_own() -> None:
    found = rows(
        "## Features\n\n| Feature |\n|---|\n| Brushes |\n| Layers |\n\n## Pros\n\n|Pros|Cons|\n|-|-|\n|a<br>b|c|\n"
    )
    assert [(row["form"], row["position"]) for row in found["features"]] == [("item", 1), ("item", 2)]
    assert [(row["form"], row["position"]) for row in found["pros"]] == [("item", 1), ("item", 2)]
    assert len({row["row_id"] for row in (*found["features"], *found["pros"])}) == 4


def test_the_header_may_use_the_sites_own_words() -> None:
    options = Options(headings={"the ledger": "pros_cons", "we like": "pros", "we miss": "cons"})
    body = "## The ledger\n\n| We like | We miss |\n|---|---|\n| speed | layers |\n"
    assert column(rows(body, options=options)["cons"], "text") == ["layers"]
    assert rows(body)["cons"] == []
