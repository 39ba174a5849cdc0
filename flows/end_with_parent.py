"""Run a Python module until standard input ends: ``python -P end_with_parent.py MODULE [ARGUMENT ...]``.

The process that starts this script holds the other end of a pipe and writes nothing to it. The kernel closes that end
when the process ends, even by SIGKILL. The script is run as a file so that the module needs nothing from Steckbrief.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time
from typing import Final

GRACE: Final = 60
"""Seconds that the module has to end. Prefect's worker takes up to 30 of them to end its runs."""


def end_with_input() -> None:
    """Wait for the end of standard input, then end this process: by SIGTERM, and after GRACE by SIGKILL."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=end_with_input, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
