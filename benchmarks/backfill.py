"""Compare the cost of `steckbrief backfill` with that of building every night from scratch.

    python benchmarks/backfill.py NIGHTS                               a folder with one folder per night, named by date
    python benchmarks/backfill.py SOURCE --generate 20 [--share 0.01]  nights generated from a source by random changes

It commits the nights to a scratch repository, each at its date. Then it builds all of them with one backfill, and every
one with a full build of the files that `git archive` exports. It prints CPU seconds (user and system, with children)
and wall time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from night import change, cpu, profiles

STECKBRIEF = (sys.executable, "-m", "steckbrief")


def copied_nights(nights: Path, content: Path) -> Iterator[dt.date]:
    """Copy one folder of `nights` after another to `content`, and yield its day."""
    for night in sorted(path for path in nights.iterdir() if path.is_dir()):
        shutil.rmtree(content, ignore_errors=True)
        shutil.copytree(night, content, copy_function=shutil.copyfile)
        yield dt.date.fromisoformat(night.name)


def generated_nights(source: Path, content: Path, number: int, share: float) -> Iterator[dt.date]:
    """Copy `source` to `content`, change a share of its profiles for every further night, and yield its day."""
    chance = random.Random(number)
    shutil.copytree(source, content, copy_function=shutil.copyfile)
    for night in range(number):
        yield dt.date(2026, 1, 1) + dt.timedelta(days=night)
        files = profiles(content)
        for path in chance.sample(files, max(round(len(files) * share), 1)):
            change(path, chance)


def commit(repository: Path, day: dt.date) -> str:
    """Commit everything at noon of `day` and return the commit."""
    identity: dict[str, str] = {}
    for role in ("AUTHOR", "COMMITTER"):
        identity |= {f"GIT_{role}_NAME": "Benchmark", f"GIT_{role}_EMAIL": "benchmark@example.org"}
        identity |= {f"GIT_{role}_DATE": f"{day}T12:00:00Z"}
    for arguments in (["add", "--all"], ["commit", "--quiet", "--allow-empty", "--message", str(day)]):
        subprocess.run(["git", *arguments], cwd=repository, env={**os.environ, **identity}, check=True)
    return subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=repository, text=True).strip()


def timed(work: Callable[[], float]) -> tuple[float, float]:
    """Return the CPU seconds that `work` returns, and its wall time."""
    start = time.monotonic()
    return work(), time.monotonic() - start


def from_scratch(repository: Path, commits: list[str], home: Path) -> float:
    """Build every commit in full, and return the CPU seconds of the builds."""
    seconds = 0.0
    for commit_id in commits:
        folder = home / commit_id
        folder.mkdir()
        archive = subprocess.run(["git", "archive", commit_id], cwd=repository, stdout=subprocess.PIPE, check=True)
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        seconds += cpu(*STECKBRIEF, "build", "--direct", folder, "--output", home / f"{commit_id}-output")
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--generate", type=int, metavar="NIGHTS")
    parser.add_argument("--share", type=float, default=0.01)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        repository = home / "repository"
        repository.mkdir()
        subprocess.run(["git", "init", "--quiet"], cwd=repository, check=True)
        content, source = repository / "content", arguments.source
        if arguments.generate:
            days = generated_nights(source, content, arguments.generate, arguments.share)
        else:
            days = copied_nights(source, content)
        commits = [(day, commit(repository, day)) for day in days]
        span = ("--since", str(commits[0][0]), "--until", str(commits[-1][0]))
        backfill = (*STECKBRIEF, "backfill", repository, "--path", "content", *span, "--output", home / "output")
        results = {
            "backfill": timed(lambda: cpu(*backfill)),
            "from scratch": timed(lambda: from_scratch(repository, [commit_id for _, commit_id in commits], home)),
        }
    print(f"{len(commits)} nights   CPU s   wall s")
    for method, (seconds, wall) in results.items():
        print(f"{method:<12} {seconds:7.2f} {wall:8.2f}")
    ratios = [slow / fast for slow, fast in zip(results["from scratch"], results["backfill"], strict=True)]
    print(f"times faster {ratios[0]:7.1f} {ratios[1]:8.1f}")


if __name__ == "__main__":
    main()
