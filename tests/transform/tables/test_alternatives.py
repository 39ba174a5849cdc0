"""Columns of alternatives that fixtures/alternatives.md does not compare."""

from __future__ import annotations

from tests.transform.support import table


def test_positions_run_on_and_columns_that_need_other_profiles_have_placeholders() -> None:
    alternatives = table("## Alternativen\n\n- GIMP: frei\n\nDazu kommen:\n\n- Inkscape: Vektoren\n", "alternatives")
    assert [(row["position"], row["match"], row["shared_by"]) for row in alternatives] == [
        (1, "none", 0),
        (2, "none", 0),
    ]
