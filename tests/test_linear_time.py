"""The time that a file costs grows with its size and no faster, whatever stands in it.

The one place where time is asserted. Processor time, not the clock, so that other work on the machine hardly shows;
the best of several attempts, because noise only ever adds.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from itertools import count, islice

import pytest

from steckbrief.extract.document import parse_document
from steckbrief.extract.limits import DEFAULT_LIMITS
from steckbrief.extract.model import Document
from steckbrief.transform.options import Options
from steckbrief.transform.profile import profile_rows
from tests.pathological import FRONT, GENERATORS, Make

TIMES = 10
# What is linear costs ten times the time (up to 16 times were seen on a busy machine, whose caches others fill), what
# is quadratic a hundred times. This lies between the two, so that noise cannot decide.
MOST = 30
# Below this the processor's clock and the garbage collector show more than the work.
LEAST_SECONDS = 0.02
# Shorter texts are remembered between the tables that read them (extract/markdown/inline.py), which costs a step.
LEAST_LENGTH = 5_000
ATTEMPTS = 3
# Rounds of attempts before the verdict: what is quadratic costs a hundredfold in every one of them.
ROUNDS = 4


@pytest.fixture(autouse=True)
def _own_heap() -> Iterator[None]:
    """Keep what other tests left in memory out of the garbage collector: large files wake it more often."""
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
    """A size from which a file takes long enough to measure, as far as ten times that is still read."""
    size = 16
    while len(text := FRONT + make(size)) * 2 * TIMES < DEFAULT_LIMITS.file_bytes and (
        len(text) < LEAST_LENGTH or seconds(text) < LEAST_SECONDS
    ):
        size *= 2
    return size


def ratio(make: Make, sizes: Iterator[int]) -> float:
    """How many times longer a file of TIMES the size takes."""
    attempts = list(islice(sizes, ATTEMPTS))
    small = min(seconds(FRONT + make(size)) for size in attempts)
    found = float("inf")
    for size in attempts:
        found = min(found, seconds(FRONT + make(size * TIMES)) / small)
        if found <= MOST:
            break
    return found


@pytest.mark.slow
@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in GENERATORS.items()])
def test_ten_times_the_size_costs_about_ten_times_the_time(make: Make) -> None:
    # Every attempt is of another size, so that nothing remembered from one helps the next.
    sizes = count(large_enough(make) + 1)
    found = float("inf")
    for _ in range(ROUNDS):
        found = min(found, ratio(make, sizes))
        if found <= MOST:
            break
    assert found <= MOST, f"{TIMES} times the size {next(sizes)} costs {found:.1f} times the time"
