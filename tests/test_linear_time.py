"""The time to read a file grows in proportion to its size, whatever the file contains.

Only this module compares times, because a count of calls or lines would miss regular expressions that backtrack. It
compares CPU times of the same code, so a slow or busy machine affects both sides.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

import pytest

from steckbrief.extract.document import parse_document
from steckbrief.extract.limits import DEFAULT_LIMITS
from steckbrief.extract.model import Document
from steckbrief.transform.options import Options
from steckbrief.transform.profile import profile_rows
from tests.pathological import FRONT, GENERATORS, Make

GROWTH = 5
# Linear work takes 5 times as long (8 times on a busy machine with cold caches), quadratic work 25 times.
MOST = 10
# Shorter runs measure the clock and the caches rather than the work.
LEAST_SECONDS = 0.01
# Shorter texts are cached between the tables that read them (extract/markdown/inline.py), which distorts the ratio.
LEAST_LENGTH = 5_000
# Noise only adds time, so one good round is enough. Quadratic work fails every round.
ROUNDS = 5


@pytest.fixture(autouse=True)
def _own_heap() -> Iterator[None]:
    """Exclude the objects of other tests from garbage collection, which large files trigger more often."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def seconds(text: str) -> float:
    data = text.encode()
    start = time.process_time()
    document = parse_document("tools/krita.md", data)
    assert isinstance(document, Document)
    profile_rows(document, Options())
    return time.process_time() - start


def large_enough(make: Make) -> int:
    """Return a size that takes long enough to measure and can still grow within the limit on file sizes."""
    size = 16
    while len(text := FRONT + make(size)) * 2 * GROWTH < DEFAULT_LIMITS.file_bytes and (
        len(text) < LEAST_LENGTH or seconds(text) < LEAST_SECONDS
    ):
        size *= 2
    return size


@pytest.mark.slow
@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in GENERATORS.items()])
def test_five_times_the_size_takes_about_five_times_as_long(make: Make) -> None:
    start = large_enough(make) + 1
    ratio = float("inf")
    # Every round uses another size, so that caches of one round do not help the next.
    for size in range(start, start + ROUNDS):
        small = min(seconds(FRONT + make(size)), seconds(FRONT + make(size + ROUNDS)))
        ratio = min(ratio, seconds(FRONT + make(size * GROWTH)) / small)
        if ratio <= MOST:
            break
    assert ratio <= MOST, f"{GROWTH} times the size {start} takes {ratio:.1f} times as long"
