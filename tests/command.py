"""Runs the real command line in its own process, in an environment that the test controls."""

from __future__ import annotations

import atexit
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from steckbrief.extract.limits import MOST_BRACKETS

ROOT = Path(__file__).parents[1]
RAW = ROOT / "raw"
COMMAND = (sys.executable, "-m", "steckbrief.__main__")
TIMEOUT = 300
"""Seconds that a command may take."""

PROFILE = """---
title: {title}
slug: {slug}
category: Software
price_model: Freemium
official_url: https://{slug}.example.org
---
# {title}

{title} is a program.

## Hauptfunktionen

- **Erstens:** tut etwas
- **Zweitens:** tut mehr

## FAQ

**Was ist {title}?**

Ein Programm.
"""


def environment(**changes: str) -> dict[str, str]:
    """Return the test's environment without settings, with the project importable from any folder."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("STECKBRIEF_", "PREFECT_", "NIGHTLY_", "XDG_STATE_"))
    }
    return {**inherited, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **changes}


def steckbrief(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None, expect: int | None = 0
) -> subprocess.CompletedProcess[str]:
    """Run the command and compare its exit code with `expect`.

    Without `env`, a child forked from a process that has imported the project runs it, which takes a third of the time.
    Python and libraries read some variables when they start, so a command with an `env` gets an interpreter of its own.
    """
    if env is None:
        done = _forked([*map(str, arguments)], cwd)
    else:
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            cwd=cwd,
            env=dict(env),
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
    assert expect is None or done.returncode == expect, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def _forked(arguments: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    process = _forking()
    assert process.stdin is not None
    assert process.stdout is not None
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        order = {"arguments": arguments, "cwd": str(cwd), "env": environment(), "out": out.name, "err": err.name}
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
        assert select.select([process.stdout], [], [], TIMEOUT)[0], f"{arguments} takes more than {TIMEOUT} s"
        code = int(process.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, out.read().decode(), err.read().decode())


@cache
def _forking() -> subprocess.Popen[bytes]:
    """The process that runs commands, started for the first of them; it ends with the tests."""
    script = Path(__file__).with_name("forking.py")
    process = subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment()
    )
    assert process.stdin is not None
    atexit.register(process.communicate)
    return process


class Running:
    """A running command, the leader of its own process group as on a terminal."""

    def __init__(self, *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            cwd=cwd,
            env=dict(env or environment()),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def wait_for_line(self, start: str) -> None:
        """Wait until standard error contains a line that starts with `start`."""
        assert self.process.stderr is not None
        earlier = []
        for line in self.process.stderr:
            if line.startswith(start):
                return
            earlier.append(line)
        raise AssertionError(f"ended before {start!r}:\n{''.join(earlier)}")

    def press_ctrl_c(self) -> None:
        """Send SIGINT to all processes of the group, as a terminal does."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> tuple[int, str, str]:
        """Wait for the end and return exit code, remaining standard output and remaining standard error."""
        out, err = self.process.communicate(timeout=120)
        return self.process.returncode, out, err


def write_source(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files (path -> content) below `folder` and return the folder."""
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def profiles(number: int) -> dict[str, str]:
    """Return this many different small profiles."""
    return {f"tools/p{n:04d}.md": PROFILE.format(title=f"P{n:04d}", slug=f"p{n:04d}") for n in range(number)}


def large_source(folder: Path) -> Path:
    """Return a source that takes seconds to read: many copies of the demo profiles."""
    for number in range(60):
        shutil.copytree(RAW, folder / "large" / f"copy{number}")
    return folder / "large"


def slow_source(folder: Path) -> Path:
    """Return a source that takes two processes minutes to read.

    It starts with profiles that are read at once. The others consist of paragraphs in which the parser looks for the
    ends of links, 40 ms each.
    """
    slow = "[a](b " * MOST_BRACKETS + "\n\n"
    many = {f"z{n}.md": PROFILE.format(title=f"Z{n}", slug=f"z{n}") + "\n" + slow * 100 for n in range(40)}
    return write_source(folder / "slow", {**profiles(60), **many})


def visible(output: Path) -> set[str]:
    """Return the paths in an output folder, except the lock file, relative to the folder."""
    return {str(path.relative_to(output)) for path in output.rglob("*")} - {".lock", "releases"}


def table_files(release: Path) -> dict[str, bytes]:
    """Return the bytes of every Parquet and CSV file of a release by name."""
    return {file.name: file.read_bytes() for file in release.iterdir() if file.suffix in {".parquet", ".csv"}}
