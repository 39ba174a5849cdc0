"""What the project declares about itself is true: reasons, lock files, imports, hooks and built packages."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from steckbrief.load.releases.retention import prune
from tests.load import fake

ROOT = Path(__file__).parent.parent
PYPROJECT_TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PYPROJECT: dict[str, Any] = tomllib.loads(PYPROJECT_TEXT)
FOLDERS: dict[str, str] = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["sources"]
RUNTIME: list[str] = PYPROJECT["project"]["dependencies"]
GROUPS: dict[str, list[str]] = PYPROJECT["dependency-groups"]
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-fuzz.lock"]

# Spelled so that this file does not contain what it forbids.
HOSTS = re.compile(r"pypi\.o[r]g|pythonhosted\.o[r]g|registry\.n[p]mjs|deb\.d[e]bian\.org|conda\.a[n]aconda\.org")
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:home|root|Users|work|opt|mnt|private)/[\w.]")


def tracked_files() -> list[Path]:
    """Return the existing files under version control, relative to the root of the repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so nothing says which files belong to the project")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    paths = (Path(name) for name in listed.decode().split("\0") if name)
    return [path for path in paths if (ROOT / path).is_file()]


def blocks(lock: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each requirement of a lock file with the lines that follow it."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    starts = [i for i, line in enumerate(lines) if re.match(r"[a-z0-9]", line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield lines[start].removesuffix("\\").strip(), lines[start + 1 : end]


def locked(lock: str) -> dict[str, Requirement]:
    return {canonicalize_name(r.name): r for r in (Requirement(line) for line, _ in blocks(lock))}


# Reasons


def strings_without_reason(table: str, key: str) -> list[str]:
    """Return the elements of a multi-line array in pyproject.toml without a comment on their line."""
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
def test_every_dependency_rule_and_exception_has_its_reason(table: str, key: str) -> None:
    without = [line for line in strings_without_reason(table, key) if not line.startswith("#")]
    assert without == []


def test_complexity_and_strictness_are_as_promised() -> None:
    assert PYPROJECT["tool"]["ruff"]["lint"]["mccabe"]["max-complexity"] <= 10
    assert PYPROJECT["tool"]["mypy"]["strict"] is True
    assert PYPROJECT["tool"]["importlinter"]["root_package"] == "steckbrief"
    assert "steckbrief" in PYPROJECT["tool"]["mypy"]["files"]


# Dependencies and locks


def test_the_locks_contain_the_build_backend_so_that_the_project_installs_offline() -> None:
    assert set(PYPROJECT["build-system"]["requires"]) <= set(GROUPS["build"])


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_requirement_is_pinned_and_hashed(lock: str) -> None:
    requirements = list(blocks(lock))
    assert requirements
    for requirement, following in requirements:
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
    """Yield the top-level module and line of every import, and whether it is outside of functions."""
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
    """Development dependencies may be imported only inside functions."""
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


def test_every_import_of_a_package_starts_with_steckbrief() -> None:
    """A bare `import extract` works only in a checkout, where it loads modules a second time."""
    bare = [
        f"{path}:{line}: {module}"
        for path in tracked_files()
        if path.suffix == ".py"
        for module, line, _ in imports(ROOT / path)
        if module in FOLDERS
    ]
    assert bare == []


def test_every_folder_of_a_package_is_linked_banned_as_a_bare_import_and_built() -> None:
    links = {link.name: str(link.readlink()) for link in (ROOT / "steckbrief").iterdir() if link.is_symlink()}
    assert links == {folder: f"../{folder}" for folder in FOLDERS}
    assert {folder: f"steckbrief/{folder}" for folder in FOLDERS} == FOLDERS
    build = PYPROJECT["tool"]["hatch"]["build"]
    assert sorted(build["exclude"]) == sorted(f"/steckbrief/{folder}" for folder in FOLDERS)
    assert sorted(build["targets"]["wheel"]["only-include"]) == sorted(["steckbrief", *FOLDERS])
    assert PYPROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"].keys() == FOLDERS.keys()


@pytest.mark.slow
def test_installed_versions_agree_with_each_other() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert checked.returncode == 0, checked.stdout


# The repository


def test_no_tracked_file_names_a_package_host_or_a_machine_path() -> None:
    matches = []
    for path in tracked_files():
        text = (ROOT / path).read_bytes().decode("utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            if HOSTS.search(line) or MACHINE_PATHS.search(line):
                matches.append(f"{path}:{number}: {line.strip()[:120]}")
    assert matches == []


def recipes(target: str) -> list[str]:
    """Return the commands that a make target runs if the environment exists."""
    command = ["make", "--dry-run", "--no-print-directory", target]  # make names the folder if make runs the tests
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [line for line in listed.splitlines() if not line.startswith("tools/environment.sh")]


def test_ci_runs_all_checks_and_all_tests() -> None:
    commands = [line for line in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert commands[0] == "set -euo pipefail"
    assert commands[-2:] == ["make test", "make test-slow"]
    assert recipes("test")[:-1] == [*recipes("lint"), *recipes("types"), *recipes("layers")]
    assert [re.findall(r'-m ("[^"]+"|\w+)$', recipes(target)[-1]) for target in ("test", "test-slow")] == [
        ['"not slow"'],
        ["slow"],
    ]


def test_hooks_run_make_targets_and_fetch_nothing() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert repository["repo"] == "local"
    stages = {hook["entry"]: hook["stages"] for hook in repository["hooks"]}
    before_commit = {f"make {target}": ["pre-commit"] for target in ("lint", "types", "layers", "test-changed")}
    assert stages == {**before_commit, "make test": ["pre-push"]}


# The folder of releases


def test_output_contains_its_readme_and_git_ignores_releases() -> None:
    assert [path for path in tracked_files() if path.parts[0] == "output"] == [Path("output/README.md")]
    ignored = ["output/releases/20260101T000000Z/release.json", "output/latest", "output/.lock"]
    command = ["git", "check-ignore", *ignored, "output/README.md"]
    assert subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split() == ignored


def test_builds_and_prune_leave_the_page_alone(tmp_path: Path) -> None:
    page = shutil.copy(ROOT / "output/README.md", tmp_path)
    fake.publish(tmp_path, fake.rows(1))
    (tmp_path / ".staging-20200101T000000Z").mkdir()
    fake.publish(tmp_path, fake.rows(2))
    assert len(prune(tmp_path, 1).removed) == 1
    assert not (tmp_path / ".staging-20200101T000000Z").exists()
    assert Path(page).read_bytes() == (ROOT / "output/README.md").read_bytes()


def test_make_clean_leaves_output_alone() -> None:
    assert not any("output" in command for command in recipes("clean"))
