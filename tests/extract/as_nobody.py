"""Running a piece of a test as a user whom file permissions bind: root may read everything."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

_NOBODY = 65534
T = TypeVar("T")


def as_nobody(folder: Path, work: Callable[[], T]) -> T:
    """What `work` gives when it is run by a user who is not root and may enter `folder`."""
    if os.geteuid() != 0:
        return work()
    for each in (folder, *folder.parents):
        if not each.stat().st_mode & 0o001:
            each.chmod(each.stat().st_mode | 0o055)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        # Nothing of the test run may go on in here, whatever happens.
        try:
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
            with os.fdopen(writer, "wb") as stream:
                pickle.dump(work(), stream)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        answer = stream.read()
    os.waitpid(child, 0)
    if not answer:
        pytest.skip("no other user's rights can be taken on here")
    result: T = pickle.loads(answer)  # noqa: S301  (written by the child above)
    return result
