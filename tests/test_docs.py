"""docs/, CONTRIBUTING.md and CHANGELOG.md: blocks run, generated pages are current, names and links exist."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from steckbrief import reference
from steckbrief.__main__ import app
from steckbrief.schema import dictionary
from steckbrief.schema.listings import LISTINGS
from steckbrief.schema.tables import TABLES
from steckbrief.schema.values import MATCHES, SECTION_KINDS, SEVERITIES
from steckbrief.transform.checks import rules_page
from steckbrief.transform.fields import KEYS
from tests.documents import (
    DOCUMENTS,
    ROOT,
    Block,
    blocks,
    blocks_in,
    makes,
    matches,
    prose,
    run,
    runnable,
    serves,
)

ROWS = ROOT / "docs/rows.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
README = ROOT / "README.md"
COMMANDS = getattr(get_command(app), "commands", {})
BESIDES_README = [document for document in DOCUMENTS if document != README]
GENERATED = [dictionary, rules_page, reference]
RUN = [block for document in BESIDES_README for block in runnable(document)]
_PACKAGE_PATH = re.compile(
    r"(?:\./)?(?:extract|transform|schema|load|pipeline|flows|tests|docs|tools|raw|\.ci)/[\w./-]*"
)


def name(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def place(block: Block) -> str:
    return block.place


# --- blocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", RUN, ids=place)
def test_block_prints_the_output_shown(block: Block, checkout: Path) -> None:
    printed = run(block, checkout)
    assert not block.output or matches(block.output, printed), f"{block.place} shows\n{block.output}\nnot\n{printed}"


def test_every_block_is_in_a_language_that_tests_check() -> None:
    known = {"sh", "python", "py", "sql", "markdown", "toml", "text"}  # py: lines of a recipe, added to a module
    by_hand = [document for document in BESIDES_README if document != rules_page.DOCUMENT]  # its examples: transform
    assert {block.place for doc in by_hand for block in blocks(doc) if block.language not in known} == set()
    assert not any(serves(block) for block in RUN)


@pytest.mark.parametrize("block", [block for block in blocks_in("sh") if makes(block)], ids=place)
def test_make_commands_are_targets(block: Block) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert [line.removeprefix("make ") for line in block.text.splitlines() if line.split()[1] not in targets] == []


@pytest.mark.parametrize("block", blocks_in("markdown", ROWS), ids=place)
def test_excerpts_are_in_the_profile_that_the_text_names(block: Block) -> None:
    profile = re.findall(r"\(\.\./(raw/[\w/.-]+\.md)\)", block.before)[-1]
    assert block.text in (ROOT / profile).read_text(encoding="utf-8")


# --- generated pages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", GENERATED, ids=lambda page: page.__name__)
def test_generated_page_is_what_its_module_writes(page) -> None:
    written = page.DOCUMENT.read_text(encoding="utf-8")
    assert written == page.render(), f"{name(page.DOCUMENT)} is stale: python -m {page.__name__}"


def test_rules_page_explains_every_severity_and_rule() -> None:
    page = prose(rules_page.DOCUMENT)
    declared = tomllib.loads((ROOT / "transform/checks/rules.toml").read_text(encoding="utf-8"))
    assert re.findall(r"^## ([a-z][a-z0-9-]+)$", page, re.MULTILINE) == list(declared)
    assert all(f"**{severity}**" in page for severity in SEVERITIES)


def test_command_page_shows_every_command_with_every_option() -> None:
    page = reference.render()
    for command, declared in COMMANDS.items():
        section = page.split(f"## steckbrief {command}\n")[1].split("\n## ")[0]
        options = [option for parameter in declared.params for option in parameter.opts if option.startswith("-")]
        assert options
        assert all(re.search(rf"(?<!\S){option}\b", section) for option in options), (command, options)


def test_every_limit_has_its_reason() -> None:
    rows = [line for line in reference.render().splitlines() if line.startswith("| `limits.")]
    assert rows
    assert all(len(row.split(" | ")[-1]) > len("a few words |") for row in rows)


# --- names -----------------------------------------------------------------------------------------------------------


def _code(document: Path) -> Iterator[str]:
    """Yield the lines of a document's shell blocks and its inline code."""
    for block in blocks_in("sh", document):
        yield from block.text.splitlines()
    yield from re.findall(r"`([^`\n]+)`", prose(document))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_commands_and_options_named_exist(document: Path) -> None:
    everywhere = {option for command in COMMANDS.values() for parameter in command.params for option in parameter.opts}
    for code in _code(document):
        called = re.search(r"(?:^|/|(?<!-u) )steckbrief ([a-z]+)(.*)", code)  # not the user of `sudo -u`
        if called:
            assert called[1] in COMMANDS, code
            options = {option for parameter in COMMANDS[called[1]].params for option in parameter.opts}
            assert set(re.findall(r"(?<!\S)--[a-z-]+", called[2])) <= options, code
        elif re.match(r"--[a-z]", code):
            assert code.split()[0] in everywhere, code


def test_readme_names_every_command() -> None:
    code = "\n".join(_code(README))
    assert all(f"steckbrief {command}" in code for command in COMMANDS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_files_named_in_the_text_exist(document: Path) -> None:
    named = [code for code in _code(document) if _PACKAGE_PATH.fullmatch(code)]
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_to_files_and_headings_that_exist(document: Path) -> None:
    broken = []
    for target in re.findall(r"(?<!\\)\]\(([^)\s]+)\)", prose(document)):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = document.parent / path if path else document
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            broken.append(target)
    assert broken == []


def _anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, in the form that code hosts use."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", sorted({*DOCUMENTS} - {page.DOCUMENT for page in GENERATED}), ids=name)
def test_lines_of_prose_fit_on_a_screen(document: Path) -> None:
    assert [line for line in prose(document).splitlines() if len(line) > 120 and not line.startswith("|")] == []


# --- what the pages say ----------------------------------------------------------------------------------------------


def test_rows_page_explains_every_table() -> None:
    headings = ", ".join(re.findall(r"^## (.+)$", ROWS.read_text(encoding="utf-8"), re.MULTILINE))
    assert [table for table in TABLES if not re.search(rf"\b{table}\b", headings)] == []


def test_rows_page_names_the_front_matter_keys_of_every_column() -> None:
    shown = dict(re.findall(r"^\| (\w+) \| (`.+) \|$", ROWS.read_text(encoding="utf-8"), re.MULTILINE))
    for column, keys in KEYS.items():
        if column in TABLES["profiles"].column_names and column != "locale":
            assert tuple(re.findall(r"`(\w+)`", shown[column])) == keys, column
    text = ROWS.read_text(encoding="utf-8")
    assert "front-matter key " + " or ".join(f"`{key}`" for key in KEYS["locale"]) in text


def test_rows_page_names_the_kinds_that_the_tables_are_read_from() -> None:
    shown = dict(re.findall(r"^\| (\w+) \| (`[a-z_`, ]+) \|$", ROWS.read_text(encoding="utf-8"), re.MULTILINE))
    for listing in LISTINGS:
        kinds = re.findall(r"`(\w+)`", shown[listing.name])
        assert listing.kind in kinds
        assert set(kinds) <= set(SECTION_KINDS)


def test_rows_page_explains_every_match() -> None:
    shown = re.findall(
        r"^\| `(\w+)` \| [^`\n]*(?:`title`|`slug`)?[^`\n]* \|$", ROWS.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert shown == ["link", "title", "slug", "title_other_locale", "slug_other_locale", "none"] == list(MATCHES)


def test_changelog_has_its_format_and_the_version_of_the_package() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (unreleased|\d{4}-\d{2}-\d{2})$", text, re.MULTILINE)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert releases[0][0] == version
    assert text.count("\n## ") == len(releases)
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= kinds
