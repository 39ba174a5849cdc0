"""Runs the unit tests of what changed since the last commit, for `make test-changed`.

A change touches a test file if that file changed itself, imports a changed module, mirrors its path
(tests/extract/test_text.py for extract/text.py) or names a changed file that is not a module. A change that nothing
names, such as a fixture, touches the tests in the nearest folder.
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
    if change.suffix == ".py" and change.name != "conftest.py":
        mirror = Path("tests", change.parent, f"test_{change.name}")
        return {test for test, names in tests.items() if module_name(change) in names or test == mirror}
    naming = {test for test in tests if change.name in test.read_text(encoding="utf-8")}
    folder = change if change.parts[0] == "tests" else Path("tests") / change
    nearest = ({test for test in tests if test.parent == parent} for parent in folder.parents)
    return naming or next(filter(None, nearest), set())


def main() -> int:
    """Run the tests and return pytest's exit code, or 0 if no unit test is affected."""
    tests = {test: imported(test) for test in sorted(Path("tests").rglob("test_*.py"))}
    selected = sorted({str(test) for change in changed_files() for test in touched(change, tests)})
    if not selected:
        return 0
    outcome = pytest.main(["--quiet", "-m", "not slow", "--numprocesses", "auto", "--dist", "loadscope", *selected])
    return 0 if outcome == pytest.ExitCode.NO_TESTS_COLLECTED else outcome


if __name__ == "__main__":
    sys.exit(main())
