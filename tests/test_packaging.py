"""What the project declares about itself holds: reasons, locks, data files, and nothing of any one machine."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYPROJECT_TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PYPROJECT: dict[str, Any] = tomllib.loads(PYPROJECT_TEXT)
FOLDERS: dict[str, str] = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
RUNTIME: list[str] = PYPROJECT["project"]["dependencies"]
GROUPS: dict[str, list[str]] = PYPROJECT["dependency-groups"]
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-fuzz.lock"]

# Spelled so that this file does not contain what it forbids.
HOSTS = re.compile(r"pypi\.o[r]g|pythonhosted\.o[r]g|registry\.n[p]mjs|deb\.d[e]bian\.org|conda\.a[n]aconda\.org")
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:home|root|Users|work|opt|mnt|private)/[\w.]")


def tracked_files() -> list[Path]:
    """The files under version control that stand in the folder, relative to it."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files belong to the project cannot be told")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    paths = (Path(name) for name in listed.decode().split("\0") if name)
    return [path for path in paths if (ROOT / path).is_file()]


def blocks(lock: str) -> Iterator[tuple[str, list[str]]]:
    """Each requirement of a lock file with the lines that follow it up to the next."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    starts = [i for i, line in enumerate(lines) if re.match(r"[a-z0-9]", line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield lines[start].removesuffix("\\").strip(), lines[start + 1 : end]


def locked(lock: str) -> dict[str, Requirement]:
    return {canonicalize_name(r.name): r for r in (Requirement(line) for line, _ in blocks(lock))}


# Reasons


def strings_without_reason(table: str, key: str) -> list[str]:
    """The elements of a multi-line array in pyproject.toml that no comment on their line explains."""
    section = re.search(rf"^\[{re.escape(table)}\]\n(.*?)(?=^\[|\Z)", PYPROJECT_TEXT, re.MULTILINE | re.DOTALL)
    assert section, f"no table {table} in pyproject.toml"
    array = re.search(rf"^{re.escape(key)} = \[\n(.*?)^\]", section[1], re.MULTILINE | re.DOTALL)
    assert array, f"no array {key} over several lines in {table}"
    return [line.strip() for line in array[1].splitlines() if not re.search(r'^\s+".+",  # \S+ ?\S+', line)]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("project", "dependencies"),
        ("dependency-groups", "build"),
        ("dependency-groups", "dev"),
        ("dependency-groups", "fuzz"),
        ("tool.ruff.lint", "select"),
        ("tool.ruff.lint", "ignore"),
        ("tool.ruff.lint.per-file-ignores", '"tests/**"'),
        ("tool.mypy", "enable_error_code"),
        ("tool.pytest.ini_options", "addopts"),
        ("tool.pytest.ini_options", "filterwarnings"),
    ],
)
def test_every_dependency_rule_and_exception_says_why(table: str, key: str) -> None:
    without = [line for line in strings_without_reason(table, key) if not line.startswith("#")]
    assert without == []


def test_complexity_and_strictness_are_as_promised() -> None:
    assert PYPROJECT["tool"]["ruff"]["lint"]["mccabe"]["max-complexity"] <= 10
    assert PYPROJECT["tool"]["mypy"]["strict"] is True
    assert PYPROJECT["tool"]["importlinter"]["root_package"] == "steckbrief"
    assert "steckbrief" in PYPROJECT["tool"]["mypy"]["files"]


# Dependencies and locks


def test_the_build_backend_is_locked_with_the_rest() -> None:
    assert GROUPS["build"] == PYPROJECT["build-system"]["requires"]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_requirement_is_pinned_and_hashed(lock: str) -> None:
    found = list(blocks(lock))
    assert found
    for requirement, following in found:
        assert re.fullmatch(r"[a-z0-9._-]+(\[[a-z0-9,._-]+\])?==[\w.+!]+( ; .+)?", requirement)
        hashes = [line for line in following if not line.strip().startswith("#")]
        assert hashes, f"{lock}: {requirement} has no hash"
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in hashes), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_index_host_path_or_option(lock: str) -> None:
    for number, line in enumerate((ROOT / lock).read_text(encoding="utf-8").splitlines(), start=1):
        assert not re.search(r"://|--(?!hash=)|@ |^\s*-e\b|(^|\s|=)[~.]{0,2}/", line), f"{lock}:{number}: {line}"


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", [*RUNTIME, *GROUPS["build"]]),
        ("requirements-dev.lock", [*RUNTIME, *GROUPS["build"], *GROUPS["dev"]]),
        ("requirements-fuzz.lock", GROUPS["fuzz"]),
    ],
)
def test_locks_satisfy_what_pyproject_asks_for(lock: str, wanted: list[str]) -> None:
    pins = locked(lock)
    for requirement in map(Requirement, wanted):
        pin = pins.get(canonicalize_name(requirement.name))
        assert pin, f"{requirement.name} is not in {lock}: run make lock"
        (version,) = (specifier.version for specifier in pin.specifier)
        assert requirement.specifier.contains(version), f"{lock} pins {pin}, pyproject.toml asks {requirement}"


def test_the_test_lock_is_a_superset_with_the_same_versions() -> None:
    run, test = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {name: pin.specifier for name, pin in test.items() if name in run} == {
        name: pin.specifier for name, pin in run.items()
    }


def imports(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Top-level module, line, and whether it is imported with the module itself rather than inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    deferred = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        else:
            continue
        for name in names:
            yield name.partition(".")[0], node.lineno, id(node) not in deferred


def test_every_import_is_a_declared_dependency() -> None:
    """A development dependency may be imported only inside a function, by helpers for readers that have it."""
    distributions = packages_distributions()
    runtime = {canonicalize_name(Requirement(r).name) for r in RUNTIME}
    development = {canonicalize_name(Requirement(r).name) for r in GROUPS["dev"]}
    undeclared = []
    for path in (p for package in (*FOLDERS, "steckbrief") for p in sorted((ROOT / package).rglob("*.py"))):
        for module, line, at_import in imports(path):
            if module in sys.stdlib_module_names or module == "steckbrief":
                continue
            providers = {canonicalize_name(name) for name in distributions.get(module, [module])}
            if not providers & (runtime if at_import else runtime | development):
                undeclared.append(f"{path.relative_to(ROOT)}:{line}: {module}")
    assert undeclared == []


@pytest.mark.slow
def test_installed_versions_agree_with_each_other() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert checked.returncode == 0, checked.stdout


# The repository


def test_no_tracked_file_names_a_package_host_or_a_machine_path() -> None:
    found = []
    for path in tracked_files():
        text = (ROOT / path).read_bytes().decode("utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            if HOSTS.search(line) or MACHINE_PATHS.search(line):
                found.append(f"{path}:{number}: {line.strip()[:120]}")
    assert found == []


def test_hooks_and_ci_run_what_make_test_runs() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    steps = re.search(r"^test: ([a-z -]+?)\s+##", makefile, re.MULTILINE)
    assert steps
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [repo["repo"] for repo in hooks] == ["local"]
    assert [hook["entry"] for hook in hooks[0]["hooks"]] == [f"make {step}" for step in steps[1].split()]
    commands = [line for line in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert commands[0] == "set -euo pipefail"
    assert commands[-1] == "make test"


def test_slow_tests_run_in_ci_too() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r'pytest -m ("[^"]+"|\w+)', makefile) == ['"not slow"', "slow"]


# The wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built offline from nothing but the tracked files."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in tracked_files():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, source / path)
    options = ["--no-build-isolation", "--no-deps", "--no-index", "--disable-pip-version-check"]
    built = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", *options, "--wheel-dir", str(target), "."],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (path,) = target.glob("*.whl")
    return path


@pytest.mark.slow
def test_wheel_holds_every_tracked_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
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
def test_unpacked_wheel_reads_its_data_files_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    profile = tmp_path / "raw" / "sample.md"
    profile.parent.mkdir()
    profile.write_text("---\ntitle: Sample\n---\n\n# Sample\n\n## Vorteile\n\n- Klein\n", encoding="utf-8")
    script = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from steckbrief import __main__ as cli;"
        "assert cli.__file__.startswith(sys.path[0]), cli.__file__; cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "site"), "vocabulary", str(profile.parent)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
