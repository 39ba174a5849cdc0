"""frictionless validates datapackage.json and every CSV file, keys and foreign keys included."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of frictionless's own dependencies, on import
    import frictionless

from steckbrief import schema
from steckbrief.load.formats.csv import Csv
from steckbrief.load.release import Release
from tests.load import fake

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def folder(release: Release, tmp_path: Path) -> Path:
    """A copy of the release that a test may damage, without hashes, so that validation does not stop at them."""
    copied = tmp_path / "release"
    shutil.copytree(release.path, copied)
    package = json.loads((copied / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        del resource["hash"], resource["bytes"]
    (copied / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    return copied


def errors(folder: Path) -> list[tuple[str, str]]:
    """Type and resource of every error frictionless reports; package errors have the resource ""."""
    report = frictionless.validate(folder / "datapackage.json")
    general = [(error.type, "") for error in report.errors]
    return general + [(error.type, task.name) for task in report.tasks for error in task.errors]


def test_a_release_is_a_valid_data_package_with_hashes_and_keys(release):
    package = frictionless.Package(release.path / "datapackage.json")
    assert [resource.name for resource in package.resources] == list(schema.TABLES)
    assert package.get_resource("features").schema.primary_key == ["profile_id", "position"]
    assert len(package.get_resource("alternatives").schema.foreign_keys) == 3
    assert errors(release.path) == []


def test_texts_that_look_like_something_else_are_valid(output):
    made = fake.rows(2)
    texts = ['a "quoted", text', "two\r\nlines", "=1+1", "007", "nan", "\ufeff", " ", "1.5"]
    for row, text in zip(made["features"], texts, strict=False):
        row["text"] = text
    assert errors(fake.publish(output, made).path) == []


def _replace(folder: Path, name: str, old: str, new: str) -> None:
    path = Csv().path(folder, name)
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    ("name", "old", "new", "error"),
    [
        ("tags", '"de/product-00003",2,', '"de/gone",2,', "foreign-key"),
        ("tags", '"de/product-00003",2,', '"de/product-00003",1,', "primary-key"),
        ("tags", '"de/product-00003",2,', '"de/product-00003",,', "constraint-error"),
        ("tags", '"de/product-00003",2,', '"de/product-00003",two,', "type-error"),
        ("price_models", '"freemium"', '"cheap"', "constraint-error"),
        ("features", '"text"', '"txt"', "incorrect-label"),
    ],
)
def test_what_breaks_the_description_is_found(folder, name, old, new, error):
    _replace(folder, name, old, new)
    assert (error, name) in errors(folder)


def test_a_changed_byte_breaks_the_hash(release, tmp_path):
    copied = tmp_path / "release"
    shutil.copytree(release.path, copied)
    with Csv().path(copied, "tags").open("ab") as file:
        file.write(b'"de/product-00003",99,"new"\r\n')
    assert {("hash-count", "tags"), ("byte-count", "tags")} <= set(errors(copied))
