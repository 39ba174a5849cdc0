"""The example of every rule breaks that rule, and docs/rules.md is current."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from steckbrief.transform.checks.rules import Rule, rules
from steckbrief.transform.checks.rules_page import DOCUMENT, render
from steckbrief.transform.options import Options
from tests.transform.support import FRONT, dataset, listed

_PATH = re.compile(r"^==> (?P<path>\S+) <==\n", re.MULTILINE)


def files(example: str) -> dict[str, str]:
    """Return the files of an example; rules.toml explains the format."""
    texts = _PATH.split(example)
    by_path = dict(zip(texts[1::2], texts[2::2], strict=True)) or {"tools/krita.md": example}
    return {path: text if text.startswith("---") else _with_front_matter(text, path) for path, text in by_path.items()}


def _with_front_matter(text: str, path: str) -> str:
    return FRONT.replace("krita", path.rpartition("/")[2].removesuffix(".md")) + text


def is_run(rule: Rule) -> bool:
    return not rule.example.startswith("$ ") and "..." not in rule.example.splitlines()


@pytest.mark.parametrize("rule", [rule for rule in rules().values() if is_run(rule)], ids=lambda rule: rule.code)
def test_an_example_breaks_its_rule(rule: Rule) -> None:
    example = rule.example
    profiles = {"tools/krita.md": example} if rule.code == "front-matter-missing" else files(example)
    assert listed(dataset(profiles, options=Options(today=dt.date(2026, 11, 22))), "diagnostics", rule=rule.code)


def test_only_commands_and_long_examples_are_not_run() -> None:
    left_out = {rule.code for rule in rules().values() if not is_run(rule) and not rule.example.startswith("$ ")}
    assert left_out == {
        "front-matter-too-large",
        "front-matter-too-large-expanded",
        "faq-answer-displaced",
        "locale-category-differs",
    }


def test_the_page_of_rules_is_current_and_shows_every_example() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render()
    for rule in rules().values():
        assert rule.example.strip() in render()
