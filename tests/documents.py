"""Reads the project's documents for tests: fenced blocks and the outputs shown below them.

Tests run a block if it is code. The page shows its output right below it, in a fence marked `text` or, for SQL, in a
Markdown table. A line of three dots in an output stands for any number of lines.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import duckdb

from steckbrief.schema.tables import TABLES

ROOT = Path(__file__).parent.parent
DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))

CHECKOUT = "/srv/steckbrief"
"""The path of the checkout in the documents."""

_COPIED = (
    "steckbrief",
    "extract",
    "transform",
    "schema",
    "load",
    "pipeline",
    "flows",
    "raw",
    "examples",
    "docs",
    "tools",
    "Makefile",
    "pyproject.toml",
)

_FENCE = re.compile(r"^```(?P<language>\S*)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_OUTPUT = re.compile(r"\s*^```text\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"\s*^(?P<text>(?:\|.*\|\n)+)", re.MULTILINE)
_RELEASE = re.compile(r"\b\d{8}T\d{6}Z(?:-\d+)?\b")
_SECONDS = re.compile(r"\b\d+\.\d s\b")


@dataclass(frozen=True)
class Block:
    """A fenced block: its place, the text before it, its language and text, and the output shown below it, if any."""

    document: Path
    line: int
    before: str
    language: str
    text: str
    output: str

    @property
    def place(self) -> str:
        """The document and line, for the ids and messages of tests."""
        return f"{self.document.relative_to(ROOT).as_posix()}:{self.line}"


def blocks(document: Path) -> list[Block]:
    """Return the fenced blocks of a document, except those that are another block's output."""
    source = document.read_text(encoding="utf-8")
    result: list[Block] = []
    end_of_output = 0
    for fence in _FENCE.finditer(source):
        if fence.start() < end_of_output:
            continue
        output = (_TABLE if fence["language"] == "sql" else _OUTPUT).match(source, fence.end())
        end_of_output = output.end() if output else 0
        line = source.count("\n", 0, fence.start()) + 1
        before, shown = source[: fence.start()], output["text"] if output else ""
        result.append(Block(document, line, before, fence["language"], fence["text"], shown))
    return result


def blocks_in(language: str, *documents: Path) -> list[Block]:
    """Return the blocks of one language in these documents, or in all documents if none is named."""
    return [block for document in documents or DOCUMENTS for block in blocks(document) if block.language == language]


def serves(block: Block) -> bool:
    """Return whether a block needs a Prefect server."""
    return re.search(r"\bprefect |\.serve\(|nightly\.py", block.text) is not None


def makes(block: Block) -> bool:
    """Return whether a block calls make, which sets up the environment that the tests already run in."""
    return block.language == "sh" and block.text.startswith("make ")


def runnable(document: Path) -> list[Block]:
    """Return the blocks to run, in order, because a block may need what an earlier one left behind."""
    code = (block for block in blocks(document) if block.language in ("sh", "python", "sql"))
    return [block for block in code if not serves(block) and not makes(block)]


def prose(document: Path) -> str:
    """Return a document without its fenced blocks."""
    return _FENCE.sub("", document.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Built:
    """One build of raw/ by the command line: its output folder, standard output and standard error."""

    output: Path
    stdout: str
    stderr: str

    @property
    def release(self) -> Path:
        """The folder of the release."""
        return (self.output / "latest").resolve()

    @property
    def summary(self) -> str:
        """The summary that `make build` prints, which says that it ran as a flow."""
        stdout = self.stdout.replace(str(ROOT), CHECKOUT).replace(str(self.output.parent), CHECKOUT)
        return re.sub(r"^Run .*\n", "Run as the Prefect flow build_dataset.\n", stdout, flags=re.MULTILINE)


def build(output: Path) -> Built:
    """Run `steckbrief build raw --direct` into `output` with the default settings."""
    command = [str(Path(sys.executable).with_name("steckbrief")), "build", "raw", "--output", str(output), "--direct"]
    done = subprocess.run(command, cwd=ROOT, env=environment(ROOT), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Built(output, done.stdout, done.stderr)


def copy_checkout(folder: Path, built: Built) -> Path:
    """Copy the checkout to `folder` with the output of `make build`; its .venv links to the one that runs the tests."""
    folder.mkdir()
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, symlinks=True)
        else:
            shutil.copy(ROOT / name, folder / name)
    shutil.copytree(built.output, folder / "output", symlinks=True)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def environment(checkout: Path) -> dict[str, str]:
    """Return the environment for a document's commands: no settings, no server, and a home and code of their own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("STECKBRIEF_", "PREFECT_"))}
    own = {"HOME": str(checkout), "LC_ALL": "C.UTF-8", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    return {**inherited, **own, "PYTHONPATH": str(checkout)}


def run(block: Block, checkout: Path) -> str:
    """Run a block of shell commands, Python or SQL in `checkout`, and return its output."""
    if block.language == "sh":
        return shell(block.text, checkout)
    if block.language == "sql":
        with duckdb.connect(checkout / "output/latest/steckbrief.duckdb", read_only=True) as connection:
            answer = connection.execute(block.text)
            return as_table([column[0] for column in answer.description], answer.fetchall())
    assert block.language == "python", f"{block.place}: a block of language {block.language!r} that nothing runs"
    script = checkout / "block.py"
    script.write_text(block.text, encoding="utf-8")
    printed = StringIO()
    with chdir(checkout), redirect_stdout(printed):
        runpy.run_path(str(script), run_name="__main__")
    return printed.getvalue()


def shell(commands: str, checkout: Path) -> str:
    """Run commands as a person would type them, stop at the first failure, and return their standard output."""
    done = subprocess.run(
        ["sh", "-euc", commands.replace(CHECKOUT, str(checkout))],
        cwd=checkout,
        env=environment(checkout),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
    return done.stdout.replace(str(checkout), CHECKOUT)


def matches(shown: str, printed: str) -> bool:
    """Return whether `printed` equals `shown`, apart from release ids, seconds, and lines replaced by three dots."""
    parts = [re.escape(_settled(part)) for part in re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)]
    return re.fullmatch(r"(?:.*\n)*?".join(parts), _settled(printed)) is not None


def as_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as the Markdown table that a document shows below a query."""
    lines = [columns, ["---"] * len(columns), *([_cell(value) for value in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def glance(release: Path) -> str:
    """Return the overview of all tables in docs/reading-tables.md, with the numbers of rows in `release`."""
    manifest = json.loads((release / "release.json").read_text(encoding="utf-8"))
    lines = ["| table | primary key | what a row is | rows from raw/ |", "| --- | --- | --- | ---: |"]
    lines += [
        f"| {name} | {', '.join(table.primary_key)} | {table.description} | {manifest['tables'][name]['rows']:,} |"
        for name, table in TABLES.items()
    ]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()  # as SQL writes it
    return str(value).replace("\n", " ").replace("|", "\\|")


def _settled(text: str) -> str:
    return _SECONDS.sub("0.0 s", _RELEASE.sub("20260101T000000Z", text))
