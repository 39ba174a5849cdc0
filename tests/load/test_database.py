"""A signal during a DuckDB query is handled after the query, by its own handler, and is not reported as an error."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import duckdb
import pytest

from steckbrief.load.database import connected

LONG = "SELECT count(*) FROM range(12000) a, range(12000) b WHERE a.range * b.range % 7 = 3"


class Ended(BaseException):
    """The exception that the handler raises."""


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM])
def number(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    """A signal whose handler raises Ended."""

    def handler(*_: object) -> None:
        raise Ended

    found: signal.Signals = request.param
    before = signal.signal(found, handler)
    yield found
    signal.signal(found, before)


def test_a_signal_during_a_query_is_handled_after_the_query(number: signal.Signals) -> None:
    done = []

    def ask(connection: duckdb.DuckDBPyConnection) -> None:
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
        done.extend(connection.execute(LONG).fetchall())
        signal.sigtimedwait([], 0.2)  # wait for the signal, however fast the query was

    with pytest.raises(Ended), connected() as connection:
        ask(connection)
    assert len(done) == 1
    with pytest.raises(Ended):  # the handler is restored
        signal.raise_signal(number)


def test_a_signal_wins_over_an_error_that_came_with_it(number: signal.Signals) -> None:
    def fail(connection: duckdb.DuckDBPyConnection) -> None:
        signal.raise_signal(number)
        connection.execute("SELECT * FROM nowhere")

    with pytest.raises(Ended), connected() as connection:
        fail(connection)


def test_errors_and_other_threads_are_not_affected() -> None:
    with pytest.raises(duckdb.CatalogException), connected() as connection:
        connection.execute("SELECT * FROM nowhere")
    found = []

    def ask() -> None:
        with connected() as connection:
            found.extend(connection.execute("SELECT 1").fetchall())

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [(1,)]
