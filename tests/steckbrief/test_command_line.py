"""The command line: exit codes, output streams, and the files that remain."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from steckbrief.schema.tables import TABLES
from tests.command import (
    COMMAND,
    PROFILE,
    Running,
    environment,
    large_source,
    profiles,
    steckbrief,
    table_files,
    visible,
    write_source,
)

HEAVY = {"pandas", "pyarrow", "prefect", "duckdb", "pydantic_settings", "numpy", "yaml", "markdown_it", "rich"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_source(tmp_path / "profiles", profiles(3))


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"], ["check", "--help"], ["vocabulary", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    script = (
        "import sys\nfrom steckbrief.__main__ import main\n"
        "try: main()\nexcept SystemExit as end: print(end.code, *sorted(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    code, *modules = done.stderr.split()
    assert code == "0"
    assert [module for module in modules if module in HEAVY] == []


def test_a_build_publishes_every_table_and_nothing_else(source: Path, tmp_path: Path) -> None:
    done = steckbrief("build", source, "--output", "out", "--direct", cwd=tmp_path)
    output = tmp_path / "out"
    release = (output / "latest").resolve()
    assert release.parent == output / "releases"
    assert {f"{name}.{kind}" for name in TABLES for kind in ("parquet", "csv")} <= {
        file.name for file in release.iterdir()
    }
    assert {entry.name for entry in output.iterdir()} == {"releases", "latest", "history", ".lock"}
    assert "directly, without Prefect" in done.stdout
    assert str(release) in done.stdout


def test_json_describes_the_build_in_one_document(source: Path, tmp_path: Path) -> None:
    write_source(source, {"_draft.md": "# Draft", "notes.txt": "x", "empty.md": ""})
    done = steckbrief("build", source, "--output", "out", "--direct", "--json", cwd=tmp_path)
    summary = json.loads(done.stdout)
    release = (tmp_path / "out/latest").resolve()
    assert summary["release"] == release.name
    assert Path(summary["path"]) == release
    assert Path(summary["latest"]) == tmp_path / "out/latest"
    assert summary["direct"] is True
    assert (summary["files"], summary["profiles"], summary["quarantined"]) == (4, 3, 1)
    assert (summary["skipped"], summary["other"]) == (1, 1)
    assert summary["rows"] == {name: pq.read_metadata(release / f"{name}.parquet").num_rows for name in TABLES}
    assert summary["bytes"] == sum(len(content.encode()) for content in profiles(3).values())
    assert summary["seconds"] > 0
    diagnostics = {count["rule"]: count for count in summary["diagnostics"]}
    assert diagnostics["file-empty"]["count"] == 1
    assert diagnostics["file-empty"]["examples"][0].startswith("empty.md:1: ")
    read = profiles(3) | {"empty.md": ""}
    lines = [f"{name}\0{hashlib.sha256(text.encode()).hexdigest()}\n" for name, text in read.items()]
    assert json.loads((release / "release.json").read_text())["inputs"] == {
        "found": 4,
        "read": 4,
        "bytes": sum(len(text.encode()) for text in read.values()),
        "other": 1,
        "reused": 0,
        "skipped": 1,
        "excluded": {},
        "quarantined": 1,
        "sha256": hashlib.sha256("".join(sorted(lines)).encode()).hexdigest(),
    }


def test_the_summary_counts_each_rule_and_names_two_places(tmp_path: Path) -> None:
    files = {f"p{n}.md": f"---\ntitle: P{n}\nslug: p{n}\n---\n# P{n}\n\n## FAQ\n\n**Warum?**\n" for n in range(3)}
    source = write_source(tmp_path / "profiles", files)
    lines = steckbrief("build", source, "--direct", cwd=tmp_path).stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if "faq-unanswered" in line)
    assert lines[at].split() == ["3", "warning", "faq-unanswered"]
    assert [line.strip().partition(": ")[0] for line in lines[at + 1 : at + 3]] == ["p0.md:9", "p1.md:9"]
    assert not lines[at + 3].strip().startswith("p2.md")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "nowhere"], "nowhere: no such folder"),
        (["check", "profiles/tools/p0000.md"], "p0000.md: a file, not a folder"),
        (["build", "profiles", "--workers", "0"], "--workers"),
        (["build", "profiles", "--workers", "many"], "--workers"),
        (["build", "profiles", "--config", "missing.toml"], "missing.toml"),
        (["build", "profiles", "--turbo"], "--turbo"),
        (["check", "profiles", "--format", "pdf"], "--format"),
        (["build", ""], "SOURCE': found empty text"),
        (["build", "profiles", "--direct", "--output", ""], "--output' / '-o': found empty text"),
        (["build", "profiles", "--direct", "--config", ""], "--config': found empty text"),
        (["prune", "--output", ""], "--output' / '-o': found empty text"),
        (["bild"], "bild"),
    ],
)
def test_wrong_usage_ends_with_2_and_names_the_mistake(
    arguments: list[str], message: str, source: Path, tmp_path: Path
) -> None:
    done = steckbrief(*arguments, cwd=tmp_path, expect=2)
    assert message in done.stderr
    assert not done.stdout
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no profile in this folder"),
        ({"readme.txt": "x"}, "no profile in this folder"),
        ({"_draft.md": "# Draft"}, "1 Markdown file skipped by name"),
        ({"empty.md": ""}, "empty.md: file-empty"),
    ],
)
def test_a_source_without_a_profile_ends_with_1_and_publishes_nothing(
    files: dict[str, str], message: str, tmp_path: Path
) -> None:
    source = write_source(tmp_path / "profiles", files)
    source.mkdir(exist_ok=True)
    done = steckbrief("build", source, "--output", "out", "--direct", cwd=tmp_path, expect=1)
    assert message in done.stderr
    assert "Nothing was published" in done.stderr
    assert not visible(tmp_path / "out")


@pytest.mark.parametrize("output", ["occupied", "occupied/below"])
def test_an_output_that_is_not_a_folder_ends_with_1(output: str, source: Path, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file")
    done = steckbrief("build", source, "--output", output, "--direct", cwd=tmp_path, expect=1)
    assert "--output" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_failed_build_leaves_the_last_release_unchanged(source: Path, tmp_path: Path) -> None:
    steckbrief("build", source, "--output", "out", "--direct", cwd=tmp_path)
    output = tmp_path / "out"
    before, files = visible(output), table_files((output / "latest").resolve())

    def let_no_file_grow() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run(
        [*COMMAND, "build", str(source), "--output", "out", "--direct", "--force"],
        cwd=tmp_path,
        env=environment(),
        preexec_fn=let_no_file_grow,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert visible(output) == before
    assert table_files((output / "latest").resolve()) == files


def test_a_pipe_gets_lines_and_no_progress_bar(source: Path, tmp_path: Path) -> None:
    done = steckbrief("build", source, "--direct", cwd=tmp_path)
    stages = [line.partition(":")[0] for line in done.stderr.splitlines()]
    assert stages == ["update", "discover", "read", "plan", "extract", "transform", "check", "gate", "publish"]
    assert "\x1b" not in done.stderr + done.stdout
    assert "\r" not in done.stderr + done.stdout


def test_a_terminal_gets_a_progress_bar(source: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "build", str(source), "--direct"],
        cwd=tmp_path,
        env=environment(TERM="xterm-256color"),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
    os.close(ours)
    assert process.returncode == 0, shown
    assert b"\x1b[" in shown
    assert "━".encode() in shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux raises it when the other side has closed
        return b""


def test_no_text_of_a_profile_controls_the_terminal(tmp_path: Path) -> None:
    nasty = "\x1b]0;owned\x07[bold red]\u202etxt\x9b2J"
    profile = f"---\ntitle: {nasty!r}\nslug: x\n---\n# X\n\n## Was {nasty} heißt\n\n## FAQ\n\n**Warum {nasty}?**\n"
    source = write_source(tmp_path / "profiles", {"x.md": profile})
    for command in ("build --direct", "check", "vocabulary"):
        done = steckbrief(*command.split(), source, cwd=tmp_path)
        shown = done.stdout + done.stderr
        assert not set(shown) & {"\x1b", "\x07", "\x9b", "\u202e"}
        assert "[bold red]" in shown


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_build_and_leaves_no_debris(number: signal.Signals, code: int, tmp_path: Path) -> None:
    source = large_source(tmp_path)
    with Running("build", source, "--output", "out", "--direct", "--workers", "2", cwd=tmp_path) as running:
        running.wait_for_line("read:")
        os.killpg(running.process.pid, number)
        returned, out, err = running.end()
    assert (returned, out) == (code, "")
    assert err.splitlines() == [f"stopped by {number.name}; nothing was published."]
    assert not visible(tmp_path / "out")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the workers of a process in /proc")
def test_a_killed_worker_ends_the_build_with_a_remedy(tmp_path: Path) -> None:
    source = large_source(tmp_path)
    with Running("build", source, "--output", "out", "--direct", "--workers", "2", cwd=tmp_path) as running:
        running.wait_for_line("read:")
        pid = running.process.pid
        workers: list[int] = []
        while not workers:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            workers = [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
        os.kill(workers[0], signal.SIGKILL)
        returned, _, err = running.end()
    assert returned == 1
    assert "--workers 1" in err
    assert "Traceback" not in err
    assert not visible(tmp_path / "out")


@pytest.mark.slow
def test_a_second_build_into_the_same_output_is_refused(tmp_path: Path) -> None:
    source = large_source(tmp_path)
    with Running("build", source, "--output", "out", "--direct", "--workers", "1", cwd=tmp_path) as running:
        running.wait_for_line("read:")
        done = steckbrief("build", source, "--output", "out", "--direct", cwd=tmp_path, expect=1)
        assert "another build" in done.stderr
        assert str(running.process.pid) in done.stderr


def test_check_publishes_nothing_and_ends_with_1_only_for_errors(source: Path, tmp_path: Path) -> None:
    fine = steckbrief("check", source, cwd=tmp_path)
    assert fine.stdout == ""
    write_source(source, {"tools/q.md": "---\ntitle: [\n---\n# Q\n"})
    bad = steckbrief("check", source, cwd=tmp_path, expect=1)
    assert any(line.startswith(f"{source}/tools/q.md:") and ": error " in line for line in bad.stdout.splitlines())
    assert {entry.name for entry in tmp_path.iterdir()} == {"profiles"}


def test_check_writes_json_sarif_and_github_annotations(tmp_path: Path) -> None:
    write_source(tmp_path / "profiles", {"a,b: 100%.md": PROFILE.format(title="A", slug="a") + "\n**Und sonst?**\n"})
    as_json = json.loads(steckbrief("check", "profiles", "--format", "json", cwd=tmp_path).stdout)
    assert [(finding["rule"], finding["path"]) for finding in as_json] == [("faq-unanswered", "profiles/a,b: 100%.md")]
    sarif = json.loads(steckbrief("check", "profiles", "--format", "sarif", cwd=tmp_path).stdout)
    result = sarif["runs"][0]["results"][0]
    assert result["ruleId"] == "faq-unanswered"
    assert sarif["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "faq-unanswered"
    github = steckbrief("check", "profiles", "--format", "github", cwd=tmp_path).stdout
    assert github.startswith("::warning file=profiles/a%2Cb%3A 100%25.md,line=")


def test_vocabulary_lists_unknown_headings_by_frequency_and_language(tmp_path: Path) -> None:
    def profile(title: str, heading: str, text: str) -> str:
        return f"---\ntitle: {title}\nslug: {title.lower()}\n---\n# {title}\n\n{text}\n\n## {heading}\n\n{text}\n"

    german = "Das ist ein Programm, mit dem man die Arbeit der Woche planen und mit anderen teilen kann."
    english = "This is a program with which you can plan the work of the week and share it with the others."
    files = {
        "tools/a.md": profile("A", "Zauberei", german),
        "tools/b.md": profile("B", "Zauberei", german),
        "tools/c.md": profile("C", "Zauberei", german),
        "tools/d.md": profile("D", "Gaukelei", german),
        "en/tools/e.md": profile("E", "Wizardry", english),
    }
    source = write_source(tmp_path / "profiles", files)
    lines = [line.split() for line in steckbrief("vocabulary", source, cwd=tmp_path).stdout.splitlines()]
    assert ["3", "other", "Zauberei", "(tools/a.md:9,", "tools/b.md:9)"] in lines
    assert lines.index(["3", "other", "Zauberei", "(tools/a.md:9,", "tools/b.md:9)"]) < lines.index(
        ["1", "other", "Gaukelei", "(tools/d.md:9)"]
    )
    assert ["1", "other", "Wizardry", "(en/tools/e.md:9)"] in lines
    assert {entry.name for entry in tmp_path.iterdir()} == {"profiles"}


def test_commands_that_only_read_accept_a_folder_whose_name_is_not_utf_8(tmp_path: Path) -> None:
    latin = Path(os.fsdecode(bytes(tmp_path) + b"/b\xfcro"))
    write_source(latin / "raw", profiles(1))
    for cwd, source in ((tmp_path, latin / "raw"), (latin, Path("raw"))):
        steckbrief("check", source, cwd=cwd)
        steckbrief("vocabulary", source, cwd=cwd)
    for command in (("verify",), ("diff",), ("prune", "--keep", "1")):
        done = steckbrief(*command, "--output", latin, cwd=tmp_path, expect=2)
        assert "the name of this folder is not UTF-8" in done.stderr
