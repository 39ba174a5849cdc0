"""Reading the project's documents as the tests do: fenced blocks, what they promise to print, tables, links.

A block is code that a test runs. What it prints stands right below it: in a fence marked `text`, or, below SQL, in a
Markdown table. A line of three dots in such an output stands for any number of lines.
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
"""Where the documents say the checkout is."""

_COPIED = (
    "steckbrief",
    "extract",
    "transform",
    "schema",
    "load",
    "pipeline",
    "flows",
    "raw",
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
    """A fenced block: where it stands, what stands before it, language, text, and the output shown below ("": none)."""

    document: Path
    line: int
    before: str
    language: str
    text: str
    output: str

    @property
    def place(self) -> str:
        """Where to look when a test on it fails."""
        return f"{self.document.relative_to(ROOT).as_posix()}:{self.line}"


def blocks(document: Path) -> list[Block]:
    """All fenced blocks of a document but those that are another block's output."""
    source = document.read_text(encoding="utf-8")
    found: list[Block] = []
    end_of_output = 0
    for fence in _FENCE.finditer(source):
        if fence.start() < end_of_output:
            continue
        output = (_TABLE if fence["language"] == "sql" else _OUTPUT).match(source, fence.end())
        end_of_output = output.end() if output else 0
        line = source.count("\n", 0, fence.start()) + 1
        before, shown = source[: fence.start()], output["text"] if output else ""
        found.append(Block(document, line, before, fence["language"], fence["text"], shown))
    return found


def blocks_in(language: str, *documents: Path) -> list[Block]:
    """The blocks of one language in these documents, in all of them where none is named."""
    return [block for each in documents or DOCUMENTS for block in blocks(each) if block.language == language]


def serves(block: Block) -> bool:
    """Whether a block starts or needs a server of Prefect; such blocks are run together."""
    return re.search(r"\bprefect |\.serve\(|nightly\.py", block.text) is not None


def makes(block: Block) -> bool:
    """Whether a block is for make, which sets up the environment that the tests already run in."""
    return block.language == "sh" and block.text.startswith("make ")


def runnable(document: Path) -> list[Block]:
    """The blocks that can be run one by one, in order: one may need what another left behind."""
    found = (block for block in blocks(document) if block.language in ("sh", "python", "sql"))
    return [block for block in found if not serves(block) and not makes(block)]


def prose(document: Path) -> str:
    """A document without its fenced blocks."""
    return _FENCE.sub("", document.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Built:
    """One build of raw/ by the command line: its output folder, and what it wrote to each stream."""

    output: Path
    said: str
    remarked: str

    @property
    def release(self) -> Path:
        """The folder of the release."""
        return (self.output / "latest").resolve()

    @property
    def account(self) -> str:
        """What `make build` ends with: the same account, but for the note on how it ran."""
        said = self.said.replace(str(ROOT), CHECKOUT).replace(str(self.output.parent), CHECKOUT)
        return re.sub(r"^Run .*\n", "Run by Prefect as build_dataset.\n", said, flags=re.MULTILINE)


def build(output: Path) -> Built:
    """Run `steckbrief build raw --direct` into `output`, with no settings but the defaults."""
    command = [str(Path(sys.executable).with_name("steckbrief")), "build", "raw", "--output", str(output), "--direct"]
    done = subprocess.run(command, cwd=ROOT, env=environment(ROOT), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Built(output, done.stdout, done.stderr)


def copy_checkout(folder: Path, built: Built) -> Path:
    """Copy the checkout to `folder` as it is after `make build`; its .venv is the one that runs the tests."""
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
    """What a command of a document finds around it: no settings, no server, a home and code of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STECKBRIEF_", "PREFECT_"))}
    own = {"HOME": str(checkout), "LC_ALL": "C.UTF-8", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    return {**kept, **own, "PYTHONPATH": str(checkout)}


def run(block: Block, checkout: Path) -> str:
    """Run a block of shell commands, Python or SQL in `checkout`, and give what it prints."""
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
    """Run commands as a person would type them, stopping at the first that fails; gives their standard output."""
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
    """Whether `printed` is what a document shows, but for release ids, seconds, and lines left out with three dots."""
    parts = [re.escape(_settled(part)) for part in re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)]
    return re.fullmatch(r"(?:.*\n)*?".join(parts), _settled(printed)) is not None


def as_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as the Markdown table that a document shows below a query."""
    lines = [columns, ["---"] * len(columns), *([_cell(value) for value in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def glance(release: Path) -> str:
    """All tables with key, meaning and rows in `release`, as README.md shows them."""
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
