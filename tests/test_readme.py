"""README.md: every block of it is run, and what it shows is what comes out."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from steckbrief.load.releases.published import read
from steckbrief.pipeline.operator_settings import OperatorSettings
from steckbrief.pipeline.settings import Settings, load_settings
from steckbrief.pipeline.site_settings import SiteSettings
from steckbrief.reference import EXIT_MEANINGS
from tests.documents import CHECKOUT, ROOT, Block, Built, blocks, glance, makes, matches, prose, run, runnable, shell

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCKS = blocks(README)

MAKE = [block for block in BLOCKS if makes(block)]
RUN = runnable(README)
(ACCOUNT,) = (block for block in BLOCKS if re.match(r"\d+ profiles from \d+ files .*/raw\n", block.text))
(FORMULAS,) = (block for block in BLOCKS if "COUNTIFS" in block.text)
CRONTAB = [block for block in BLOCKS if block.language == "crontab"]
TOML = [block for block in BLOCKS if block.language == "toml"]
EXCERPTS = [block for block in BLOCKS if block.language == "markdown"]


def place(block: Block) -> str:
    return block.place


def test_no_block_escapes_the_tests() -> None:
    tested = [*MAKE, *RUN, ACCOUNT, FORMULAS, *CRONTAB, *TOML, *EXCERPTS]
    assert {block.place for block in BLOCKS} == {block.place for block in tested}


@pytest.mark.parametrize("block", RUN, ids=place)
def test_block_runs_and_prints_what_is_shown(block: Block, checkout: Path) -> None:
    printed = run(block, checkout)
    assert not block.output or matches(block.output, printed), f"{block.place} shows\n{block.output}\nnot\n{printed}"


def test_make_commands_are_targets_that_make_knows() -> None:
    commands = [line for block in MAKE for line in block.text.splitlines()]
    assert sorted(commands) == ["make build", "make nightly", "make test"]
    for command in commands:
        assert (
            subprocess.run([*command.split(), "--dry-run"], cwd=ROOT, check=False, capture_output=True).returncode == 0
        )


def test_make_build_sets_up_the_environment_and_builds_with_the_defaults() -> None:
    # Without the variables by which a make that runs these tests would steer this one.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(["make", "-n", "build"], cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["tools/environment.sh run", ".venv/bin/steckbrief build"]


def test_the_account_shown_is_that_of_a_build_of_raw(built: Built) -> None:
    assert matches(ACCOUNT.text, built.account), f"{ACCOUNT.place} should show\n{built.account}"


@pytest.mark.slow
def test_make_build_prints_the_account_shown(checkout: Path) -> None:
    printed = shell("rm -r output && .venv/bin/steckbrief build", checkout)
    assert matches(ACCOUNT.text, printed), f"{ACCOUNT.place} should show\n{printed}"


def test_raw_holds_as_many_profiles_as_it_says() -> None:
    (said,) = re.findall(r"They are (\d+) demo profiles", TEXT)
    assert int(said) == len(list((ROOT / "raw").rglob("*.md")))


@pytest.mark.parametrize("block", EXCERPTS, ids=place)
def test_profile_lines_shown_stand_in_the_profile_named(block: Block) -> None:
    assert block.text in (ROOT / re.findall(r"\((raw/[\w/.-]+\.md)\)", block.before)[-1]).read_text(encoding="utf-8")


def test_tables_at_a_glance_are_the_declared_ones_with_the_rows_of_raw(release: Path) -> None:
    assert glance(release) in TEXT


def test_exit_codes_are_the_declared_ones() -> None:
    shown = re.findall(r"^\| (\d+) \| (.+) \|$", TEXT, re.MULTILINE)
    assert [(int(code), meaning) for code, meaning in shown] == list(EXIT_MEANINGS.items())


def test_settings_shown_as_defaults_are_the_defaults(tmp_path: Path) -> None:
    site, _, operator = TOML
    assert _settings(site.text, tmp_path).model_dump() == Settings().model_dump()
    settings = _settings(operator.text, tmp_path)
    assert settings.model_dump() == {**Settings().model_dump(), "output": tmp_path / "output"}


def test_examples_of_site_files_have_only_settings_of_the_site() -> None:
    *site, operator = TOML
    assert all(tomllib.loads(block.text).keys() <= SiteSettings.model_fields.keys() for block in site)
    assert tomllib.loads(operator.text).keys() <= OperatorSettings.model_fields.keys()


def test_every_setting_is_shown_and_every_example_is_valid(tmp_path: Path) -> None:
    shown: dict[str, object] = {}
    for block in TOML:
        text = re.sub(r"^# (\w+ = )", r"\1", block.text, flags=re.MULTILINE)
        _settings(text, tmp_path)
        shown |= tomllib.loads(text)
    assert shown.keys() == Settings.model_fields.keys()
    assert shown["limits"] == Settings().limits.model_dump()  # type: ignore[attr-defined]


def _settings(text: str, folder: Path) -> Settings:
    file = folder / "steckbrief.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(folder, file, {})


def test_variables_named_in_the_text_are_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = set(re.findall(r"STECKBRIEF_\w+", prose(README)))
    assert named
    for variable in named:
        monkeypatch.setenv(variable, "en" if "LOCALE" in variable else "9")
    settings = load_settings(tmp_path, None, {})
    assert settings != Settings.model_construct()


def test_spreadsheet_formulas_count_what_the_text_says(release: Path) -> None:
    with (release / "faqs.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    said = re.search(r"They give (\d+) and (\d+)", TEXT)
    assert said
    assert [_countifs(formula, [header, *rows]) for formula in FORMULAS.text.split()] == [int(n) for n in said.groups()]
    columns = {letter: header[ord(letter) - ord("A")] for letter in re.findall(r"([A-Z]):\1", FORMULAS.text)}
    assert columns == {"A": "profile_id", "I": "shared_by", "F": "answer"}


def _countifs(formula: str, rows: list[list[str]]) -> int:
    """COUNTIFS as spreadsheets define it, for criteria with a wildcard, "<number" and "<>"."""
    arguments = re.fullmatch(r"=COUNTIFS\((.*)\)", formula)
    assert arguments
    given = arguments[1].split(",")
    criteria = [(ord(a[0]) - ord("A"), wanted.strip('"')) for a, wanted in zip(given[::2], given[1::2], strict=True)]
    return sum(all(_meets(row[column], wanted) for column, wanted in criteria) for row in rows)


def _meets(cell: str, wanted: str) -> bool:
    if wanted == "<>":
        return cell != ""
    if wanted.startswith("<"):
        return cell.isdigit() and int(cell) < int(wanted[1:])
    return fnmatchcase(cell, wanted)


def test_front_matter_is_always_among_the_neutralised_cells(release: Path) -> None:
    manifest = read(release).manifest
    with (release / "profiles.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [row["front_matter_raw"] for row in csv.DictReader(file)]
    assert all(cell.startswith(("'---", "'\ufeff---", "\ufeff---")) for cell in cells)
    assert manifest["tables"]["profiles"]["neutralised_cells"] >= len([c for c in cells if c.startswith("'")]) > 0


@pytest.mark.parametrize("block", CRONTAB, ids=place)
def test_cron_line_builds_with_the_few_variables_cron_sets_and_prints_only_failures(
    block: Block, checkout: Path
) -> None:
    *when, command = block.text.strip().split(" ", 5)
    assert all(re.fullmatch(r"\*|\d+", part) for part in when)
    assert "%" not in command  # cron takes it for the end of the command
    before = (checkout / "output/latest").resolve()
    (checkout / "raw" / "neu.md").write_text("# Neu\n\n## Vorteile\n\n- Da\n", encoding="utf-8")

    def night() -> str:
        """What cron would mail."""
        done = subprocess.run(
            ["/bin/sh", "-c", command.replace(CHECKOUT, str(checkout))],
            env={"HOME": str(checkout), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "cron"},
            cwd=checkout.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    assert night() == ""
    published = (checkout / "output/latest").resolve()
    assert published != before
    (checkout / "raw").rename(checkout / "away")
    try:
        assert "raw" in night()
    finally:
        (checkout / "away").rename(checkout / "raw")
    assert (checkout / "output/latest").resolve() == published
