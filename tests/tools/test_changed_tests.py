"""`make test-changed` finds the tests that a change touches, and few others."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.changed_tests import changed_files, imported, touched

TESTS = {
    "tests/extract/test_text.py": "import os\n",
    "tests/extract/test_document.py": "from steckbrief.extract import text\n",
    "tests/load/test_release.py": "from steckbrief.load.release import publish\nfrom tests.load import fake\n",
    "tests/test_docs.py": "PAGE = 'architecture.md'\n",
    "tests/transform/test_items.py": "import steckbrief.transform.headings\n",
    "tests/transform/headings/test_classify.py": "import os\n",
}


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with these tests, as the working directory."""
    for name, text in TESTS.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Add tests"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("tests/test_docs.py", ["tests/test_docs.py"]),
        ("extract/text.py", ["tests/extract/test_document.py", "tests/extract/test_text.py"]),
        ("load/release.py", ["tests/load/test_release.py"]),
        ("tests/load/fake.py", ["tests/load/test_release.py"]),
        (
            "transform/headings/__init__.py",
            ["tests/transform/headings/test_classify.py", "tests/transform/test_items.py"],
        ),
        ("pipeline/unknown.py", []),
        ("docs/architecture.md", ["tests/test_docs.py"]),
        ("docs/rows.md", ["tests/test_docs.py"]),
        ("tests/transform/fixtures/items/one.md", ["tests/transform/test_items.py"]),
        ("transform/headings/vocabulary/de.toml", ["tests/transform/headings/test_classify.py"]),
        ("tests/extract/conftest.py", ["tests/extract/test_document.py", "tests/extract/test_text.py"]),
    ],
)
def test_a_change_touches_the_tests_that_mirror_import_or_name_it(change: str, expected: list[str]) -> None:
    tests = {Path(name): imported(Path(name)) for name in TESTS}
    assert sorted(map(str, touched(Path(change), tests))) == expected


def test_staged_unstaged_and_new_files_count_as_changed(repository: Path) -> None:
    (repository / "tests/test_docs.py").write_text("")
    (repository / "staged.py").write_text("")
    subprocess.run(["git", "add", "staged.py"], check=True)
    (repository / "new.py").write_text("")
    assert changed_files() == [Path("new.py"), Path("staged.py"), Path("tests/test_docs.py")]
