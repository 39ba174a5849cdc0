"""The version bump that each change of the tables requires, and that the current version was raised as required."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from steckbrief.schema import SCHEMA_VERSION
from steckbrief.schema.compatibility import Bump, bump_made, bump_needed, record, shape_of_declarations, tagged

SHAPE = shape_of_declarations()


def changed(**column: Any) -> dict[str, Any]:
    """Return the shape with other properties of alternatives.match, which is never NULL and has allowed values."""
    after = copy.deepcopy(SHAPE)
    after["alternatives"]["match"] |= column
    return after


def without_table() -> dict[str, Any]:
    return {name: columns for name, columns in SHAPE.items() if name != "templates"}


def without_column() -> dict[str, Any]:
    after = copy.deepcopy(SHAPE)
    del after["pros"]["form"]
    return after


def swapped() -> dict[str, Any]:
    after = copy.deepcopy(SHAPE)
    after["tags"] = dict(reversed(after["tags"].items()))
    return after


MATCHES = list(SHAPE["alternatives"]["match"]["values"])


@pytest.mark.parametrize(
    ("before", "after", "needed"),
    [
        (SHAPE, SHAPE, Bump.NONE),
        (without_column(), SHAPE, Bump.MINOR),
        (without_table(), SHAPE, Bump.MINOR),
        (SHAPE, without_column(), Bump.MAJOR),
        (SHAPE, without_table(), Bump.MAJOR),
        (SHAPE, swapped(), Bump.MAJOR),
        (SHAPE, changed(type="int32"), Bump.MAJOR),
        (SHAPE, changed(nullable=True), Bump.MAJOR),
        (changed(nullable=True), SHAPE, Bump.MINOR),
        (SHAPE, changed(key=True), Bump.MAJOR),
        (SHAPE, changed(values=[*MATCHES, "more"]), Bump.MINOR),
        (SHAPE, changed(values=MATCHES[1:]), Bump.MAJOR),
        (SHAPE, changed(values=[]), Bump.MINOR),
        (changed(values=[]), SHAPE, Bump.MAJOR),
    ],
)
def test_a_change_requires_the_bump_in_the_policy(before, after, needed: Bump) -> None:
    assert bump_needed(before, after) is needed


@pytest.mark.parametrize(
    ("before", "after", "made"),
    [("1.0", "1.0", "none"), ("1.9", "1.10", "minor"), ("1.9", "2.0", "major"), ("2.0", "1.9", "none")],
)
def test_versions_are_compared_number_by_number(before: str, after: str, made: str) -> None:
    assert str(bump_made(before, after)) == made


def test_the_shape_of_a_tagged_version_is_written_once_and_never_again(tmp_path: Path) -> None:
    file = record(tmp_path)
    assert file.name == f"{SCHEMA_VERSION}.json"
    assert json.loads(file.read_text(encoding="utf-8")) == SHAPE
    file.write_text("tagged", encoding="utf-8")
    with pytest.raises(FileExistsError, match="has been tagged, so its shape cannot change"):
        record(tmp_path)
    assert file.read_text(encoding="utf-8") == "tagged"


def test_the_schema_version_was_raised_as_required_since_the_last_tag() -> None:
    version, shape = tagged()
    needed, made = bump_needed(shape, SHAPE), bump_made(version, SCHEMA_VERSION)
    assert made >= needed, (
        f"The tables differ from schema version {version} by a {needed} change: raise SCHEMA_VERSION in"
        " schema/tables.py as docs/schema-policy.md says."
    )
