"""README.md: every block of it is run, and what it shows is what comes out."""

from __future__ import annotations

import csv
import json
import os
import re
import socket
import subprocess
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from time import monotonic, sleep

import pytest

from flows.reference import EXIT_MEANINGS
from flows.settings import Settings, load_settings
from load.published import read
from tests.documents import (
    CHECKOUT,
    ROOT,
    Block,
    Built,
    blocks,
    environment,
    glance,
    makes,
    matches,
    prose,
    run,
    runnable,
    serves,
    shell,
)

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCKS = blocks(README)

MAKE = [block for block in BLOCKS if makes(block)]
SERVED = [block for block in BLOCKS if serves(block)]
RUN = runnable(README)
(ACCOUNT,) = (block for block in BLOCKS if re.match(r"\d+ profiles from \d+ files .*/raw\n", block.text))
(FORMULAS,) = (block for block in BLOCKS if "COUNTIFS" in block.text)
CRONTAB = [block for block in BLOCKS if block.language == "crontab"]
TOML = [block for block in BLOCKS if block.language == "toml"]
EXCERPTS = [block for block in BLOCKS if block.language == "markdown"]


def place(block: Block) -> str:
    return block.place


def test_no_block_escapes_the_tests() -> None:
    tested = [*MAKE, *SERVED, *RUN, ACCOUNT, FORMULAS, *CRONTAB, *TOML, *EXCERPTS]
    assert {block.place for block in BLOCKS} == {block.place for block in tested}


@pytest.mark.parametrize("block", RUN, ids=place)
def test_block_runs_and_prints_what_is_shown(block: Block, checkout: Path) -> None:
    printed = run(block, checkout)
    assert not block.output or matches(block.output, printed), f"{block.place} shows\n{block.output}\nnot\n{printed}"


def test_make_commands_are_targets_that_make_knows() -> None:
    commands = [line for block in MAKE for line in block.text.splitlines()]
    assert commands == ["make build", "make test"]
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
    printed = shell(".venv/bin/steckbrief build", checkout)
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
    settings = _settings(TOML[0].text, tmp_path)
    assert settings.model_dump() == {**Settings().model_dump(), "output": tmp_path / "output"}


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
def test_cron_line_builds_with_the_few_variables_cron_sets(block: Block, checkout: Path) -> None:
    *when, command = block.text.strip().split(" ", 5)
    assert all(re.fullmatch(r"\*|\d+", part) for part in when)
    assert "%" not in command  # cron takes it for the end of the command
    before = (checkout / "output/latest").resolve()
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace(CHECKOUT, str(checkout))],
        env={"HOME": str(checkout), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "cron"},
        cwd=checkout.parent,
        check=False,
    )
    assert done.returncode == 0, (checkout / "build.log").read_text()
    assert (checkout / "output/latest").resolve() != before


@pytest.mark.slow
def test_served_flow_is_scheduled_and_builds_as_described(checkout: Path) -> None:
    start, script, serve, trigger = SERVED
    (checkout / "nightly.py").write_text(script.text, encoding="utf-8")
    before = (checkout / "output/latest").resolve()
    port = _free_port()
    with _started(start.text, checkout, port) as server:
        _wait_until(lambda: _answers(port), server)
        with _started(serve.text, checkout, port) as serving:
            _wait_until(lambda: _scheduled(port), server)
            assert {when[11:16] for when in _scheduled(port)} == {"02:15"}
            printed = shell(trigger.text.replace(":4200", f":{port}"), checkout)
            assert "Flow run finished successfully" in printed, serving.read_text()
    assert (checkout / "output/latest").resolve() != before


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _started(commands: str, checkout: Path, port: int) -> Iterator[Path]:
    """Run commands that do not end by themselves, on another port than the usual one; gives the file they write to."""
    log = checkout / f"served-{monotonic()}.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            ["sh", "-euc", commands.replace(":4200", f":{port}")],
            cwd=checkout,
            env={**environment(checkout), "PREFECT_SERVER_API_PORT": str(port)},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield log
        finally:
            os.killpg(process.pid, 15)
            process.wait(60)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def _scheduled(port: int) -> list[str]:
    """When the runs that wait on the server are to start, as ISO times in UTC."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/flow_runs/filter",
        data=json.dumps({"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
        return [run["expected_start_time"] for run in json.load(answer)]


def _wait_until(happened: Callable[[], object], log: Path) -> None:
    end = monotonic() + 120
    while not happened():
        if monotonic() > end:
            pytest.fail(f"not within two minutes:\n{log.read_text()[-3000:]}")
        sleep(0.5)
