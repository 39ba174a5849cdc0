"""The recipes of CONTRIBUTING.md, followed in a copy of the checkout, lead to what they promise.

tests/transform/headings/test_languages.py follows the recipe for a language.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.documents import ROOT, Built, blocks, blocks_in, copy_checkout, environment

CONTRIBUTING = ROOT / "CONTRIBUTING.md"

pytestmark = pytest.mark.slow  # every test copies the checkout and builds

PROFILE = """---
title: Krita
slug: krita
---
# Krita

This is a program for all who paint with the mouse and the pen.

## Rolling it out

One at a time.

## Works with

- **Photoshop:** opens PSD files
"""


class Checkout:
    """A copy of the checkout that a contributor edits, with one profile to build."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "few/en").mkdir(parents=True)
        (folder / "few/en/krita.md").write_text(PROFILE, encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        """Write a new file."""
        (self.folder / path).write_text(text, encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace the first `old` in a file, unless the file contains `new` already."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert old in text, f"{path} does not contain {old!r}"
        if new not in text:
            self.write(path, text.replace(old, new, 1))

    def add(self, path: str, lines: str, before: str) -> None:
        """Add lines before the first `before` in a file, unless the file contains them already."""
        if lines not in (self.folder / path).read_text(encoding="utf-8"):
            self.replace(path, before, lines + before)

    def python(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run Python in the checkout and expect an exit code."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=environment(self.folder),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def build(self, *options: str) -> Path:
        """Build the one profile and return the release."""
        self.python("-m", "steckbrief", "build", "few", "--output", "tables", "--direct", *options)
        return (self.folder / "tables/latest").resolve()


@pytest.fixture
def checkout(built: Built, tmp_path: Path) -> Checkout:
    return Checkout(copy_checkout(tmp_path / "checkout", built))


def test_a_heading_gets_the_kind_of_its_phrase(checkout: Checkout) -> None:
    (example,) = (block.text for block in blocks_in("toml", CONTRIBUTING) if "rolling it out" in block.text)
    (kind,) = tomllib.loads(example)["kinds"]
    checkout.replace("transform/headings/vocabulary/en.toml", f"[kinds.{kind}]\n", example)
    explain = ("-m", "steckbrief", "vocabulary", "--json", "--language", "en", "--explain", "Rolling it out")
    explanation = json.loads(checkout.python(*explain).stdout)
    assert (explanation["kind"], explanation["entry"]) == (kind, f"{kind}: phrase 'rolling it out'")


def test_a_rule_is_declared_reported_tested_and_documented(checkout: Checkout) -> None:
    recipe = [
        block for block in blocks(CONTRIBUTING) if block.before.rpartition("\n### ")[2].startswith("Add a rule\n")
    ]
    rule, check, case = (block.text for block in recipe if block.language in ("toml", "py"))
    ((code, declaration),) = tomllib.loads(rule).items()
    shutil.copytree(ROOT / "tests", checkout.folder / "tests")
    checkout.add("transform/checks/rules.toml", rule, "\n# --- between profiles")
    checkout.add("transform/checks/fields.py", check, "\n\ndef _missing_keys")
    checkout.add("tests/transform/checks/rule_cases.py", case, "]\n\nALTERNATIVES")
    checkout.python("-m", "steckbrief.transform.checks.rules_page")
    page = (checkout.folder / "docs/rules.md").read_text(encoding="utf-8")
    assert f"## {code}\n\n{declaration['meaning']} ({declaration['severity']})" in page
    checkout.python("-m", "pytest", "-p", "no:cacheprovider", "-q", "tests/transform/checks")


def test_a_column_is_documented_and_named_until_it_is_declared_and_filled(checkout: Checkout) -> None:
    checkout.replace("schema/tables.py", "profile_id slug locale", "profile_id slug vendor locale")
    undeclared = checkout.python("-m", "steckbrief.schema.row_types", code=1).stderr
    assert "Table profiles has the column 'vendor', which schema/columns.py does not declare" in undeclared
    declaration = '_DECLARED: Final = (\n    _text("vendor", "Company that makes the product.", null=True),'
    checkout.replace("schema/columns.py", "_DECLARED: Final = (", declaration)
    for module in ("row_types", "dictionary"):
        checkout.python("-m", f"steckbrief.schema.{module}")
    page = (checkout.folder / "docs/data-dictionary.md").read_text(encoding="utf-8")
    assert "| `vendor` | string | yes | Company that makes the product. |" in page
    unfilled = checkout.python("-m", "steckbrief", "build", "few", "--output", "tables", "--direct", code=1).stderr
    assert re.search(r"transform/profile\.py.*ProfileRow.*'vendor'", unfilled, re.DOTALL)
    checkout.replace("transform/profile.py", "slug=reading.slug,", 'slug=reading.slug,\n        vendor="KDE",')
    assert pq.read_table(checkout.build() / "profiles.parquet")["vendor"].to_pylist() == ["KDE"]


def test_a_table_for_a_kind_of_section_is_a_declaration_and_words(checkout: Checkout) -> None:
    declaration = """    _items(
        "integrations",
        "One row per integration a profile lists.",
        "integration_count",
        "integrations",
        "other products it works with",
    ),
"""
    checkout.replace("schema/listings.py", "LISTINGS: Final = (\n", "LISTINGS: Final = (\n" + declaration)
    vocabulary = "transform/headings/vocabulary/en.toml"
    checkout.replace(vocabulary, "[kinds.pros]\n", '[kinds.integrations]\nphrases = ["works with"]\n\n[kinds.pros]\n')
    checkout.python("-m", "steckbrief.schema.row_types")
    release = checkout.build()
    assert pq.read_table(release / "integrations.parquet")["name"].to_pylist() == ["Photoshop"]
    assert pq.read_table(release / "profiles.parquet")["integration_count"].to_pylist() == [1]
    assert (checkout.folder / "tables/history/integrations.parquet").is_file()


FORMAT = '''"""Arrow IPC files."""

import pyarrow as pa
from pyarrow import feather

from steckbrief.load.disk import sync_file
from steckbrief.load.formats.format import TableFormat


class Arrow(TableFormat):
    name = "arrow"
    suffix = ".arrow"
    summary = "`<table>.arrow`: the same rows for Arrow."
    reading = "Read it with `pyarrow.feather`."

    def write(self, table: pa.Table, folder, name):
        feather.write_feather(table, self.path(folder, name))
        sync_file(self.path(folder, name))

    def columns(self, folder, name, expected):
        table = feather.read_table(self.path(folder, name))
        for column in table.column_names:
            yield 0, column, table[column]
'''


def test_a_format_is_a_module_and_a_line(checkout: Checkout) -> None:
    checkout.write("load/formats/arrow.py", FORMAT)
    registry = "load/formats/registry.py"
    checkout.replace(registry, "\nPARQUET", "\nfrom steckbrief.load.formats.arrow import Arrow\n\nPARQUET")
    checkout.replace(registry, "    Csv(),\n", "    Csv(),\n    Arrow(),\n")
    release = checkout.build()
    assert (release / "faqs.arrow").is_file()
    assert "arrow" in json.loads((release / "release.json").read_text())["tables"]["faqs"]
    assert "Read it with `pyarrow.feather`." in (release / "README.md").read_text()
    checkout.python("-m", "steckbrief", "verify", "--output", "tables")


PARSER = '''"""A parser that finds no blocks."""

from steckbrief.extract.markdown import commonmark
from steckbrief.extract.markdown.parser import Body

parse_inline = commonmark.parse_inline


def parse_blocks(lines, first_line, limits):
    return Body((), {})
'''


def test_a_markdown_parser_is_a_module_and_a_line(checkout: Checkout) -> None:
    checkout.write("extract/markdown/nothing.py", PARSER)
    package = "extract/markdown/__init__.py"
    checkout.replace(package, "import commonmark\n", "import nothing\n")
    checkout.replace(package, "MarkdownParser] = commonmark", "MarkdownParser] = nothing")
    sections = pq.read_table(checkout.build() / "sections.parquet")
    assert sections["kind"].to_pylist() == ["preamble"]


RUNNER = '''"""A runner that says so."""

import sys

from steckbrief.pipeline.runners.batch import read_batch


def run(batches, workers):
    print("loud runner", file=sys.stderr)
    return map(read_batch, batches)
'''


def test_a_runner_is_a_module_and_a_line(checkout: Checkout) -> None:
    checkout.write("pipeline/runners/loud.py", RUNNER)
    registry = "pipeline/runners/registry.py"
    checkout.replace(registry, "import local, processes\n", "import local, loud, processes\n")
    checkout.replace(registry, '"local": local.run,', '"local": loud.run,')
    done = checkout.python("-m", "steckbrief", "build", "few", "--output", "tables", "--direct")
    assert "loud runner" in done.stderr
