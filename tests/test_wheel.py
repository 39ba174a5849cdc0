"""The sdist and the wheel are whole, install next to other packages, and work outside the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.command import table_files
from tests.test_packaging import FOLDERS, ROOT, tracked_files


class Installed(NamedTuple):
    """An environment with the wheel and another package called `schema`."""

    python: Path
    site_packages: Path

    def run(self, *arguments: str | Path, cwd: Path) -> str:
        """Run Python there, without the checkout on its path, and return its output."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "STECKBRIEF_"))}
        command = [str(self.python), *map(str, arguments)]
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout


def pip(*arguments: str | Path, check: bool = True) -> bool:
    """Run the pip of the tests' environment and return whether it succeeded."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, done.stderr
    return done.returncode == 0


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An sdist built from the tracked files only."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("sdist")
    for path in tracked_files():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, source / path)
    for folder in FOLDERS:
        (source / "steckbrief" / folder).symlink_to(f"../{folder}")
    script = "import sys; from hatchling.build import build_sdist; build_sdist(sys.argv[1])"
    subprocess.run([sys.executable, "-c", script, str(target)], cwd=source, check=True, capture_output=True)
    (path,) = target.glob("*.tar.gz")
    return path


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built offline from the sdist."""
    target = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", target, sdist)
    (path,) = target.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel installed beside PyPI's `schema`, with the dependencies of the tests' environment.

    If no index is reachable, a wheel made here with the same package name replaces PyPI's.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    python = folder / "bin/python"
    site_packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    if not pip("--python", python, "install", "--no-deps", "--retries", "0", "schema==0.7.8", check=False):
        pip("--python", python, "install", "--no-deps", "--no-index", stand_in(tmp_path_factory.mktemp("stand_in")))
    pip("--python", python, "install", "--no-deps", "--no-index", wheel)
    return Installed(python, site_packages)


def stand_in(folder: Path) -> Path:
    """Make a wheel with a package called `schema` that contains the one name the tests use."""
    path = folder / "schema-0.7.8-py3-none-any.whl"
    info = "schema-0.7.8.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema/__init__.py", "class Schema:\n    def __init__(self, _: object) -> None: ...\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: schema\nVersion: 0.7.8\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.mark.slow
def test_wheel_contains_the_tracked_files_of_the_packages_below_one_name(wheel: Path) -> None:
    expected = {
        FOLDERS.get(path.parts[0], path.parts[0]) + path.as_posix().removeprefix(path.parts[0])
        for path in tracked_files()
        if path.parts[0] in {*FOLDERS, "steckbrief"}
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected
    assert {"steckbrief/py.typed", "steckbrief/transform/headings/vocabulary/de.toml"} <= names


@pytest.mark.slow
def test_wheel_declares_the_command_the_licence_and_the_supported_pythons(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = next(name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name)
        assert "steckbrief = steckbrief.__main__:main" in archive.read(f"{info}/entry_points.txt").decode()
        assert "MIT License" in archive.read(f"{info}/licenses/LICENSE").decode()
        metadata = archive.read(f"{info}/METADATA").decode()
    assert re.search(r"^Requires-Python: (<3\.14,>=3\.11|>=3\.11,<3\.14)$", metadata, re.MULTILINE)


@pytest.mark.slow
def test_every_module_of_the_installed_wheel_is_imported_from_it(installed: Installed, tmp_path: Path) -> None:
    script = (
        "import importlib, pkgutil, sys, steckbrief;"
        "names = [m.name for m in pkgutil.walk_packages(steckbrief.__path__, 'steckbrief.')];"
        "print(*(f'{name} {importlib.import_module(name).__file__}' for name in names), sep='\\n')"
    )
    modules = dict(line.split(" ", 1) for line in installed.run("-c", script, cwd=tmp_path).splitlines())
    assert {f"steckbrief.{folder}" for folder in FOLDERS} < modules.keys()
    assert all(Path(file).is_relative_to(installed.site_packages) for file in modules.values())


@pytest.mark.slow
def test_installed_command_builds_the_same_tables_outside_the_checkout(
    installed: Installed, release: Path, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "raw", tmp_path / "raw")
    command = installed.python.with_name("steckbrief")
    installed.run(command, "build", "raw", "--output", "output", "--direct", cwd=tmp_path)
    assert table_files(tmp_path / "output/latest") == table_files(release)


@pytest.mark.slow
def test_another_package_called_schema_survives_installation_and_removal(installed: Installed, tmp_path: Path) -> None:
    use = ("-c", "import schema; schema.Schema(int); print(schema.__file__)")
    assert Path(installed.run(*use, cwd=tmp_path).strip()).is_relative_to(installed.site_packages)
    copied = tmp_path / "environment"
    shutil.copytree(installed.python.parents[1], copied, symlinks=True)
    pip("--python", copied / "bin/python", "uninstall", "--yes", "steckbrief")
    removed = Installed(
        copied / "bin/python", copied / installed.site_packages.relative_to(installed.python.parents[1])
    )
    assert not (removed.site_packages / "steckbrief").exists()
    assert Path(removed.run(*use, cwd=tmp_path).strip()).is_relative_to(removed.site_packages)
