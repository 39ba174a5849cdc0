"""Runs the unit tests and doctests of what changed since the last commit, for `make test-changed`.

A changed test touches itself. Any other change touches the test files that

- import the changed module, or name the changed file if it is not a module,
- mirror its path or that of a folder it is in: tests/extract/test_text.py for extract/text.py, tests/test_docs.py for
  docs/rows.md,
- are in the folder that mirrors its sub-package: tests/transform/tables/ for transform/tables/items.py,
- are in the nearest folder, if the change is below tests/ and nothing imports it, such as a fixture.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest


def changed_files() -> list[Path]:
    """Return the files that differ from the last commit, whether staged, unstaged or new."""
    listings = (["diff", "--name-only", "-z", "HEAD"], ["ls-files", "--others", "--exclude-standard", "-z"])
    outputs = [subprocess.run(["git", *arguments], check=True, capture_output=True).stdout for arguments in listings]
    return sorted({Path(name) for output in outputs for name in output.decode().split("\0") if name})


def module_name(path: Path) -> str:
    """Return the name under which a file is imported.

    >>> module_name(Path("extract/text.py")), module_name(Path("steckbrief/__init__.py"))
    ('steckbrief.extract.text', 'steckbrief')
    """
    parts = path.with_suffix("").parts
    if parts[0] not in {"steckbrief", "tests", "fuzz"}:
        parts = ("steckbrief", *parts)
    return ".".join(parts).removesuffix(".__init__")


def imported(test: Path) -> set[str]:
    """Return the names of the modules that a file imports, and of what it imports from them."""
    names = set()
    for node in ast.walk(ast.parse(test.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def touched(change: Path, tests: dict[Path, set[str]]) -> set[Path]:
    """Return the test files that one changed file touches.

    Args:
        change: path of the changed file.
        tests: every test file with the names it imports.
    """
    if change in tests:
        return {change}
    is_module = change.suffix == ".py" and change.name != "conftest.py"
    if is_module:
        selected = {test for test, names in tests.items() if module_name(change) in names}
    else:
        selected = {test for test in tests if change.name in test.read_text(encoding="utf-8")}
    if change.parts[0] == "tests":
        nearest = ({test for test in tests if test.parent == folder} for folder in change.parents)
        return selected if is_module else selected | next(filter(None, nearest), set())
    mirrors = {Path("tests", path.parent, f"test_{path.stem.lower()}.py") for path in (change, *change.parents)}
    package = Path("tests", *change.parts[:2])
    return selected | {test for test in tests if test in mirrors or test.parent == package}


def doctests(change: Path) -> set[Path]:
    """The changed module under the name it is imported by, for its doctests; nothing for other files.

    >>> doctests(Path("tools/changed_tests.py")), doctests(Path("docs/rows.md"))
    ({PosixPath('tools/changed_tests.py')}, set())
    """
    module = change if change.parts[0] in {"steckbrief", "tools"} else Path("steckbrief", change)
    return {module} if change.suffix == ".py" and module.is_file() else set()


def main() -> int:
    """Run the tests and return pytest's exit code, or 0 if no unit test is affected."""
    tests = {test: imported(test) for test in sorted(Path("tests").rglob("test_*.py"))}
    selected = {path for change in changed_files() for path in touched(change, tests) | doctests(change)}
    if not selected:
        return 0
    # In one process, because a second one takes longer to start than most changes take to test.
    outcome = pytest.main(["--quiet", "-m", "not slow", *map(str, sorted(selected))])
    return 0 if outcome == pytest.ExitCode.NO_TESTS_COLLECTED else outcome


if __name__ == "__main__":
    sys.exit(main())
