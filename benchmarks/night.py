"""What a night costs: builds after no and after few changes, against a full build of the same profiles.

    python benchmarks/night.py SOURCE [--rounds N] [--share SHARE] [--workers N]

Each round copies the source, builds it in full, builds it again without a change, changes a share of its files at
random and builds once more; then it builds one profile alone, which is what every build costs at least. Printed are the
seconds of CPU (user and system, children included) beyond start-up, which is importing what a build imports and loading
the vocabularies, and their share of the full build's. Ratios of one round are what to compare.
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

IMPORTS = "import flows.cli, flows.run, flows.stages, load.release, pandas, duckdb, pyarrow.compute, pyarrow.dataset"
LOADING = (
    f"{IMPORTS}; from steckbrief.transform.headings.vocabulary import vocabularies; vocabularies(); flows.run.settle()"
)
"""What a process does before it looks at a profile. To settle counts as well: it makes the end of a process cheaper,
which would otherwise be taken for cheaper builds."""


def cpu(*command: str | Path) -> float:
    """Seconds of CPU that a command and its children use; CalledProcessError where it fails."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise subprocess.CalledProcessError(status, [str(each) for each in command])
    return usage.ru_utime + usage.ru_stime


def change(path: Path, chance: random.Random) -> None:
    """Add a sentence, an item or a closing line to a profile, or take an item away."""
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
    """The files that a build reads, in order."""
    return [path for path in sorted(source.rglob("*.md")) if not path.name.startswith(("_", "."))]


def measured(source: Path, share: float, workers: list[str], chance: random.Random) -> dict[str, float]:
    """Seconds of CPU by what was done, for one round."""
    with tempfile.TemporaryDirectory() as folder:
        copy, output, alone = (Path(folder) / name for name in ("raw", "output", "alone"))
        shutil.copytree(source, copy, copy_function=shutil.copyfile)
        build = [sys.executable, "-m", "steckbrief.__main__", "build", "--direct", *workers]
        found = {"start-up": cpu(sys.executable, "-c", LOADING)}
        found["full build"] = cpu(*build, copy, "--output", output)
        found["nothing changed"] = cpu(*build, copy, "--output", output)
        files = profiles(copy)
        for path in chance.sample(files, max(round(len(files) * share), 1)):
            change(path, chance)
        found[f"{share:.1%} changed"] = cpu(*build, copy, "--output", output)
        alone.mkdir()
        shutil.copyfile(files[0], alone / files[0].name)
        found["one profile"] = cpu(*build, alone, "--output", Path(folder) / "single")
        return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--workers", help="of every build; as many as the settings say where not given")
    arguments = parser.parse_args()
    workers = ["--workers", arguments.workers] if arguments.workers else []
    print("round  what               CPU s  beyond start-up  share of full")
    for number in range(1, arguments.rounds + 1):
        found = measured(arguments.source, arguments.share, workers, random.Random(number))
        start, full = found["start-up"], found["full build"]
        for name, seconds in found.items():
            share = "" if name == "start-up" else f"{(seconds - start) / (full - start):14.1%}"
            print(f"{number:>5}  {name:<16} {seconds:7.2f} {seconds - start:16.2f} {share}")


if __name__ == "__main__":
    main()
