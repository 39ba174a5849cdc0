"""A process that has imported everything and forks a child for each build, so that hundreds of builds can be killed.

Reads one JSON document per line: what the child does, and where it kills itself. Writes one per line: the child's exit
status and its result. It runs as a program of its own, because a process with threads must not be forked.

A child can kill itself before or after a stage, or before the n-th change of the file system in the output folder,
which it counts by the interpreter's audit events.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final, cast

import duckdb  # noqa: F401 - imported once, for all children
import pandas as pd  # noqa: F401
import pyarrow.compute
import pyarrow.dataset  # noqa: F401

from steckbrief.load.errors import LoadError
from steckbrief.load.formats.parquet import read_parquet
from steckbrief.load.releases.published import named, release_ids
from steckbrief.load.releases.retention import prune
from steckbrief.load.releases.verify import verify, verify_latest
from steckbrief.pipeline import run
from steckbrief.pipeline.backfill.builder import BackfillRequest, backfill
from steckbrief.pipeline.backfill.nights import Every, nights
from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.settings.load import load_settings
from steckbrief.pipeline.stages import Stage
from steckbrief.transform.headings.vocabulary import vocabularies

CHANGES: Final = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.symlink", "os.link", "open"}
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def die() -> None:
    """End at once, as the kernel ends a process whose memory it needs."""
    os.kill(os.getpid(), signal.SIGKILL)


def count_changes(output: str, kill_at: int) -> list[int]:
    """Count changes of the file system below `output`; before the one numbered `kill_at`, die."""
    seen = [0]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in CHANGES or output not in str(arguments[0]):
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITING):
            return
        seen[0] += 1
        if seen[0] == kill_at:
            die()

    sys.addaudithook(hook)
    return seen


def deadly(order: dict[str, Any]) -> run.Execute:
    """Runs stages, and dies before or after the ordered one."""

    def execute(stage: Stage[..., Any], *arguments: Any, **named_arguments: Any) -> Any:
        if order.get("before") == stage.name:
            die()
        result = stage.run(*arguments, **named_arguments)
        if order.get("after") == stage.name:
            die()
        return result

    return cast(run.Execute, execute)


def work(order: dict[str, Any]) -> dict[str, Any]:
    """What a child does: build, backfill, prune or verify."""
    output = Path(order["output"])
    seen = count_changes(order["output"], order.get("change", -1))
    if order["do"] == "prune":
        return {"removed": prune(output, order["keep"]).removed}
    if order["do"] == "verify":
        ids = release_ids(output) if order.get("all") else [named(output, "latest").id]
        faults = [*verify_latest(output), *(fault for each in ids for fault in verify(named(output, each)))]
        read_parquet(output / "latest", "profiles")
        return {"faults": [str(each) for each in faults], "latest": named(output, "latest").id}
    settings = load_settings(Path(order["source"]), None, {"output": output, "workers": 1})
    if order["do"] == "backfill":
        days = nights(dt.date.fromisoformat(order["since"]), dt.date.fromisoformat(order["until"]), Every.DAY)
        done = list(backfill(BackfillRequest(Path(order["source"]), (), "HEAD", days, ()), settings))
        return {"releases": [night.release for night in done if night.release], "changes": seen[0]}
    try:
        summary = run.build(BuildRequest(Path(order["source"]), settings), deadly(order))
    except LoadError as error:
        return {"error": str(error)}
    return {"release": summary.release, "published": summary.published, "changes": seen[0]}


def child(order: dict[str, Any], answer: int) -> None:
    """Work, answer, and leave without running the exit handlers of the parent."""
    status = 1
    try:
        os.write(answer, json.dumps(work(order)).encode())
        status = 0
    finally:
        os._exit(status)


def serve(order: dict[str, Any]) -> dict[str, Any]:
    """Fork a child for one order; gives how it ended and its result."""
    answer_read, answer_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        child(order, answer_write)
    os.close(answer_write)
    said = b"".join(iter(lambda: os.read(answer_read, 65536), b""))
    _, status = os.waitpid(pid, 0)
    os.close(answer_read)
    return {"status": os.waitstatus_to_exitcode(status), **(json.loads(said) if said else {})}


if __name__ == "__main__":
    vocabularies()  # compiles its patterns once, for all children
    gc.freeze()  # a collection in a child would copy the parent's memory
    for line in sys.stdin:
        sys.stdout.write(json.dumps(serve(json.loads(line))) + "\n")
        sys.stdout.flush()
