"""A process that has imported the project and forks a child for each command, so that no command imports it again.

Reads one JSON document per line: arguments, working directory, environment, and the files for the output. Writes one
exit code per line. It runs as a program of its own, because a process with threads must not be forked.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import sys
import traceback
from typing import Any, Never

import duckdb  # noqa: F401 - imported once, for all children
import pandas as pd  # noqa: F401
import pyarrow.compute
import pyarrow.csv
import pyarrow.dataset  # noqa: F401

import steckbrief

LEFT_OUT = ("steckbrief.__main__", "steckbrief.reference", "steckbrief.flows")
"""What each child imports itself: the module that it runs, and Prefect, which reads the environment on import."""


def become(order: dict[str, Any]) -> None:
    """Take the arguments, the working directory, the environment and the streams of a command."""
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["steckbrief", *order["arguments"]]
    sys.path[0] = order["cwd"]
    for number, (path, flags) in enumerate(
        [
            (os.devnull, os.O_RDONLY),
            (order["out"], os.O_WRONLY | os.O_APPEND),
            (order["err"], os.O_WRONLY | os.O_APPEND),
        ]
    ):
        os.dup2(os.open(path, flags), number)


def run() -> Never:
    """Run the command and end without the exit handlers, which would wait for threads that a child does not have."""
    code = 1
    try:
        runpy.run_module("steckbrief.__main__", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Fork a child for each order."""
    for module in pkgutil.walk_packages(steckbrief.__path__, "steckbrief."):
        if not module.name.startswith(LEFT_OUT):
            importlib.import_module(module.name)
    gc.freeze()  # a collection in a child would copy the parent's memory
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            become(json.loads(line))
            run()
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
