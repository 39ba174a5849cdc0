"""How to start the command line, its version, and shell completion."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.command import environment

INSTALLED = str(Path(sys.executable).with_name("steckbrief"))
MODULE = f"{sys.executable} -m steckbrief"


def shell(script: str, home: Path, **changes: str) -> str:
    """Run a script in bash with its own home, and return its output."""
    command = ["bash", "-c", f"{script}; exit $?"]  # with a line left, bash does not replace itself by the command
    env = environment(HOME=str(home), **changes)
    done = subprocess.run(command, cwd=home, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", [INSTALLED, MODULE])
def test_version_is_that_of_the_installed_package(command: str, tmp_path: Path) -> None:
    assert shell(f"{command} --version", tmp_path) == f"steckbrief {version('steckbrief')}\n"


def test_the_module_shows_the_name_of_the_command(tmp_path: Path) -> None:
    assert shell(f"{MODULE} --help", tmp_path).startswith("Usage: steckbrief ")


@pytest.mark.parametrize("command", [INSTALLED, MODULE])
def test_completion_is_shown_for_the_calling_shell(command: str, tmp_path: Path) -> None:
    assert "complete -o default -F _steckbrief_completion steckbrief" in shell(f"{command} --show-completion", tmp_path)


def test_completion_is_installed_for_the_calling_shell(tmp_path: Path) -> None:
    shell(f"{INSTALLED} --install-completion", tmp_path)
    assert ".bash_completions/steckbrief.sh" in (tmp_path / ".bashrc").read_text()
    assert "_steckbrief_completion" in (tmp_path / ".bash_completions/steckbrief.sh").read_text()


def test_a_shell_completes_the_names_of_commands(tmp_path: Path) -> None:
    words = {"COMP_WORDS": "steckbrief ver", "COMP_CWORD": "1", "_STECKBRIEF_COMPLETE": "complete_bash"}
    assert shell(INSTALLED, tmp_path, **words) == "verify\n"
