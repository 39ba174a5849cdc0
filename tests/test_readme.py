"""README.md: every block runs and prints what is shown."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.documents import CHECKOUT, ROOT, Block, Built, blocks, makes, matches, run, runnable, shell

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCKS = blocks(README)

MAKE = [block for block in BLOCKS if makes(block)]
RUN = runnable(README)
(SUMMARY,) = (block for block in BLOCKS if re.match(r"\d+ profiles from \d+ files .*/raw\n", block.text))
CRONTAB = [block for block in BLOCKS if block.language == "crontab"]
EXCERPTS = [block for block in BLOCKS if block.language == "markdown"]


def place(block: Block) -> str:
    return block.place


def test_every_block_is_tested() -> None:
    tested = [*MAKE, *RUN, SUMMARY, *CRONTAB, *EXCERPTS]
    assert {block.place for block in BLOCKS} == {block.place for block in tested}


@pytest.mark.parametrize("block", RUN, ids=place)
def test_block_prints_the_output_shown(block: Block, checkout: Path) -> None:
    printed = run(block, checkout)
    assert not block.output or matches(block.output, printed), f"{block.place} shows\n{block.output}\nnot\n{printed}"


def test_make_commands_are_targets() -> None:
    commands = [line for block in MAKE for line in block.text.splitlines()]
    assert sorted(commands) == ["make build", "make nightly", "make test"]
    for command in commands:
        assert (
            subprocess.run([*command.split(), "--dry-run"], cwd=ROOT, check=False, capture_output=True).returncode == 0
        )


def test_make_build_sets_up_the_environment_and_builds_with_the_defaults() -> None:
    # Without the variables of a make that runs these tests, which would affect this one.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(["make", "-n", "build"], cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["tools/environment.sh run", ".venv/bin/steckbrief build --prefect"]


def test_the_summary_shown_is_that_of_a_direct_build(built: Built) -> None:
    assert matches(SUMMARY.text, built.summary), f"{SUMMARY.place} should show\n{built.summary}"


@pytest.mark.slow
def test_make_build_prints_the_summary_shown(checkout: Path) -> None:
    printed = shell("rm -r output && .venv/bin/steckbrief build --prefect", checkout)
    assert matches(SUMMARY.text, printed), f"{SUMMARY.place} should show\n{printed}"


def test_the_number_of_demo_profiles_is_right() -> None:
    (number,) = re.findall(r"They are (\d+) demo profiles", TEXT)
    assert int(number) == len(list((ROOT / "raw").rglob("*.md")))


@pytest.mark.parametrize("block", EXCERPTS, ids=place)
def test_excerpts_are_in_the_profile_that_the_text_names(block: Block) -> None:
    assert block.text in (ROOT / re.findall(r"\((raw/[\w/.-]+\.md)\)", block.before)[-1]).read_text(encoding="utf-8")


@pytest.mark.parametrize("block", CRONTAB, ids=place)
def test_cron_line_builds_with_the_few_variables_cron_sets_and_prints_only_failures(
    block: Block, checkout: Path
) -> None:
    *when, command = block.text.strip().split(" ", 5)
    assert all(re.fullmatch(r"\*|\d+", part) for part in when)
    assert "%" not in command  # for cron, it ends the command
    before = (checkout / "output/latest").resolve()
    (checkout / "raw" / "neu.md").write_text("# Neu\n\n## Vorteile\n\n- Da\n", encoding="utf-8")

    def night() -> str:
        """Return what cron would mail."""
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
