"""tools/environment.sh and tools/uv, run with an interpreter and a uv that only record their calls."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")

# Records every call. `-m venv` and `pip install` copy it into the environment, as python and as uv.
RECORDER = """#!/bin/sh
echo "$(basename "$0") $*" >>"$RECORD"
case "$*" in
    "-m venv --clear .venv") rm -rf .venv && mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    *"pip --disable-pip-version-check install"*) cat >>"$RECORD" && cp "$0" .venv/bin/uv ;;
    *"pip --disable-pip-version-check config list") printf '%s\\n' "$PIP_CONFIG_LIST" ;;
    "pip sync"*) env | grep '^UV_\\|^SSL_CERT' >"$RECORD.env" || true; exit "${SYNC_STATUS:-0}" ;;
esac
"""


class Checkout:
    """A folder with the files that the scripts read and an interpreter that records its calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        (self.folder / "tools").mkdir(parents=True)
        for name in (
            "tools/environment.sh",
            "tools/uv",
            "requirements.lock",
            "requirements-dev.lock",
            "pyproject.toml",
        ):
            shutil.copy(ROOT / name, self.folder / name)
        self.python = folder / "python"
        self.python.write_text(RECORDER)
        self.python.chmod(0o755)
        self.record = folder / "record"

    def make(self, kind: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run the script without settings for pip and uv."""
        self.record.write_text("")
        own = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "SSL_"))}
        return subprocess.run(
            ["sh", "tools/environment.sh", kind],
            cwd=self.folder,
            env={**own, "PYTHON": str(self.python), "RECORD": str(self.record), "PIP_CONFIG_LIST": "", **changes},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[str]:
        """Return the recorded calls of the last run."""
        return self.record.read_text().splitlines()

    def steps(self, kind: str) -> list[str]:
        """Return the steps of a successful run."""
        done = self.make(kind)
        assert done.returncode == 0, done.stderr
        signs = {
            "venv": "python -m venv",
            "uv": "python -m pip --disable-pip-version-check install",
            "run lock": "--compile-bytecode requirements.lock",
            "test lock": "--compile-bytecode requirements-dev.lock",
            "project": "--editable .",
        }
        return [step for step, sign in signs.items() if any(sign in call for call in self.calls())]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def append(path: Path, line: str) -> None:
    path.write_text(path.read_text() + line + "\n")


def test_first_run_makes_the_environment_and_installs_everything(checkout: Checkout) -> None:
    assert checkout.steps("run") == ["venv", "uv", "run lock", "project"]


def test_every_download_is_a_wheel_with_a_known_hash(checkout: Checkout) -> None:
    checkout.steps("test")
    bootstrap, sync, editable = (call for call in checkout.calls() if " install " in call or "pip sync" in call)
    assert all("--require-hashes" in call and "--only-binary :all:" in call for call in (bootstrap, sync))
    assert "--offline" in editable
    assert "--no-build-isolation" in editable


def test_pip_installs_uv_alone_at_the_locked_version(checkout: Checkout) -> None:
    checkout.steps("test")
    requirements = [call for call in checkout.calls() if "==" in call]
    assert [line.partition("==")[0] for line in requirements] == ["uv"]
    assert requirements[0] in (ROOT / "requirements.lock").read_text().splitlines()
    assert any(call.lstrip().startswith("--hash=sha256:") for call in checkout.calls())


@pytest.mark.parametrize("kind", ["run", "test"])
def test_second_run_installs_nothing(checkout: Checkout, kind: str) -> None:
    checkout.steps(kind)
    assert checkout.steps(kind) == []


def test_every_run_compiles_the_bytecode_of_the_project(checkout: Checkout) -> None:
    checkout.steps("run")
    checkout.steps("run")
    assert [call.split()[:4] for call in checkout.calls() if "compileall" in call] == [
        ["python", "-m", "compileall", "-q"]
    ]


def test_build_after_test_installs_nothing(checkout: Checkout) -> None:
    checkout.steps("test")
    assert checkout.steps("run") == []


def test_test_after_build_installs_into_the_same_environment(checkout: Checkout) -> None:
    checkout.steps("run")
    assert checkout.steps("test") == ["uv", "test lock", "project"]


@pytest.mark.parametrize("file", ["requirements-dev.lock", "pyproject.toml"])
def test_changed_lock_or_pyproject_is_installed(checkout: Checkout, file: str) -> None:
    checkout.steps("test")
    append(checkout.folder / file, "# changed")
    assert checkout.steps("test") == ["uv", "test lock", "project"]


def test_failed_installation_is_reported_and_repeated(checkout: Checkout) -> None:
    assert checkout.make("run", SYNC_STATUS="1").returncode != 0
    assert checkout.steps("run") == ["uv", "run lock", "project"]


def test_moved_checkout_gets_a_new_environment(checkout: Checkout) -> None:
    checkout.steps("run")
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))
    assert checkout.steps("run") == ["venv", "uv", "run lock", "project"]


def test_environment_without_its_interpreter_is_made_again(checkout: Checkout) -> None:
    checkout.steps("run")
    (checkout.folder / ".venv/bin/python").unlink()
    assert checkout.steps("run") == ["venv", "uv", "run lock", "project"]


@pytest.mark.parametrize("python", ["false", "no-such-python"])
def test_without_a_suitable_python_the_message_says_what_is_needed(checkout: Checkout, python: str) -> None:
    done = checkout.make("run", PYTHON=python)
    assert done.returncode == 1
    assert f"no suitable Python among: {python}" in done.stderr
    assert "3.11, 3.12 or 3.13" in done.stderr
    assert "make build PYTHON=" in done.stderr
    assert not (checkout.folder / ".venv").exists()


def test_unknown_kind_is_a_usage_error(checkout: Checkout) -> None:
    done = checkout.make("everything")
    assert done.returncode == 2
    assert "usage: tools/environment.sh run|test" in done.stderr


PIP_CONFIG = r""":env:.index-url='https://one.example/simple'
global.cert='/etc/mirror.pem'
global.extra-index-url='https://two.example/simple\nhttps://three.example/simple'
global.find-links='/wheels /more'
global.index-url='https://four.example/simple'"""


def test_uv_uses_the_mirror_and_certificate_that_pip_is_configured_with(checkout: Checkout) -> None:
    """Pip lists its environment variables first (`:env:`), because they take precedence over its files."""
    checkout.make("run", PIP_CONFIG_LIST=PIP_CONFIG)
    settings = Path(f"{checkout.record}.env").read_text().splitlines()
    assert {
        "UV_DEFAULT_INDEX=https://one.example/simple",
        "UV_INDEX=https://two.example/simple https://three.example/simple",
        "UV_FIND_LINKS=/wheels,/more",
        "SSL_CERT_FILE=/etc/mirror.pem",
    } <= set(settings)


def test_settings_of_uv_take_precedence_over_those_of_pip(checkout: Checkout) -> None:
    checkout.make("run", PIP_CONFIG_LIST=PIP_CONFIG, UV_DEFAULT_INDEX="https://five.example/simple")
    assert "UV_DEFAULT_INDEX=https://five.example/simple" in Path(f"{checkout.record}.env").read_text().splitlines()
