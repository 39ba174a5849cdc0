"""What is set around Prefect, and what of its log a person sees."""

from __future__ import annotations

import logging

import pytest

from steckbrief.flows import prepare
from steckbrief.flows.client import quiet_console


def test_telemetry_is_off_whatever_the_surroundings_say() -> None:
    environment = {"DO_NOT_TRACK": "0", "PREFECT_SERVER_ANALYTICS_ENABLED": "true"}
    prepare(environment)
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_a_persons_own_server_and_heartbeat_are_respected() -> None:
    mine = {"PREFECT_API_URL": "http://prefect.example/api", "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "60"}
    environment = dict(mine)
    prepare(environment)
    assert mine.items() <= environment.items()


@pytest.mark.parametrize(
    ("logger", "level", "shown"),
    [
        ("prefect.flow_runs", logging.ERROR, False),  # our own message says it, without a stack trace
        ("prefect.task_runs", logging.ERROR, False),
        ("prefect", logging.INFO, False),
        ("prefect.events.clients", logging.WARNING, True),
        ("duckdb", logging.ERROR, True),
    ],
)
def test_the_console_shows_warnings_but_neither_chatter_nor_stack_traces(
    logger: str, level: int, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = logging.Handler()
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    quiet_console({})
    assert bool(handler.filter(logging.LogRecord(logger, level, "", 0, "", None, None))) is shown


def test_who_asks_prefect_for_its_log_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = logging.Handler()
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    quiet_console({"PREFECT_LOGGING_LEVEL": "DEBUG"})
    assert handler.filters == []
