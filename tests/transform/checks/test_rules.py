"""Every rule is reported on the line that breaks it, and not for a profile that only comes close."""

from __future__ import annotations

import ast
import datetime as dt
import os
import re
import string
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from steckbrief import extract, pipeline, transform
from steckbrief.extract.discovery import discover
from steckbrief.extract.document import read_document
from steckbrief.extract.limits import FileLimits
from steckbrief.extract.model import Unreadable
from steckbrief.schema.values import SEVERITIES
from steckbrief.transform.checks.rules import rules
from steckbrief.transform.dataset import complete
from steckbrief.transform.options import Options
from steckbrief.transform.parts import join_parts
from tests.transform.checks import rule_cases
from tests.transform.checks.rule_cases import Case, Files, one
from tests.transform.support import ENGLISH, FRONT, GERMAN, AnyRow, dataset, front, listed


def aliases(levels: int) -> str:
    """Return a list of ten values, and `levels` lists that each repeat the previous list ten times."""
    names = "abcdefgh"[: levels + 1]
    lines = [f"a: &a [{', '.join('x' * 10)}]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{previous}'] * 10)}]" for previous, name in pairwise(names)]
    return "---\n" + "\n".join(lines) + "\n---\n# Krita\n"


def with_displaced_answer(*, left_over: str) -> dict[str, str]:
    """Return six profiles with a template question; in the last, the question before it has no answer."""
    faq = "## FAQ\n\n{0}**Ist {1} für Teams geeignet?**\n\nDas kommt auf das Team an.\n\n{2}"
    files = {
        f"tools/p{name}.md": front(slug=f"p{name}", title=f"P{name}") + faq.format("", f"P{name}", "")
        for name in "abcde"
    }
    return files | {"tools/krita.md": FRONT + faq.format("**Was kostet Krita?**\n\n", "Krita", left_over)}


CASES = [
    Case(
        "profile-id-collision",
        {"tools/krita.md": FRONT + "# Krita\n", "tools/kopie.md": FRONT + "# Krita\n"},
        1,
        {"tools/krita.md": FRONT + "# Krita\n", "en/tools/krita.md": FRONT + "# Krita\n"},
        path="tools/kopie.md",
    ),
    one("file-empty", "\ufeff \r\n\t\n", 1, "x"),
    one("invalid-utf8", FRONT.encode() + b"# Krita\n\n\xffber\n", 7, FRONT + "# Krita\n\nÿber\n"),
    one("nul-character", FRONT + "# Krita\n\na\0b\n", 7, FRONT + "# Krita\n\na␀b &#0;\n"),
    one("front-matter-missing", "# Krita\n", 1, "\ufeff" + FRONT + "# Krita\n"),
    one(
        "front-matter-unclosed",
        "---\nslug: krita\n\n# Krita\n\nText.\n",
        1,
        "---\nslug: krita\ntitle: Krita\n--- \n# Krita\n",
    ),
    one("front-matter-invalid", front(title="Krita: Malen"), 3, front(title='"Krita: Malen"')),
    one("file-not-text", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), 1, FRONT + "\x1b[1m\ufffd\n"),
    one("front-matter-quoted-twice", front(official_url="\"'https://krita.org'\""), 4, front(official_url="'a''b'")),
    one("front-matter-not-mapping", "---\n- slug\n- krita\n---\n# Krita\n", 1, "---\n'slug': krita\n---\n# Krita\n"),
    one("front-matter-too-large", front(description="a" * 70_000), 1, front(description="a" * 60_000)),
    one("front-matter-too-deep", front(a="[" * 100 + "]" * 100), 1, front(a="[" * 10 + "]" * 10)),
    one("front-matter-too-large-expanded", aliases(levels=5), 1, aliases(levels=2)),
    one(
        "front-matter-duplicate-key",
        "---\nslug: krita\ntitle: K\ntitle: Krita\n---\n",
        4,
        "---\nslug: krita\ntitle: K\nTitle: Krita\n---\n",
    ),
    one("front-matter-wrong-type", front(title="[Krita]"), 3, front(title='"[Krita]"')),
    one(
        "front-matter-swallowed-key", front(price_model="'tags: [a, b]'"), 4, front(description="'Tags: was sie sagen'")
    ),
    one("tags-not-a-list", front(tags="'[a, b]'"), 4, front(tags="[a, b]")),
    one("date-invalid", front(created_at="31.05.2026"), 4, front(created_at="'2026-05-31'")),
    one("slug-missing", "---\ntitle: Krita\n---\n# Krita\n", 1, front(slug="0")),
    one("slug-invalid", front(slug="../krita"), 2, front(slug="k.ri-ta_2")),
    one("title-missing", "---\nslug: krita\n---\n# Krita\n", 1, front(title="0")),
    one("price-model-unknown", front(price_model="Xyzzy"), 4, front(price_model="Freemium / Abo")),
    one("body-empty", FRONT, 4, FRONT + "x"),
    one("placeholder", FRONT + "# Krita\n\n{{ TOOL_NAME }}\n", 7, FRONT + "# Krita\n\n{{ }} {NAME} {{1}} {{}}\n"),
    one(
        "table-too-large",
        FRONT + "|a" * 101 + "|\n" + "|-" * 101 + "|\n",
        5,
        FRONT + "|a" * 100 + "|\n" + "|-" * 100 + "|\n",
    ),
    one("text-too-many-brackets", FRONT + "- " + "[a" * 501 + "\n", 5, FRONT + "- " + "[a" * 500 + "\n"),
    one("nesting-too-deep", FRONT + "> " * 200 + "x\n", 5, FRONT + "> " * 10 + "x\n"),
    one(
        "heading-glued-to-html",
        FRONT + "<figure>\n</figure>\n## Vorteile\n",
        7,
        FRONT + "<figure>\n</figure>\n\n## Vorteile\n",
    ),
    one(
        "heading-ambiguous",
        FRONT + "# Krita\n\n## Kosten und Grenzen\n",
        7,
        FRONT + "# Krita\n\n## Grenzen und Risiken\n",
    ),
    one(
        "container-without-parts",
        FRONT + "## Vorteile und Nachteile\n\n- gut\n",
        5,
        FRONT
        + "## Vorteile und Nachteile\n\nEin Satz.\n\n### Vorteile\n\n- gut\n\n## Pros and Cons\n\n**Pros**\n\n- good\n",
    ),
    one(
        "faq-unanswered",
        FRONT + "## FAQ\n\n**A?**\n\n**B?**\n\nJa.\n",
        7,
        FRONT + "## FAQ\n\n**A?** Ja.\n\n**B?**\nJa.\n",
    ),
    Case(
        "faq-answer-displaced",
        with_displaced_answer(left_over="Krita kostet nichts.\n"),
        7,
        with_displaced_answer(left_over=""),
    ),
    one(
        "faq-without-questions",
        FRONT + "## FAQ\n\nNur ein Satz.\n",
        5,
        FRONT + "## FAQ\n\nEin Satz.\n\n### Ist es frei?\n\nJa.\n",
    ),
    one(
        "alternative-unnamed",
        FRONT + "## Alternativen\n\n- Wer nur Fotos bearbeitet, ist woanders besser aufgehoben.\n",
        7,
        FRONT + "## Alternativen\n\n- GIMP\n\nEin Satz ohne Namen.\n",
    ),
    one(
        "alternative-self",
        FRONT + "## Alternativen\n\n- KRITA: das Original\n",
        7,
        FRONT + "## Alternativen\n\n- Krita Gemini: alt\n",
    ),
    Case(
        "link-dangling",
        {"tools/krita.md": FRONT + "# Krita\n\n[GIMP](/tools/gimp/)\n"},
        7,
        {"tools/krita.md": FRONT + "[GIMP](/tools/gimp/)\n", "tools/gimp.md": front(slug="gimp", title="GIMP") + "x"},
    ),
    Case(
        "language-differs",
        {"en/tools/krita.md": FRONT + GERMAN * 3},
        1,
        {"en/tools/krita.md": FRONT + ENGLISH * 3 + GERMAN, "fr/tools/krita.md": FRONT + "Krita\n"},
        path="en/tools/krita.md",
    ),
    *rule_cases.CASES,
]

TODAY = dt.date(2026, 11, 22)


def findings(files: Files, rule: str) -> list[AnyRow]:
    return listed(dataset(files, options=Options(today=TODAY)), "diagnostics", rule=rule)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_broken_rule_is_reported_once_on_its_line_with_its_severity(case: Case) -> None:
    (row,) = [row for row in findings(case.breaks, case.rule) if row["source_path"] == case.path]
    assert row["line_start"] == case.line
    assert row["severity"] == rules()[case.rule].severity
    assert row["message"]
    assert row["hint"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_profile_that_only_comes_close_is_not_reported(case: Case) -> None:
    assert findings(case.close, case.rule) == []


# Rules about files and folders: (rule, a setup that breaks it, a setup that comes close).
FolderSetup = Callable[[Path], object]


def regular(path: str) -> FolderSetup:
    def write(root: Path) -> None:
        (root / path).write_text(FRONT + "# Krita\n", encoding="utf-8")

    return write


def too_deep(root: Path) -> None:
    """Create a folder whose path is too long for the system, so that nobody can list it, not even root."""
    handle = os.open(root, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=handle)
        deeper = os.open("d" * 250, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = deeper
    os.close(handle)


FOLDER_CASES = [
    ("folder-unreadable", too_deep, lambda root: (root / "folder").mkdir()),
    ("file-name-unusable", regular("a\x07.md"), regular("ä – ©.md")),
    ("not-a-file", lambda root: (root / "x.md").mkdir(), lambda root: (root / "x").mkdir()),
    ("symlink-not-followed", lambda root: (root / "x.md").symlink_to(root), regular("x.md")),
    (
        "file-too-large",
        lambda root: (root / "x.md").write_bytes(b"a" * 101),
        lambda root: (root / "x.md").write_bytes(b"a" * 100),
    ),
]


def folder_rules(root: Path, also: tuple[str, ...] = ()) -> list[object]:
    """Return the rules reported for a folder and the files `also`, with a limit of 100 bytes per file."""
    everything = discover(root)
    read = [read_document(root, path, FileLimits(file_bytes=100)) for path in (*everything.files, *also)]
    unreadable = [*everything.unreadable, *(file for file in read if isinstance(file, Unreadable))]
    return [row["rule"] for row in listed(complete(join_parts([]), unreadable), "diagnostics")]


@pytest.mark.parametrize(("rule", "breaks", "close"), FOLDER_CASES, ids=[case[0] for case in FOLDER_CASES])
def test_a_file_or_folder_that_breaks_a_rule_is_reported_and_one_that_comes_close_is_not(
    rule: str, breaks: FolderSetup, close: FolderSetup, tmp_path: Path
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "fine").mkdir()
    breaks(tmp_path / "broken")
    close(tmp_path / "fine")
    assert folder_rules(tmp_path / "broken") == [rule]
    assert folder_rules(tmp_path / "fine") == []


def test_a_file_that_vanished_is_reported(tmp_path: Path) -> None:
    regular("x.md")(tmp_path)
    assert folder_rules(tmp_path, also=("vanished.md",)) == ["file-unreadable"]
    assert folder_rules(tmp_path) == []


def test_every_registered_rule_is_tested_here() -> None:
    tested = {case.rule for case in CASES} | {case[0] for case in FOLDER_CASES} | {"file-unreadable"}
    # Only a worker measures time: tests/pipeline/test_time_limit.py.
    assert tested | {"file-too-slow"} == set(rules())


CODE = re.compile(r"[a-z]+(?:-[a-z0-9]+)+")
# Functions that take the code of a rule.
REPORTERS = {"Problem", "problem_at_key", "report", "_report", "_problem_at", "_difference"}


def sources() -> list[ast.AST]:
    folders = [Path(str(package.__file__)).parent for package in (extract, transform, pipeline)]
    return [ast.parse(file.read_text(encoding="utf-8")) for folder in folders for file in sorted(folder.rglob("*.py"))]


def test_every_code_in_the_program_is_registered() -> None:
    calls = [node for tree in sources() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    reports = [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) in REPORTERS]
    codes = {
        arg.value
        for call in reports
        for arg in call.args
        if isinstance(arg, ast.Constant) and isinstance(arg.value, str) and CODE.fullmatch(arg.value)
    }
    assert len(codes) > 20
    assert codes <= set(rules())


def test_every_registered_rule_is_used_in_the_program() -> None:
    texts = {node.value for tree in sources() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert set(rules()) <= texts


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.code)
def test_a_rule_has_a_severity_and_texts_without_unknown_values(rule) -> None:
    assert CODE.fullmatch(rule.code) or rule.code.isalpha()
    assert rule.severity in SEVERITIES
    for text in (rule.meaning, rule.message, rule.remedy):
        assert text == text.strip()
        assert "\n" not in text
    assert rule.meaning.endswith(".")
    assert rule.remedy.endswith(".")
    named = {name for _, name, _, _ in string.Formatter().parse(rule.message) if name}
    assert {name for _, name, _, _ in string.Formatter().parse(rule.remedy) if name} <= named | {"slug"}
