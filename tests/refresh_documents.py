"""Updates the documents: run `python -m tests.refresh_documents`, then read the diff.

It writes the generated pages and replaces every output shown below a block. It leaves outputs with omitted lines (three
dots) alone, because a person chose these lines; the only exception is the summary of a build in README.md.
"""

from __future__ import annotations

import re
import runpy
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from steckbrief.extract.limits import FileLimits
from tests.documents import DOCUMENTS, ROOT, Built, build, copy_checkout, glance, matches, run, runnable

GENERATORS = ("steckbrief.schema.dictionary", "steckbrief.transform.checks.rules_page", "steckbrief.reference")
_HEAD, _TAIL = 4, 4  # lines of the summary that README.md shows: of the diagnostics, and at the end


def main() -> None:
    """Update every document and print the names of those that changed."""
    for module in GENERATORS:
        runpy.run_module(module, run_name="__main__")
    with tempfile.TemporaryDirectory() as folder:
        built = build(Path(folder) / "output")
        checkout = copy_checkout(Path(folder) / "steckbrief", built)
        for document in DOCUMENTS:
            before = document.read_text(encoding="utf-8")
            after = _refreshed(document, before, checkout)
            match document.name:
                case "README.md":
                    after = _with_count(_with_summary(after, built))
                case "reading-tables.md":
                    after = _with_glance(after, built)
                case "your-profiles.md":
                    after = _with_limits(after)
            if after != before:
                document.write_text(after, encoding="utf-8")
                sys.stdout.write(f"{document.relative_to(ROOT)}\n")


def _refreshed(document: Path, text: str, checkout: Path) -> str:
    printed = [(block, run(block, checkout)) for block in runnable(document)]
    for block, new in reversed(printed):
        if block.output and not matches(block.output, new) and "...\n" not in block.output:
            at = text.index(block.output, len(block.before) + len(block.text))
            text = text[:at] + new + text[at + len(block.output) :]
    return text


def _with_glance(text: str, built: Built) -> str:
    table = glance(built.release)
    start = text.index(table.splitlines()[0])
    return text[:start] + table + text[text.index("\n\n", start) + 1 :]


def _with_summary(text: str, built: Built) -> str:
    start = text.index("```text\n") + len("```text\n")
    end = text.index("```\n", start)
    if matches(text[start:end], built.summary):
        return text
    lines = built.summary.splitlines(keepends=True)
    head = lines.index("Diagnostics\n") + _HEAD
    return text[:start] + "".join([*lines[:head], "...\n", *lines[-_TAIL:]]) + text[end:]


def _with_count(text: str) -> str:
    return re.sub(r"They are \d+ demo", f"They are {len(list((ROOT / 'raw').rglob('*.md')))} demo", text)


def _with_limits(text: str) -> str:
    values = "".join(f"{name} = {value:_}\n" for name, value in asdict(FileLimits()).items())
    return re.sub(r"(?m)(^\[limits\].*\n)(?:\w+ = [\d_]+\n)+", lambda match: match[1] + values, text)


if __name__ == "__main__":
    main()
