"""Every gate at its limit, and the message of a failed gate."""

from __future__ import annotations

import dataclasses

import pytest

from steckbrief.load.gates import FEW, FEW_PROFILES, Earlier, Figures, GateLimits, GateResult, evaluate
from steckbrief.schema import ROW_TABLES, SCHEMA_VERSION
from steckbrief.schema.compatibility import shape_of_declarations

SHAPE = shape_of_declarations()
MISSED = ("tags", "price_models", "front_matter", "sections", "links", *ROW_TABLES)
"""Tables in which fewer rows are a loss."""

ROWS = {"profiles": 1000, **dict.fromkeys(MISSED, 1000)}
EARLIER = Earlier("20261122T041500Z", ROWS, SCHEMA_VERSION, SHAPE)
FIGURES = Figures(ROWS, 0, 1000, 0, 0, SCHEMA_VERSION, SHAPE)


def result(
    gate: str, figures: Figures, earlier: Earlier | None = EARLIER, limits: GateLimits | None = None
) -> GateResult:
    return next(outcome for outcome in evaluate(figures, earlier, limits or GateLimits()) if outcome.gate == gate)


def with_rows(**rows: int) -> Figures:
    return dataclasses.replace(FIGURES, rows={**ROWS, **rows})


def test_a_release_like_the_last_one_passes_every_gate() -> None:
    assert all(outcome.passed for outcome in evaluate(FIGURES, EARLIER, GateLimits()))
    assert len({outcome.gate for outcome in evaluate(FIGURES, EARLIER, GateLimits())}) == 5 + len(MISSED)


@pytest.mark.parametrize(
    ("gate", "figures", "passed"),
    [
        ("minimum-profiles", with_rows(profiles=1), True),
        ("minimum-profiles", with_rows(profiles=0), False),
        ("profiles-lost", dataclasses.replace(FIGURES, profiles_gone=100), True),
        ("profiles-lost", dataclasses.replace(FIGURES, profiles_gone=101), False),
        *((f"rows-lost-{table}", with_rows(**{table: 800}), True) for table in MISSED),
        *((f"rows-lost-{table}", with_rows(**{table: 799}), False) for table in MISSED),
        ("files-with-errors", dataclasses.replace(FIGURES, files_with_errors=200), True),
        ("files-with-errors", dataclasses.replace(FIGURES, files_with_errors=201), False),
        ("unanswered-faqs", dataclasses.replace(FIGURES, unanswered_faqs=500), True),
        ("unanswered-faqs", dataclasses.replace(FIGURES, unanswered_faqs=501), False),
    ],
)
def test_a_gate_passes_at_its_limit_and_fails_beyond_it(gate: str, figures: Figures, passed: bool) -> None:
    assert result(gate, figures).passed is passed
    others = [outcome for outcome in evaluate(figures, EARLIER, GateLimits()) if outcome.gate != gate]
    assert all(outcome.passed for outcome in others if "profiles" not in outcome.gate)


def test_a_small_table_may_lose_a_few_rows_whatever_their_share() -> None:
    small = dataclasses.replace(EARLIER, rows={**ROWS, "pros": FEW, "profiles": FEW_PROFILES})
    assert result("rows-lost-pros", with_rows(pros=1), small).passed
    assert not result("rows-lost-pros", with_rows(pros=0), small).passed
    more = dataclasses.replace(EARLIER, rows={**ROWS, "pros": FEW + 1, "profiles": FEW_PROFILES})
    assert not result("rows-lost-pros", with_rows(pros=1), more).passed
    assert result("profiles-lost", dataclasses.replace(FIGURES, profiles_gone=FEW_PROFILES - 1), small).passed
    assert not result("profiles-lost", dataclasses.replace(FIGURES, profiles_gone=FEW_PROFILES), small).passed


@pytest.mark.parametrize("before", [1, 2, FEW - 1])
def test_losing_all_rows_of_a_table_or_all_profiles_always_fails(before: int) -> None:
    small = dataclasses.replace(EARLIER, rows={**ROWS, "pros": before, "profiles": before})
    none_left = dataclasses.replace(with_rows(pros=0), profiles_gone=before)
    for gate, least in (
        ("rows-lost-pros", GateLimits(rows_lost=0.99)),
        ("profiles-lost", GateLimits(profiles_lost=0.99)),
    ):
        assert not result(gate, none_left, small, least).passed
        assert result(gate, none_left, small, GateLimits(rows_lost=1, profiles_lost=1)).passed


def test_a_table_that_was_empty_has_nothing_to_lose() -> None:
    nothing = dataclasses.replace(EARLIER, rows={**ROWS, "pros": 0})
    assert result("rows-lost-pros", with_rows(pros=0), nothing, GateLimits(rows_lost=0)).passed


@pytest.mark.parametrize(
    ("gate", "figures"),
    [
        ("profiles-lost", dataclasses.replace(FIGURES, profiles_gone=1)),
        ("rows-lost-tags", with_rows(tags=999)),
        ("files-with-errors", dataclasses.replace(FIGURES, files_with_errors=1)),
        ("unanswered-faqs", dataclasses.replace(FIGURES, unanswered_faqs=1)),
    ],
)
def test_a_limit_of_zero_allows_none(gate: str, figures: Figures) -> None:
    none = GateLimits(profiles_lost=0, rows_lost=0, files_with_errors=0, unanswered_faqs=0)
    assert not result(gate, figures, limits=none).passed
    assert result(gate, FIGURES, limits=none).passed


def test_a_small_catalogue_may_have_a_few_errors_and_open_questions_whatever_their_share() -> None:
    small = Figures({**ROWS, "faqs": FEW}, 0, FEW, FEW - 1, FEW - 1, SCHEMA_VERSION, SHAPE)
    assert result("files-with-errors", small).passed
    assert result("unanswered-faqs", small).passed
    more = dataclasses.replace(small, files_with_errors=FEW, unanswered_faqs=FEW)
    assert not result("files-with-errors", more).passed
    assert not result("unanswered-faqs", more).passed


def test_a_first_release_loses_nothing() -> None:
    assert all(outcome.passed for outcome in evaluate(FIGURES, None, GateLimits()))
    assert result("profiles-lost", FIGURES, None).message == "no earlier release"


def test_an_empty_source_has_no_shares() -> None:
    empty = Figures(dict.fromkeys(ROWS, 0), 0, 0, 0, 0, SCHEMA_VERSION, SHAPE)
    assert [outcome.gate for outcome in evaluate(empty, None, GateLimits()) if not outcome.passed] == [
        "minimum-profiles"
    ]


def test_a_failed_gate_names_the_figure_the_limit_and_the_previous_release() -> None:
    found = result("profiles-lost", dataclasses.replace(FIGURES, profiles_gone=500))
    assert (found.found, found.limit) == (0.5, 0.1)
    assert found.message == "500 of 1,000 profiles of release 20261122T041500Z are missing, 50.0% (limit 10.0%)"
    assert found.as_json()["passed"] is False
    found = result("rows-lost-pros", with_rows(pros=500))
    assert found.message == "pros: 500 rows after 1,000 in release 20261122T041500Z, 50.0% lost (limit 20.0%)"


def without(column: str) -> dict[str, dict[str, dict[str, object]]]:
    return {**SHAPE, "pros": {name: value for name, value in SHAPE["pros"].items() if name != column}}


@pytest.mark.parametrize(
    ("before", "after", "versions", "passed"),
    [
        (SHAPE, SHAPE, ("1.0", "1.0"), True),
        (SHAPE, SHAPE, ("1.0", "2.0"), True),
        (without("form"), SHAPE, ("1.0", "1.0"), False),
        (without("form"), SHAPE, ("1.0", "1.1"), True),
        (SHAPE, without("form"), ("1.0", "1.1"), False),
        (SHAPE, without("form"), ("1.9", "2.0"), True),
        (SHAPE, without("form"), ("2.0", "1.0"), False),
        (SHAPE, SHAPE, ("1.1", "1.0"), False),
        (SHAPE, SHAPE, ("2.0", "1.9"), False),
        (SHAPE, SHAPE, ("1.9", "1.10"), True),
    ],
)
def test_a_change_of_shape_requires_its_version(before, after, versions, passed: bool) -> None:
    earlier = dataclasses.replace(EARLIER, shape=before, schema_version=versions[0])
    figures = dataclasses.replace(FIGURES, shape=after, schema_version=versions[1])
    found = result("schema-version", figures, earlier)
    assert found.passed is passed
    assert ("went back" in found.message) is (versions in [("2.0", "1.0"), ("1.1", "1.0"), ("2.0", "1.9")])
