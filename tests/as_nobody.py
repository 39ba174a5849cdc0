"""Evaluates an expression as a user other than root, because root may read every file."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

_CHECKOUT = Path(__file__).parents[1]
# Import first, because the other user may be unable to read the interpreter's folders. Enter the folder before dropping
# root's rights, so that the permissions of its parents do not matter.
_PROGRAM = """
import os, sys
from pathlib import Path
from steckbrief.extract.discovery import discover
from steckbrief.extract.limits import DEFAULT_LIMITS
from steckbrief.extract.source import read_bytes

os.chdir(sys.argv[1])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
root = Path(".")
print(repr({expression}))
"""


def as_nobody(folder: Path, expression: str) -> object:
    """Return the value of a Python expression in a process whose user is not root; it must be a literal.

    The expression may use `root` (the folder), `discover`, `read_bytes` and `DEFAULT_LIMITS`.
    """
    folder.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(expression=expression), folder],
        cwd=_CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return ast.literal_eval(done.stdout)
