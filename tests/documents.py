"""Reading the project's documents as the tests do: fenced blocks, what they promise to print, tables, links.

A block is code that a test runs. What it prints stands right below it: in a fence marked `text`, or, below SQL, in a
Markdown table. A line of three dots in such an output stands for any number of lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))

_FENCE = re.compile(r"^```(?P<language>\S*)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_OUTPUT = re.compile(r"\s*^```text\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"\s*^(?P<text>(?:\|.*\|\n)+)", re.MULTILINE)
_RELEASE = re.compile(r"\b\d{8}T\d{6}Z(?:-\d+)?\b")
_SECONDS = re.compile(r"\b\d+\.\d s\b")


@dataclass(frozen=True)
class Block:
    """A fenced block: where it stands, its language, its text, and the output shown below it (None where none is)."""

    document: Path
    line: int
    language: str
    text: str
    output: str | None

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
        found.append(Block(document, line, fence["language"], fence["text"], output["text"] if output else None))
    return found


def blocks_in(language: str, *documents: Path) -> list[Block]:
    """The blocks of one language in these documents, in all of them where none is named."""
    return [block for each in documents or DOCUMENTS for block in blocks(each) if block.language == language]


def prose(document: Path) -> str:
    """A document without its fenced blocks."""
    return _FENCE.sub("", document.read_text(encoding="utf-8"))


def matches(shown: str, printed: str) -> bool:
    """Whether `printed` is what a document shows, but for release ids, seconds, and lines left out with three dots."""
    parts = [re.escape(_settled(part)) for part in re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)]
    return re.fullmatch(r"(?:.*\n)*?".join(parts), _settled(printed)) is not None


def as_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as the Markdown table that a document shows below a query."""
    lines = [columns, ["---"] * len(columns), *([_cell(value) for value in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).replace("\n", " ").replace("|", "\\|")


def _settled(text: str) -> str:
    return _SECONDS.sub("0.0 s", _RELEASE.sub("20260101T000000Z", text))
