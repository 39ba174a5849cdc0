"""The recipe for a rule in CONTRIBUTING.md, followed in a copy of the checkout, passes the tests of the rules."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from shutil import copytree

import pytest

from tests.documents import ROOT, blocks, environment

CONTRIBUTING = ROOT / "CONTRIBUTING.md"


def insert(file: Path, lines: str, before: str = "") -> None:
    """Add `lines` to a file, unless somebody has followed the recipe in this checkout already."""
    text = file.read_text(encoding="utf-8")
    if lines not in text:
        head, mark, tail = text.partition(before) if before else (text, "", "")
        assert mark == before, f"{file} does not contain {before!r}"
        file.write_text(head + lines + mark + tail, encoding="utf-8")


def python(checkout: Path, *arguments: str) -> str:
    """Run Python in the checkout and return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout,
        env=environment(checkout),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_rule_is_declared_reported_tested_and_documented(checkout: Path) -> None:
    recipe = [
        block for block in blocks(CONTRIBUTING) if block.before.rpartition("\n### ")[2].startswith("Add a rule\n")
    ]
    rule, check, case = (block.text for block in recipe if block.language in ("toml", "py"))
    ((code, declared),) = tomllib.loads(rule).items()
    copytree(ROOT / "tests", checkout / "tests")
    insert(checkout / "transform/checks/rules.toml", f"\n{rule}")
    insert(checkout / "transform/checks/fields.py", check, before="\n\ndef _missing_keys")
    insert(checkout / "tests/transform/checks/rule_cases.py", case, before="]\n\nALTERNATIVES")
    python(checkout, "-m", "steckbrief.transform.checks.rules_page")
    page = (checkout / "docs/rules.md").read_text(encoding="utf-8")
    assert f"## {code}\n\n{declared['meaning']} ({declared['severity']})" in page
    python(checkout, "-m", "pytest", "-p", "no:cacheprovider", "-q", "tests/transform/checks")
