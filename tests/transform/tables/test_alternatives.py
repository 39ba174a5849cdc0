"""What a row of an alternative says besides the columns that fixtures/alternatives.md compares."""

from __future__ import annotations

from tests.transform.support import table


def test_positions_run_on_and_values_that_need_other_profiles_are_pending() -> None:
    found = table("## Alternativen\n\n- GIMP: frei\n\nDazu kommen:\n\n- Inkscape: Vektoren\n", "alternatives")
    assert [(row["position"], row["match"], row["shared_by"]) for row in found] == [(1, "none", 0), (2, "none", 0)]
