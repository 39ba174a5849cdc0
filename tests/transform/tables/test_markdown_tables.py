"""Columns of table rows that fixtures/markdown_tables.md does not compare."""

from __future__ import annotations

from steckbrief.transform.options import Options
from tests.transform.support import column, rows


def test_rows_of_a_table_are_items_with_their_own_positions_and_ids() -> None:
    tables = rows(
        "## Features\n\n| Feature |\n|---|\n| Brushes |\n| Layers |\n\n## Pros\n\n|Pros|Cons|\n|-|-|\n|a<br>b|c|\n"
    )
    assert [(row["form"], row["position"]) for row in tables["features"]] == [("item", 1), ("item", 2)]
    assert [(row["form"], row["position"]) for row in tables["pros"]] == [("item", 1), ("item", 2)]
    assert len({row["row_id"] for row in (*tables["features"], *tables["pros"])}) == 4


def test_the_header_may_use_the_sites_own_words() -> None:
    options = Options(headings={"the ledger": "pros_cons", "we like": "pros", "we miss": "cons"})
    body = "## The ledger\n\n| We like | We miss |\n|---|---|\n| speed | layers |\n"
    assert column(rows(body, options=options)["cons"], "text") == ["layers"]
    assert rows(body)["cons"] == []
