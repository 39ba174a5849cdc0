"""Compare the cost of a nightly build, after no and after few changes, with that of a full build.

    python benchmarks/night.py SOURCE [--rounds N] [--share SHARE] [--workers N]

Each round copies the source, builds it in full, builds it again without a change, changes a random share of its files
and builds once more. Then it builds a single profile, the smallest cost of any build. It prints the CPU seconds (user
and system, with children) beyond start-up, and their share of the full build. Start-up means importing the modules of a
build and loading the vocabularies. Compare only ratios within one round, because machines vary from minute to minute.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

START_UP = """
import duckdb, pandas, pyarrow.compute, pyarrow.dataset
import steckbrief.__main__, steckbrief.pipeline.settings.load, steckbrief.summary
from steckbrief.pipeline.run import freeze_imports
from steckbrief.transform.headings.vocabulary import vocabularies
vocabularies()
freeze_imports()
"""
"""What a build does before it reads a profile. freeze_imports is part of it because it makes the end of the process
cheaper, which would otherwise look like a cheaper build."""


def cpu(*command: str | Path) -> float:
    """Run a command and return the CPU seconds that it and its children use. CalledProcessError if it fails."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise subprocess.CalledProcessError(status, [str(word) for word in command])
    return usage.ru_utime + usage.ru_stime


def change(path: Path, chance: random.Random) -> None:
    """Add a sentence, an item or a closing line to a profile, or remove an item."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    items = [number for number, line in enumerate(lines) if line.startswith("- ")] or [len(lines) - 1]
    at, number = chance.choice(items), chance.randrange(10**9)
    match chance.randrange(4):
        case 0:
            lines[at] = f"{lines[at].rstrip()} Neu {number}.\n"
        case 1:
            lines.insert(at, f"- **Neu:** Punkt {number}\n")
        case 2:
            lines.append(f"\nNachtrag {number}.\n")
        case _:
            del lines[at]
    path.write_text("".join(lines), "utf-8")


def profiles(source: Path) -> list[Path]:
    """Return the files that a build reads, in order."""
    return [path for path in sorted(source.rglob("*.md")) if not path.name.startswith(("_", "."))]


def measure(source: Path, share: float, workers: list[str], chance: random.Random) -> dict[str, float]:
    """Run one round and return the CPU seconds of every step."""
    with tempfile.TemporaryDirectory() as folder:
        copy, output, alone = (Path(folder) / name for name in ("raw", "output", "alone"))
        shutil.copytree(source, copy, copy_function=shutil.copyfile)
        build = [sys.executable, "-m", "steckbrief", "build", "--direct", *workers]
        seconds = {"start-up": cpu(sys.executable, "-c", START_UP)}
        seconds["full build"] = cpu(*build, copy, "--output", output)
        seconds["nothing changed"] = cpu(*build, copy, "--output", output)
        files = profiles(copy)
        for path in chance.sample(files, max(round(len(files) * share), 1)):
            change(path, chance)
        seconds[f"{share:.1%} changed"] = cpu(*build, copy, "--output", output)
        alone.mkdir()
        shutil.copyfile(files[0], alone / files[0].name)
        seconds["one profile"] = cpu(*build, alone, "--output", Path(folder) / "single")
        return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--workers", help="number of workers of every build; by default, as the settings say")
    arguments = parser.parse_args()
    workers = ["--workers", arguments.workers] if arguments.workers else []
    print("round  step               CPU s  beyond start-up  share of full")
    for number in range(1, arguments.rounds + 1):
        seconds = measure(arguments.source, arguments.share, workers, random.Random(number))
        start, full = seconds["start-up"], seconds["full build"]
        for step, used in seconds.items():
            share = "" if step == "start-up" else f"{(used - start) / (full - start):14.1%}"
            print(f"{number:>5}  {step:<16} {used:7.2f} {used - start:16.2f} {share}")


if __name__ == "__main__":
    main()
