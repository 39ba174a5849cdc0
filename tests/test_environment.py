"""tools/environment.sh, run with an interpreter that only writes down what it is asked to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Notes every call; makes an environment by copying itself into it, as `python -m venv` would.
RECORDER = """#!/bin/sh
echo "$*" >>"$RECORD"
case "$*" in
    "-m venv --clear .venv") rm -rf .venv && mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
esac
"""


class Checkout:
    """A folder with the files the script reads, and an interpreter that records its calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        (self.folder / "tools").mkdir(parents=True)
        shutil.copy(ROOT / "tools/environment.sh", self.folder / "tools")
        for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
            shutil.copy(ROOT / name, self.folder)
        self.python = folder / "python"
        self.python.write_text(RECORDER)
        self.python.chmod(0o755)
        self.record = folder / "record"

    def make(self, kind: str, python: Path | str | None = None) -> subprocess.CompletedProcess[str]:
        self.record.write_text("")
        env = {**os.environ, "PYTHON": str(python or self.python), "RECORD": str(self.record)}
        return subprocess.run(
            ["sh", "tools/environment.sh", kind],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )

    def steps(self, kind: str) -> list[str]:
        done = self.make(kind)
        assert done.returncode == 0, done.stderr
        calls = self.record.read_text().splitlines()
        steps = {
            "made": any(c.startswith("-m venv") for c in calls),
            "run lock": any(c.endswith("--requirement requirements.lock") for c in calls),
            "test lock": any(c.endswith("--requirement requirements-dev.lock") for c in calls),
            "compiled": any("compileall" in c and ".venv/lib" in c for c in calls),
            "project": any("--editable ." in c for c in calls),
        }
        return [name for name, taken in steps.items() if taken]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def append(path: Path, line: str) -> None:
    path.write_text(path.read_text() + line + "\n")


def test_first_run_makes_installs_and_compiles(checkout: Checkout) -> None:
    assert checkout.steps("run") == ["made", "run lock", "compiled", "project"]


def test_every_install_is_hash_checked_and_resolves_nothing(checkout: Checkout) -> None:
    checkout.steps("test")
    installs = [c for c in checkout.record.read_text().splitlines() if "pip install" in c]
    assert len(installs) == 2
    assert all("--no-deps" in c for c in installs)
    assert "--require-hashes" in installs[0]
    assert "--no-index" in installs[1]


@pytest.mark.parametrize("kind", ["run", "test"])
def test_second_run_installs_nothing(checkout: Checkout, kind: str) -> None:
    checkout.steps(kind)
    assert checkout.steps(kind) == []


def test_build_after_test_installs_nothing(checkout: Checkout) -> None:
    checkout.steps("test")
    assert checkout.steps("run") == []


def test_test_after_build_adds_only_the_tools(checkout: Checkout) -> None:
    checkout.steps("run")
    assert checkout.steps("test") == ["test lock", "compiled"]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_changed_lock_makes_the_environment_afresh(checkout: Checkout, lock: str) -> None:
    checkout.steps("test")
    append(checkout.folder / lock, "another==1.0")
    assert checkout.steps("test") == ["made", "test lock", "compiled", "project"]


def test_lock_that_differs_in_time_and_comments_alone_changes_nothing(checkout: Checkout) -> None:
    checkout.steps("run")
    append(checkout.folder / "requirements.lock", "    # via something else")
    assert checkout.steps("run") == []


def test_changed_pyproject_reinstalls_the_project_alone(checkout: Checkout) -> None:
    checkout.steps("run")
    append(checkout.folder / "pyproject.toml", "[tool.another]")
    assert checkout.steps("run") == ["project"]


def test_interrupted_install_is_completed(checkout: Checkout) -> None:
    checkout.steps("run")
    for stamp in checkout.folder.glob(".venv/stamp-*"):
        stamp.unlink()
    assert checkout.steps("run") == ["run lock", "compiled", "project"]


def test_moved_checkout_makes_the_environment_afresh(checkout: Checkout) -> None:
    checkout.steps("run")
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))
    assert checkout.steps("run") == ["made", "run lock", "compiled", "project"]


def test_vanished_interpreter_makes_the_environment_afresh(checkout: Checkout) -> None:
    checkout.steps("run")
    (checkout.folder / ".venv/bin/python").unlink()
    assert checkout.steps("run") == ["made", "run lock", "compiled", "project"]


@pytest.mark.parametrize("python", ["false", "no-such-python"])
def test_without_a_suitable_python_the_message_says_what_is_needed(checkout: Checkout, python: str) -> None:
    done = checkout.make("run", python)
    assert done.returncode == 1
    assert f"no suitable Python among: {python}" in done.stderr
    assert "3.11, 3.12 or 3.13" in done.stderr
    assert "make build PYTHON=" in done.stderr
    assert not (checkout.folder / ".venv").exists()


def test_unknown_kind_is_refused(checkout: Checkout) -> None:
    done = checkout.make("everything")
    assert done.returncode == 1
    assert "usage: tools/environment.sh run|test" in done.stderr
