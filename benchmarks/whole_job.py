"""Compare the cost of a whole build (--direct) with that of merely parsing the same Markdown.

    python benchmarks/whole_job.py SOURCE [--rounds N] [--workers N]

Each round runs both in separate processes, one after the other, and prints their user CPU, wall time and peak memory,
and the ratio of their CPU. Compare only ratios within one round, because machines vary from minute to minute.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

# This cuts off front matter without our own code, so that the yardstick does not change with it.
BARE_PARSE = r"""
import re, sys
from pathlib import Path
from markdown_it import MarkdownIt
parser = MarkdownIt("commonmark")
for path in sorted(Path(sys.argv[1]).rglob("*.md")):
    if not path.name.startswith(("_", ".")):
        parser.parse(re.sub(r"\A---\r?\n.*?^---\r?\n", "", path.read_text("utf-8", "replace"), flags=re.S | re.M))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a process with its children: seconds of user CPU, seconds of wall time, megabytes at its peak."""

    cpu: float
    wall: float
    memory: float


def run(*command: str | Path) -> Cost:
    """Run a command and measure it. CalledProcessError if it fails."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise subprocess.CalledProcessError(status, [str(word) for word in command])
    return Cost(usage.ru_utime, time.monotonic() - start, usage.ru_maxrss / 1024)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", default="1")
    arguments = parser.parse_args()
    print("round      step        CPU s   wall s   peak MB   CPU ratio")
    for number in range(1, arguments.rounds + 1):
        bare = run(sys.executable, "-c", BARE_PARSE, arguments.source)
        with tempfile.TemporaryDirectory() as output:
            steckbrief = [sys.executable, "-m", "steckbrief", "build", arguments.source, "--direct"]
            job = run(*steckbrief, "--output", output, "--workers", arguments.workers)
        for name, cost in (("bare parse", bare), ("whole job", job)):
            print(
                f"{number:>5}  {name:<12} {cost.cpu:8.2f} {cost.wall:8.2f} {cost.memory:9.0f}"
                f" {cost.cpu / bare.cpu:11.2f}"
            )


if __name__ == "__main__":
    main()
