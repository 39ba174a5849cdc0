"""What the nights of a git history cost: `steckbrief backfill` against building each night from scratch.

    python benchmarks/backfill.py NIGHTS                            a folder with a folder for each night, named by date
    python benchmarks/backfill.py SOURCE --made 20 [--share 0.01]   nights made of one source by random changes

The nights are committed to a scratch repository with their dates. Then all of them are built by one backfill, and each
one by a full build of its own into a folder of its own, as `git archive` gives it. Printed are seconds of CPU (user and
system, children included) and of wall time.
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

BUILD = (sys.executable, "-m", "steckbrief.__main__")


def given(nights: Path, content: Path) -> Iterator[dt.date]:
    """Bring `content` to each night of the folder `nights`, and give its day."""
    for night in sorted(path for path in nights.iterdir() if path.is_dir()):
        shutil.rmtree(content, ignore_errors=True)
        shutil.copytree(night, content, copy_function=shutil.copyfile)
        yield dt.date.fromisoformat(night.name)


def made(source: Path, content: Path, number: int, share: float) -> Iterator[dt.date]:
    """Bring `content` to so many nights, each with a share of its profiles changed, and give the day of each."""
    chance = random.Random(number)
    shutil.copytree(source, content, copy_function=shutil.copyfile)
    for night in range(number):
        yield dt.date(2026, 1, 1) + dt.timedelta(days=night)
        files = profiles(content)
        for path in chance.sample(files, max(round(len(files) * share), 1)):
            change(path, chance)


def commit(repository: Path, day: dt.date) -> str:
    """Commit everything at noon of `day`; gives the commit."""
    when = f"{day}T12:00:00Z"
    who = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    for name in ("AUTHOR", "COMMITTER"):
        who |= {f"GIT_{name}_NAME": "Benchmark", f"GIT_{name}_EMAIL": "benchmark@example.org"}
    for arguments in (["add", "--all"], ["commit", "--quiet", "--allow-empty", "--message", str(day)]):
        subprocess.run(["git", *arguments], cwd=repository, env={**os.environ, **who}, check=True)
    return subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=repository, text=True).strip()


def timed(work: Callable[[], float]) -> tuple[float, float]:
    """Seconds of CPU, as `work` gives them, and of wall time."""
    began = time.monotonic()
    return work(), time.monotonic() - began


def from_scratch(repository: Path, commits: list[str], home: Path) -> float:
    """Build each commit alone, in full; gives the seconds of CPU of the builds."""
    seconds = 0.0
    for each in commits:
        folder = home / each
        folder.mkdir()
        archive = subprocess.run(["git", "archive", each], cwd=repository, stdout=subprocess.PIPE, check=True)
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        seconds += cpu(*BUILD, "build", "--direct", folder, "--output", home / f"{each}-output")
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--made", type=int, metavar="NIGHTS")
    parser.add_argument("--share", type=float, default=0.01)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        repository = home / "repository"
        repository.mkdir()
        subprocess.run(["git", "init", "--quiet"], cwd=repository, check=True)
        content, source = repository / "content", arguments.source
        days = made(source, content, arguments.made, arguments.share) if arguments.made else given(source, content)
        commits = [(day, commit(repository, day)) for day in days]
        span = ("--since", str(commits[0][0]), "--until", str(commits[-1][0]))
        backfill = (*BUILD, "backfill", repository, "--path", "content", *span, "--output", home / "output")
        found = {
            "backfill": timed(lambda: cpu(*backfill)),
            "from scratch": timed(lambda: from_scratch(repository, [each for _, each in commits], home)),
        }
    print(f"{len(commits)} nights   CPU s   wall s")
    for what, (seconds, wall) in found.items():
        print(f"{what:<12} {seconds:7.2f} {wall:8.2f}")
    ratios = [slow / fast for slow, fast in zip(found["from scratch"], found["backfill"], strict=True)]
    print(f"times faster {ratios[0]:7.1f} {ratios[1]:8.1f}")


if __name__ == "__main__":
    main()
