"""Markdown gives the expected rows. Editors can read and extend the cases in fixtures/*.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.transform.fixtures import Case, read_cases

FILES = sorted((Path(__file__).parent / "fixtures").glob("*.md"))
CASES = [pytest.param(case, id=f"{case.place} {case.title}") for file in FILES for case in read_cases(file)]


@pytest.mark.parametrize("case", CASES)
def test_markdown_gives_the_expected_rows(case: Case) -> None:
    assert case.actual == case.expected
