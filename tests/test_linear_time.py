"""The time that a file costs grows with its size and no faster, whatever the file contains.

This is the one place that compares times: a count of calls or lines would miss regular expressions that backtrack.
It compares processor times of the same code, so a slow or busy machine changes both sides alike.
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
# Linear work takes 5 times as long (8 times on a busy machine, whose caches others fill), quadratic work 25 times.
MOST = 10
# Shorter runs show the clock and the caches rather than the work.
LEAST_SECONDS = 0.01
# Shorter texts are cached between the tables that read them (extract/markdown/inline.py), which makes a step.
LEAST_LENGTH = 5_000
# Noise only adds time, so one good round is a proof. Quadratic work fails every round.
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
    """A size that takes long enough to measure, and that can still grow without exceeding the limit on files."""
    size = 16
    while len(text := FRONT + make(size)) * 2 * GROWTH < DEFAULT_LIMITS.file_bytes and (
        len(text) < LEAST_LENGTH or seconds(text) < LEAST_SECONDS
    ):
        size *= 2
    return size


@pytest.mark.slow
@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in GENERATORS.items()])
def test_five_times_the_size_costs_about_five_times_the_time(make: Make) -> None:
    start = large_enough(make) + 1
    ratio = float("inf")
    # Each round has a size of its own, so that no cache filled in one round helps the next.
    for size in range(start, start + ROUNDS):
        small = min(seconds(FRONT + make(size)), seconds(FRONT + make(size + ROUNDS)))
        ratio = min(ratio, seconds(FRONT + make(size * GROWTH)) / small)
        if ratio <= MOST:
            break
    assert ratio <= MOST, f"{GROWTH} times the size {start} costs {ratio:.1f} times the time"
