"""Signals around the start of a child process: none is lost, and the child can still be asked to end."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from steckbrief.load.signals import signals_later
from steckbrief.pipeline.signals import Stopped, raise_on_signals

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def heard():
    """None of the signals is ignored, as they may be where tests run in the background."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_comes_at_the_end_of_the_block(number: signal.Signals) -> None:
    raise_on_signals()
    done = []

    def work() -> None:
        with signals_later():
            signal.raise_signal(number)
            done.append("all of it")

    with pytest.raises(Stopped) as stopped:
        work()
    assert done
    assert stopped.value.exit_code == 128 + number
    with pytest.raises(Stopped):  # and the next one at once
        signal.raise_signal(number)


@pytest.mark.parametrize("number", ENDING)
def test_a_child_that_is_started_in_the_block_can_be_asked_to_end(number: signal.Signals) -> None:
    with signals_later():
        child = subprocess.Popen(
            [sys.executable, "-c", "print(flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    with child:
        assert child.stdout is not None
        child.stdout.readline()
        child.send_signal(number)
        assert child.wait(20) in (-number, 1)  # Python tells of SIGINT by a KeyboardInterrupt
