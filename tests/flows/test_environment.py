"""The variables that we set for Prefect, and which of its log lines the terminal shows."""

from __future__ import annotations

import logging

import pytest

from steckbrief.flows import prepare
from steckbrief.flows.client import quiet_console


def test_telemetry_is_off_even_if_the_environment_asks_for_it() -> None:
    environment = {"DO_NOT_TRACK": "0", "PREFECT_SERVER_ANALYTICS_ENABLED": "true"}
    prepare(environment)
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_the_users_server_and_heartbeat_stay() -> None:
    mine = {"PREFECT_API_URL": "http://prefect.example/api", "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "60"}
    environment = dict(mine)
    prepare(environment)
    assert mine.items() <= environment.items()


@pytest.mark.parametrize(
    ("logger", "level", "shown"),
    [
        ("prefect.flow_runs", logging.ERROR, False),  # the command line reports it, without a stack trace
        ("prefect.task_runs", logging.ERROR, False),
        ("prefect", logging.INFO, False),
        ("prefect.events.clients", logging.WARNING, True),
        ("duckdb", logging.ERROR, True),
    ],
)
def test_the_terminal_shows_warnings_but_no_routine_lines_or_stack_traces(
    logger: str, level: int, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = logging.Handler()
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    quiet_console({})
    assert bool(handler.filter(logging.LogRecord(logger, level, "", 0, "", None, None))) is shown


def test_a_log_level_in_the_environment_shows_every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = logging.Handler()
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    quiet_console({"PREFECT_LOGGING_LEVEL": "DEBUG"})
    assert handler.filters == []
